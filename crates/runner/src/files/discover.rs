//! Finding repositories and folders for a person who is choosing one.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use switchyard_domain::repo::{FoundRepo, FoundRepos, PathCompletion};

/// Folders below which nobody keeps a repository that is meant to be found.
const SKIPPED: &[&str] =
    &["node_modules", "target", "vendor", "venv", "__pycache__", "Library", "snap", "dist", "build"];
const MOST_REPOS: usize = 500;
const MOST_FOLDERS: usize = 50_000;
const DEPTH: usize = 6;
const TIME: Duration = Duration::from_secs(3);
const MOST_COMPLETIONS: usize = 50;

/// Repositories below `under`, the nearest first looked at; nothing below `except`, nor within a repository.
#[must_use]
pub fn repositories(under: &Path, except: &Path) -> FoundRepos {
    let end = Instant::now() + TIME;
    let mut queue = VecDeque::from([(under.to_owned(), 0)]);
    let (mut repos, mut complete, mut seen) = (Vec::new(), true, 0);
    while let Some((folder, depth)) = queue.pop_front() {
        seen += 1;
        if repos.len() >= MOST_REPOS || seen > MOST_FOLDERS || Instant::now() > end {
            complete = false;
            break;
        }
        if let Some(repo) = repository(&folder) {
            repos.push(repo);
            continue;
        }
        if folder.join(".git").exists() {
            continue;
        }
        if depth == DEPTH {
            complete &= !has_folders(&folder);
            continue;
        }
        queue.extend(folders(&folder).filter(|path| path != except).map(|path| (path, depth + 1)));
    }
    repos.sort_by(|a, b| a.path.cmp(&b.path));
    FoundRepos { repos, complete }
}

/// The repository whose main working tree is `folder`; linked worktrees and submodules belong to another.
fn repository(folder: &Path) -> Option<FoundRepo> {
    let head = std::fs::read_to_string(folder.join(".git/HEAD")).ok()?;
    Some(FoundRepo {
        path: folder.to_string_lossy().into_owned(),
        name: name_of(folder),
        branch: head.trim_end().strip_prefix("ref: refs/heads/").map(str::to_owned),
    })
}

fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| {
            let name = name_of(path);
            !name.starts_with('.') && !SKIPPED.contains(&name.as_str())
        })
}

fn has_folders(folder: &Path) -> bool {
    folders(folder).next().is_some()
}

/// Folders that complete `prefix`; hidden ones only once a dot is typed.
#[must_use]
pub fn completions(prefix: &str, home: &Path) -> Vec<PathCompletion> {
    if prefix.contains('\0') {
        return Vec::new();
    }
    let typed = if prefix == "~" { "~/" } else { prefix };
    let (parent, begun) = typed.rsplit_once('/').map_or((typed, ""), |(parent, begun)| (parent, begun));
    let parent = expanded(if parent.is_empty() { "/" } else { parent }, home);
    if !parent.is_absolute() {
        return Vec::new();
    }
    let begun_lower = begun.to_lowercase();
    let entries = std::fs::read_dir(&parent).into_iter().flatten().flatten();
    let mut found: Vec<PathCompletion> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let fits = name.to_lowercase().starts_with(&begun_lower)
                && (begun.starts_with('.') || !name.starts_with('.'));
            // A link to a folder is a folder to a person who types paths.
            (fits && entry.path().is_dir()).then(|| PathCompletion {
                path: entry.path().to_string_lossy().into_owned(),
                name,
                is_repo: entry.path().join(".git").exists(),
            })
        })
        .collect();
    found.sort_by(|a, b| (!a.name.starts_with(begun), &a.name).cmp(&(!b.name.starts_with(begun), &b.name)));
    found.truncate(MOST_COMPLETIONS);
    found
}

/// `path` with the home folder in place of a leading `~`.
#[must_use]
pub fn expanded(path: &str, home: &Path) -> PathBuf {
    match path.strip_prefix('~') {
        Some("") => home.to_owned(),
        Some(rest) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(path),
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
