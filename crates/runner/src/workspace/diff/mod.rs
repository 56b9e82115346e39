//! What a workspace changed against its base.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use switchyard_domain::diff::{Conflict, Diff, DiffArea, DiffFile, DiffPath, FileStatus};
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::{Error, RepoId, Result};

use super::Workspaces;
use super::site::OpenRepo;
use crate::files::beneath::Folder;
use crate::git::GitCommand;
use crate::git::names::branch_ref;
use crate::git::patch::{Limits, PatchFile, PatchParser};
use crate::git::snapshot::TemporaryIndex;
use crate::git::status::Status;

/// What a diff of everything keeps.
const WHOLE: Limits = Limits { file_bytes: 400_000, file_lines: 5_000, files: 2_000, bytes: 16_000_000 };
/// What a diff of one file keeps.
const ALONE: Limits = Limits { file_bytes: 8_000_000, file_lines: usize::MAX, files: 1, bytes: 8_000_000 };
/// Files that are listed at all.
const MOST_FILES: usize = 10_000;
/// Files above this many bytes are taken for binary rather than read into memory.
const BIG_FILE: &str = "32m";

impl Workspaces {
    /// What the workspace changed against its base, committed or not; or one file of it, whole.
    ///
    /// # Errors
    /// `Conflict`: `worktree_missing`, `repository_missing`, `workspace_discarded`.
    pub async fn diff(&self, site: &WorkspaceSite, only: Option<&DiffPath>) -> Result<Diff> {
        let open = self.open_site(site).await?;
        let mut diff = Diff::default();
        let mut limits = if only.is_some() { ALONE } else { WHOLE };
        for repo in &open.repos {
            if only.is_some_and(|only| only.repo_id != repo.spec.repo_id) {
                continue;
            }
            let path = only.map(|only| only.path.as_str());
            let part = repo_diff(repo, &open.layout.scratch(), limits, path).await?;
            for file in part.files.iter().filter(|file| !file.hunks.is_empty()) {
                limits.files = limits.files.saturating_sub(1);
                let lines = file.hunks.iter().flat_map(|hunk| &hunk.lines);
                limits.bytes = limits.bytes.saturating_sub(lines.map(|line| line.len() + 1).sum());
            }
            diff.additions += part.additions;
            diff.deletions += part.deletions;
            diff.ahead += part.ahead;
            diff.behind += part.behind;
            diff.uncommitted += part.uncommitted;
            diff.conflicts.extend(part.conflicts);
            diff.files.extend(part.files);
        }
        diff.truncated = diff.files.len() > MOST_FILES;
        diff.files.truncate(MOST_FILES);
        Ok(diff)
    }
}

async fn repo_diff(repo: &OpenRepo, scratch: &Path, limits: Limits, only: Option<&str>) -> Result<Diff> {
    let (from, counts, status) = tokio::try_join!(fork_point(repo), ahead_behind(repo), repo.tree.status())?;
    let named = Untracked::of(repo, &status, limits, scratch).await?;
    let committed = repo
        .tree
        .command()
        .args(["diff-tree", "-r", "-z", "--name-only", "--no-renames", &from, "HEAD"])
        .bytes();
    let (committed, files) =
        tokio::try_join!(committed, patch(repo, &from, named.index.as_ref(), limits, only))?;
    let areas = Areas::new(&committed, &status);
    let root = Folder::open(&repo.tree.work_tree)?;
    let mut diff = Diff { ahead: counts.1, behind: counts.0, ..Diff::default() };
    diff.uncommitted = (status.changed.len() + status.untracked.len()) as u64;
    diff.conflicts = status.conflicts().map(|(path, kind)| conflict(repo.spec.repo_id, path, kind)).collect();
    let unmerged: HashSet<&[u8]> = status.conflicts().map(|(path, _)| path).collect();
    for file in files {
        if file.status == FileStatus::Unmerged || !wanted(&file, only) {
            continue;
        }
        let area = areas.of(&file);
        let is_unmerged = unmerged.contains(&file.path[..]);
        diff.files.push(diff_file(repo.spec.repo_id, file, area, is_unmerged, &root));
    }
    for path in
        named.left_out.iter().filter(|path| only.is_none_or(|only| path.as_slice() == only.as_bytes()))
    {
        diff.files.push(untracked_file(repo.spec.repo_id, path, &root));
    }
    diff.files.sort_by(|a, b| a.path.cmp(&b.path));
    diff.additions = diff.files.iter().map(|file| file.additions).sum();
    diff.deletions = diff.files.iter().map(|file| file.deletions).sum();
    Ok(diff)
}

