//! Snapshots of a working tree as git trees, made in an index of their own: the user's index is only read.

use std::fs::File;
use std::path::{Path, PathBuf};

use switchyard_domain::{Error, Result};
use tempfile::TempDir;

use super::{Head, Repository};

/// A copy of a working tree's index, with room for the locks that git makes beside it.
#[derive(Debug)]
pub struct TemporaryIndex {
    folder: TempDir,
}

impl TemporaryIndex {
    /// Copies the index of `repository` into a new folder below `scratch`.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn copy_of(repository: &Repository, scratch: &Path) -> Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("index-").tempdir_in(scratch).map_err(super::failure::disk)?;
        let copy = Self { folder };
        let original = repository.git_dir.join("index");
        match File::open(&original) {
            Ok(mut from) => {
                let modified =
                    from.metadata().and_then(|facts| facts.modified()).map_err(super::failure::disk)?;
                let mut to = File::create(copy.path()).map_err(super::failure::disk)?;
                std::io::copy(&mut from, &mut to).map_err(super::failure::disk)?;
                // Files changed in the moment in which the index was written are told by the index's own time: a
                // copy with a later one would hide them.
                to.set_modified(modified).map_err(super::failure::disk)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(super::failure::disk(error)),
        }
        Ok(copy)
    }

    /// The index file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("index")
    }
}

/// A working tree as it was at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// What `HEAD` was.
    pub head: Head,
    /// The index as a tree; `None` while paths in it are unmerged.
    pub index_tree: Option<String>,
    /// All files that git does not ignore, as a tree.
    pub tree: String,
    /// An index that holds `tree` with the state of the files on disk.
    pub index: TemporaryIndex,
    /// Whether files could not be read and are missing in `tree`.
    pub complete: bool,
}

impl Repository {
    /// Takes a snapshot; `scratch` is a folder for temporary files, `ignored` are paths that are saved although git
    /// ignores them.
    ///
    /// # Errors
    /// When git or the disk does not allow it.
    pub async fn snapshot(&self, scratch: &Path, ignored: &[Vec<u8>]) -> Result<Snapshot> {
        let head = self.head().await?;
        let index = TemporaryIndex::copy_of(self, scratch)?;
        let written = self.command().index(&index.path()).arg("write-tree").output().await?;
        let index_tree =
            if written.stderr.contains("unmerged") { None } else { Some(written.expect(&[0])?.text()) };
        let added =
            self.command().index(&index.path()).args(["add", "--all", "--ignore-errors"]).output().await?;
        // With unreadable files or a nested repository without commits git adds what it can and ends with 1.
        let complete = added.code == 0;
        if !complete {
            let partial = added.code == 1 || added.stderr.contains("adding files failed");
            if !partial || added.stderr.contains("No space left on device") {
                return Err(added.failure());
            }
            tracing::warn!(work_tree = %self.work_tree.display(), stderr = %added.stderr, "snapshot without some files");
        }
        if !ignored.is_empty() {
            self.command()
                .index(&index.path())
                .args(["add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"])
                .input(ignored.join(&0))
                .run()
                .await?;
        }
        let tree = self.command().index(&index.path()).arg("write-tree").text().await?;
        Ok(Snapshot { head, index_tree, tree, index, complete })
    }

    /// Makes a commit of `tree` and returns its hash.
    ///
    /// # Errors
    /// When git does not allow it.
    pub async fn commit_snapshot(&self, tree: &str, parents: &[&str], message: &str) -> Result<String> {
        let parents = parents.iter().flat_map(|parent| ["-p", parent]);
        self.bare_command()
            .as_switchyard()
            .args(["commit-tree", tree])
            .args(parents)
            .args(["-F", "-"])
            .input(message)
            .text()
            .await
    }

    /// The tree of a commit.
    ///
    /// # Errors
    /// When there is no such commit.
    pub async fn tree_of(&self, commit: &str) -> Result<String> {
        let output = self
            .bare_command()
            .args(["rev-parse", "--verify"])
            .arg(format!("{commit}^{{tree}}"))
            .text()
            .await?;
        if output.is_empty() { Err(Error::internal(format!("{commit} has no tree"))) } else { Ok(output) }
    }

    /// Turns the files on disk from `from` into `to`, both trees; `index` holds `from`. Files that differ from `from`
    /// are not overwritten: then nothing changes.
    ///
    /// # Errors
    /// `Conflict` with code `files_changing` when somebody writes into the working tree at the same time.
    pub async fn move_files(&self, index: &TemporaryIndex, from: &str, to: &str) -> Result<()> {
        let output =
            self.command().index(&index.path()).args(["read-tree", "-m", "-u", from, to]).output().await?;
        if output.code != 0 && output.stderr.contains("would be") || output.stderr.contains("not uptodate") {
            return Err(Error::conflict(
                "files_changing",
                "Files in the workspace changed in the meantime. Stop what is writing there and try again; nothing was \
                 overwritten.",
            )
            .caused_by(output.failure()));
        }
        output.expect(&[0]).map(drop)
    }

    /// Makes the index hold `tree`, whatever it holds now; files on disk stay as they are.
    ///
    /// # Errors
    /// When another git command holds the index.
    pub async fn reset_index(&self, tree: &str) -> Result<()> {
        self.command().args(["read-tree", "--reset", tree]).run().await?;
        // Files that differ from the index are reported by the exit status, which is no fault here.
        self.command().args(["update-index", "--refresh"]).output().await?.expect(&[0, 1]).map(drop)
    }
}
