//! The two files by which a worktree and its repository find each other.

use std::io::Write;
use std::path::Path;

use switchyard_domain::{Error, Result};

use crate::git::Repository;
use crate::git::failure::disk;
use crate::git::repository::git_dir_of;

/// Makes worktree and repository know each other at the worktree's present place.
pub(super) fn relink(main: &Repository, admin: &str, work_tree: &Path) -> Result<()> {
    let admin_dir = main.admin_dir(admin);
    replace(&admin_dir.join("gitdir"), &format!("{}\n", work_tree.join(".git").display()))?;
    if git_dir_of(work_tree).as_deref() != Some(&admin_dir) {
        replace(&work_tree.join(".git"), &format!("gitdir: {}\n", admin_dir.display()))?;
    }
    Ok(())
}

/// Makes the repository forget a worktree; its files are not touched.
pub(super) fn forget(main: &Repository, admin: &str) -> Result<()> {
    match std::fs::remove_dir_all(main.admin_dir(admin)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(disk(error)),
        _ => Ok(()),
    }
}

/// The name by which git knows the worktree that was just made at `work_tree`.
pub(super) fn admin_name(work_tree: &Path) -> Result<String> {
    git_dir_of(work_tree)
        .and_then(|dir| Some(dir.file_name()?.to_string_lossy().into_owned()))
        .ok_or_else(|| Error::internal(format!("{} is no worktree", work_tree.display())))
}

fn replace(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("/"));
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(disk)?;
    temporary.write_all(text.as_bytes()).and_then(|()| temporary.as_file().sync_all()).map_err(disk)?;
    temporary.persist(file).map_err(|error| disk(error.error))?;
    Ok(())
}