/// The commit that base and branch have in common.
async fn fork_point(repo: &OpenRepo) -> Result<String> {
    let base = branch_ref(&repo.spec.base_branch);
    let output = repo.tree.command().args(["merge-base", &base, "HEAD"]).output().await?;
    // The base may be gone, or its history rewritten.
    Ok(if output.code == 0 { output.text() } else { repo.spec.base_commit.clone() })
}

/// Commits that only the base has, and that only the branch has.
async fn ahead_behind(repo: &OpenRepo) -> Result<(u64, u64)> {
    let range = format!("{}...HEAD", branch_ref(&repo.spec.base_branch));
    let output =
        repo.tree.command().args(["rev-list", "--left-right", "--count", &range, "--"]).output().await?;
    let text = output.text();
    let (behind, ahead) = text.split_once('\t').unwrap_or_default();
    Ok((behind.parse().unwrap_or(0), ahead.parse().unwrap_or(0)))
}

/// Untracked files, made visible to `git diff` in an index of their own.
struct Untracked {
    index: Option<TemporaryIndex>,
    /// Those that are not shown with their content: too large, too many, or nested repositories.
    left_out: Vec<Vec<u8>>,
}

impl Untracked {
    async fn of(repo: &OpenRepo, status: &Status, limits: Limits, scratch: &Path) -> Result<Self> {
        if status.untracked.is_empty() {
            return Ok(Self { index: None, left_out: Vec::new() });
        }
        let root = Folder::open(&repo.tree.work_tree)?;
        let most = limits.files.max(1_000);
        let (mut shown, mut left_out) = (Vec::new(), Vec::new());
        for path in &status.untracked {
            let small = root.size(path).is_some_and(|size| size <= limits.file_bytes as u64);
            let fits = small && shown.len() < most && !path.ends_with(b"/");
            if fits { shown.push(path.clone()) } else { left_out.push(path.clone()) }
        }
        let index = TemporaryIndex::copy_of(&repo.tree, scratch)?;
        let command =
            repo.tree.command().index(&index.path()).args(["add", "--intent-to-add", "--ignore-errors"]);
        let command = command.args(["--pathspec-from-file=-", "--pathspec-file-nul"]).input(shown.join(&0));
        // A file that went away meanwhile is no reason to show nothing.
        if !shown.is_empty() {
            command.output().await?;
        }
        Ok(Self { index: Some(index), left_out })
    }
}

async fn patch(
    repo: &OpenRepo,
    from: &str,
    index: Option<&TemporaryIndex>,
    limits: Limits,
    only: Option<&str>,
) -> Result<Vec<PatchFile>> {
    let mut paths: Vec<OsString> = Vec::new();
    if only.is_some() {
        // A renamed file is told only together with its old path.
        let all = read_patch(diff_command(repo, from, index, &["--raw"]), limits).await?;
        let Some(file) =
            all.into_iter().find(|file| file.status != FileStatus::Unmerged && wanted(file, only))
        else {
            return Ok(Vec::new());
        };
        paths.extend([file.path].into_iter().chain(file.old_path).map(OsString::from_vec));
    }
    read_patch(diff_command(repo, from, index, &["--raw", "--patch"]).arg("--").args(paths), limits).await
}

fn diff_command(repo: &OpenRepo, from: &str, index: Option<&TemporaryIndex>, formats: &[&str]) -> GitCommand {
    let command = repo
        .tree
        .command()
        .config("core.bigFileThreshold", BIG_FILE)
        .config("diff.suppressBlankEmpty", "false")
        .arg("diff")
        .args(formats)
        .args(["--no-color", "--no-ext-diff", "--no-textconv", "--no-relative"])
        .args([
            "--submodule=short",
            "--ignore-submodules=dirty",
            "-M",
            "-l1000",
            "-U3",
            "--inter-hunk-context=0",
        ])
        .arg(from);
    match index {
        Some(index) => command.index(&index.path()),
        None => command,
    }
}

