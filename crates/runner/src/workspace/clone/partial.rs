//! Folders in which repositories are made before they get their place.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use switchyard_domain::{Error, RepoId, Result};

use crate::git::failure::disk;

const PREFIX: &str = ".cloning-";
/// Before the name of a clone that is looked through once more before it is removed.
pub(super) const SET_ASIDE: &str = ".aside-";
/// Before the name of one that was found to hold nothing.
pub(super) const FOUND_EMPTY: &str = ".unneeded-";

/// A folder beside the place of a repository; gone when this is dropped, unless it became the repository.
#[derive(Debug)]
pub(super) struct Partial {
    path: Option<PathBuf>,
}

impl Partial {
    /// An empty folder beside `root`, in place of what a kill left there.
    pub(super) fn beside(root: &Path, repo: RepoId) -> Result<Self> {
        let parent = root.parent().ok_or_else(|| taken(root))?;
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(disk)?;
        let path = parent.join(format!("{PREFIX}{repo}"));
        remove(&path).map_err(disk)?;
        DirBuilder::new().mode(0o700).create(&path).map_err(disk)?;
        Ok(Self { path: Some(path) })
    }

    pub(super) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("/"))
    }

    /// Gives the folder its place, durably. An empty folder there makes room.
    pub(super) fn settle(mut self, root: &Path) -> Result<()> {
        // Fails unless it is empty; then the next line says so.
        let _ = std::fs::remove_dir(root);
        if root.symlink_metadata().is_ok() {
            return Err(taken(root));
        }
        std::fs::rename(self.path(), root).map_err(disk)?;
        self.path = None;
        let parent = root.parent().unwrap_or(Path::new("/"));
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(disk)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = &self.path
            && let Err(error) = remove(path)
        {
            tracing::warn!(path = %path.display(), %error, "a half-made clone could not be removed");
        }
    }
}

/// Removes what a killed runner left in a folder of repositories, and puts back what it had only set aside.
pub(super) fn sweep(repos: &Path) {
    for entry in std::fs::read_dir(repos).into_iter().flatten().flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        let swept = if let Some(known_as) = name.strip_prefix(SET_ASIDE) {
            put_back(&path, &repos.join(known_as))
        } else if name.starts_with(PREFIX) || name.starts_with(FOUND_EMPTY) {
            remove(&path)
        } else {
            continue;
        };
        if let Err(error) = swept {
            tracing::warn!(path = %path.display(), %error, "what a killed runner left of a clone could not be swept");
        }
    }
}

fn put_back(from: &Path, to: &Path) -> std::io::Result<()> {
    rustix::fs::renameat_with(
        rustix::fs::CWD,
        from,
        rustix::fs::CWD,
        to,
        rustix::fs::RenameFlags::NOREPLACE,
    )?;
    Ok(())
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn taken(root: &Path) -> Error {
    let text = format!("There is something at {} already. Choose another folder.", root.display());
    Error { field: Some("folder"), ..Error::conflict("path_exists", text) }
}
