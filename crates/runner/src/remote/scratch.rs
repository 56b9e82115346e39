//! A repository of the runner's own, in which git talks to a remote: without configuration and hooks, with the objects of
//! the clone that it does so for.

use std::path::{Path, PathBuf};

use switchyard_domain::Result;
use tempfile::TempDir;

use crate::git::failure::disk;
use crate::git::{Git, GitCommand};

const CONFIGURATION: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

/// The repository; it is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
    objects: PathBuf,
}

impl Scratch {
    /// A repository in the folder `within` that has the objects in `objects` and these refs, as lines of `packed-refs`.
    pub(super) fn new(within: &Path, objects: &Path, refs: &str) -> Result<Self> {
        let folder = TempDir::new_in(within).map_err(disk)?;
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).map_err(disk);
        write("HEAD", "ref: refs/heads/none\n")?;
        write("config", CONFIGURATION)?;
        write("packed-refs", refs)?;
        std::fs::create_dir(folder.path().join("refs")).map_err(disk)?;
        std::fs::create_dir(folder.path().join("objects")).map_err(disk)?;
        Ok(Self { folder, objects: objects.to_owned() })
    }

    /// The same without anybody's objects.
    pub(super) fn bare(within: &Path) -> Result<Self> {
        let mut scratch = Self::new(within, Path::new(""), "")?;
        scratch.objects = scratch.folder.path().join("objects");
        Ok(scratch)
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn objects(&self) -> &Path {
        &self.objects
    }

    /// A command in it, which reaches the runner's own folder.
    pub(super) fn command(&self, git: &Git) -> GitCommand {
        git.command(self.path())
            .variable("GIT_DIR", self.path())
            .variable("GIT_OBJECT_DIRECTORY", &self.objects)
            .privately()
    }
}