async fn read_patch(command: GitCommand, limits: Limits) -> Result<Vec<PatchFile>> {
    let mut parser = PatchParser::new(limits);
    let output = command
        .stream(&mut |chunk: &[u8]| {
            parser.push(chunk);
            Ok::<(), Error>(())
        })
        .await?;
    output.expect(&[0])?;
    Ok(parser.finish())
}

fn wanted(file: &PatchFile, only: Option<&str>) -> bool {
    only.is_none_or(|only| String::from_utf8_lossy(&file.path) == only)
}

/// In which areas which paths changed.
struct Areas<'a> {
    committed: HashSet<&'a [u8]>,
    staged: HashSet<&'a [u8]>,
    unstaged: HashSet<&'a [u8]>,
    untracked: HashSet<&'a [u8]>,
}

impl<'a> Areas<'a> {
    fn new(committed: &'a [u8], status: &'a Status) -> Self {
        let changed = |staged: bool| {
            let files =
                status.changed.iter().filter(move |file| if staged { file.staged } else { file.unstaged });
            files.map(|file| &file.path[..]).collect()
        };
        Self {
            committed: committed.split(|byte| *byte == 0).collect(),
            staged: changed(true),
            unstaged: changed(false),
            untracked: status.untracked.iter().map(|path| &path[..]).collect(),
        }
    }

    fn of(&self, file: &PatchFile) -> DiffArea {
        let within = |paths: &HashSet<&[u8]>| {
            paths.contains(&file.path[..])
                || file.old_path.as_ref().is_some_and(|old| paths.contains(&old[..]))
        };
        let areas = [
            (DiffArea::Committed, within(&self.committed)),
            (DiffArea::Staged, within(&self.staged)),
            (DiffArea::Unstaged, within(&self.unstaged)),
            (DiffArea::Untracked, within(&self.untracked)),
        ];
        let mut hit = areas.iter().filter(|(_, hit)| *hit).map(|(area, _)| *area);
        match (hit.next(), hit.next()) {
            (Some(only), None) => only,
            (Some(_), Some(_)) => DiffArea::Mixed,
            (None, _) => DiffArea::Committed,
        }
    }
}

fn diff_file(repo_id: RepoId, file: PatchFile, area: DiffArea, unmerged: bool, root: &Folder) -> DiffFile {
    let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    let changed = file.old_mode != file.new_mode;
    let mode = |mode: &str| (changed && mode != "000000").then(|| mode.to_owned());
    DiffFile {
        repo_id,
        path: text(&file.path),
        old_path: file.old_path.as_deref().map(text),
        status: if unmerged { FileStatus::Unmerged } else { file.status },
        area,
        additions: file.additions,
        deletions: file.deletions,
        binary: file.binary,
        too_large: file.too_large,
        old_mode: mode(&file.old_mode),
        new_mode: mode(&file.new_mode),
        size: root.size(&file.path).unwrap_or(0),
        hunks: file.hunks,
    }
}

/// An untracked file that is listed without its content.
fn untracked_file(repo_id: RepoId, path: &[u8], root: &Folder) -> DiffFile {
    let nested = path.ends_with(b"/");
    DiffFile {
        repo_id,
        path: String::from_utf8_lossy(path).into_owned(),
        old_path: None,
        status: FileStatus::Added,
        area: DiffArea::Untracked,
        additions: 0,
        deletions: 0,
        binary: false,
        too_large: !nested,
        old_mode: None,
        new_mode: None,
        size: if nested { 0 } else { root.size(path).unwrap_or(0) },
        hunks: Vec::new(),
    }
}

/// A conflict as the domain has it.
pub(super) fn conflict(repo_id: RepoId, path: &[u8], kind: &str) -> Conflict {
    Conflict { repo_id, path: String::from_utf8_lossy(path).into_owned(), kind: kind.to_owned() }
}
