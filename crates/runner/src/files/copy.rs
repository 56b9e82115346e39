//! Copying ignored files into a new worktree.

use std::path::Path;

use switchyard_domain::Result;

use super::beneath::{Folder, Links};
use super::pattern::{Pattern, matching};
use crate::git::Repository;

/// Copies files of `from` that git ignores and that match one of `globs` to the folder `to`. What is there already
/// stays; links are copied as links, and only where they stay within the repository.
///
/// # Errors
/// `Invalid` for a glob that is none; when git or the disk does not allow it.
pub async fn copy_ignored(from: &Repository, to: &Path, globs: &[String]) -> Result<()> {
    if globs.is_empty() {
        return Ok(());
    }
    let patterns = globs.iter().map(|glob| Pattern::parse(glob)).collect::<Result<Vec<_>>>()?;
    let root = from.work_tree.clone();
    let found = blocking(move || matching(&root, &patterns)).await?;
    let mut ignored = ignored(from, &found).await?;
    // A folder that matches but is not ignored itself may hold files that are.
    let open: Vec<String> = found.into_iter().filter(|path| !ignored.contains(path)).collect();
    let root = from.work_tree.clone();
    let inside =
        blocking(move || Ok(open.iter().flat_map(|path| files_below(&root, path)).collect::<Vec<_>>()))
            .await?;
    ignored.extend(self::ignored(from, &inside).await?);
    let (root, to) = (from.work_tree.clone(), to.to_owned());
    blocking(move || {
        let (from, to) = (Folder::open(&root)?, Folder::open(&to)?);
        for path in ignored.iter().flat_map(|path| files_below(&root, path)) {
            if let Err(error) = copy(&from, &root, &to, &path) {
                if error.code == "disk_full" {
                    return Err(error);
                }
                tracing::warn!(%path, %error, "ignored file not copied");
            }
        }
        Ok(())
    })
    .await
}

/// Those of `paths` that git ignores.
async fn ignored(repository: &Repository, paths: &[String]) -> Result<Vec<String>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    // This command has no literal paths; with `./` in front none is taken for a pattern.
    let input: String = paths.iter().map(|path| format!("./{path}\0")).collect();
    let command = repository.command().variable("GIT_LITERAL_PATHSPECS", "0");
    let output =
        command.args(["check-ignore", "-z", "--stdin"]).input(input).output().await?.expect(&[0, 1])?;
    let names = output.stdout.split(|byte| *byte == 0).filter_map(|name| name.strip_prefix(b"./"));
    Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

/// The files and links at or below `path`; links are not followed.
fn files_below(root: &Path, path: &str) -> Vec<String> {
    let Ok(facts) = root.join(path).symlink_metadata() else { return Vec::new() };
    if !facts.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(root.join(path)).into_iter().flatten().flatten();
    let names =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| name != ".git");
    names.flat_map(|name| files_below(root, &format!("{path}/{name}"))).collect()
}

fn copy(from: &Folder, root: &Path, to: &Folder, path: &str) -> Result<()> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let to = to.make_folders(folder)?;
    if let Ok(target) = std::fs::read_link(root.join(path)) {
        if stays_within(folder, &target) {
            to.link(name, &target)?;
        }
        return Ok(());
    }
    to.place(name, from.file(path, Links::Refused)?)
}

/// Whether a link in `folder` to `target` leads to something within the root, going by the names alone.
fn stays_within(folder: &str, target: &Path) -> bool {
    let mut depth = folder.split('/').filter(|part| !part.is_empty()).count();
    target.components().all(|part| match part {
        std::path::Component::Normal(_) => {
            depth += 1;
            true
        }
        std::path::Component::CurDir => true,
        std::path::Component::ParentDir => depth.checked_sub(1).map(|up| depth = up).is_some(),
        _ => false,
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(switchyard_domain::Error::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stays_within_while_its_steps_up_are_covered() {
        assert!(stays_within("a/b", Path::new("../c/./d")));
        assert!(!stays_within("a", Path::new("../../x")));
        assert!(!stays_within("", Path::new("/etc/passwd")));
    }
}
