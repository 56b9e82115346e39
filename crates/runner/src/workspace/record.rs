//! The runner's own knowledge of a workspace: what it made, and what it is in the middle of.
//!
//! A record is written before the first change to the disk and again after each step, always as a whole and synced,
//! so that a kill at any moment leaves either the old or the new one.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use switchyard_domain::runner::{MadeWorkspace, WorkspaceSite};
use switchyard_domain::workspace::{CheckpointReason, WorkspaceRepo};
use switchyard_domain::{Error, RepoId, Result, UserId, WorkspaceId};

use super::layout::Layout;
use crate::git::failure::disk;

/// A workspace that the runner made or is making.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) workspace: WorkspaceId,
    pub(super) user: UserId,
    pub(super) branch: String,
    /// Name of its folder.
    pub(super) folder: String,
    pub(super) stage: Stage,
    pub(super) repos: Vec<RepoRecord>,
}

/// Where a workspace stands. The stages that end in `ing` are finished when the runner starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub(super) enum Stage {
    Making {
        copy_files: Vec<String>,
    },
    Ready,
    /// Files, branch and index are brought to a state that is already stored as objects.
    Moving {
        targets: Vec<Target>,
        /// What the move is for.
        reason: CheckpointReason,
    },
    Merging {
        plans: Vec<MergePlan>,
    },
    Discarding,
    Discarded,
    Restoring,
    Purging,
}

/// One repo of a workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RepoRecord {
    pub(super) repo: WorkspaceRepo,
    /// The name by which git knows the worktree; unset until it is made.
    pub(super) admin: Option<String>,
    /// What `HEAD` and the branch were when it was discarded.
    pub(super) saved: Option<SavedHead>,
    /// Its last merge.
    pub(super) merged: Option<MergedTip>,
}

/// What a discarded worktree had checked out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedHead {
    /// The full ref that `HEAD` named, unless it was detached.
    pub(super) head_ref: Option<String>,
    pub(super) head: String,
    /// Tip of the workspace's branch, unless somebody had deleted it.
    pub(super) tip: Option<String>,
}

/// A merge that went through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct MergedTip {
    /// The tip of the workspace's branch that was merged.
    pub(super) tip: String,
    /// The commit that it became.
    pub(super) commit: String,
}

/// A state that a worktree is brought to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) repo_id: RepoId,
    /// Tree of the files.
    pub(super) files: String,
    /// Tree of the index.
    pub(super) index: String,
    /// The full ref that `HEAD` shall name, unless it shall be detached.
    pub(super) head_ref: Option<String>,
    /// The commit that it, or `HEAD` itself, shall name.
    pub(super) commit: String,
}

/// What a merge changes in one repo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct MergePlan {
    pub(super) repo_id: RepoId,
    pub(super) base_branch: String,
    /// The base's tip before and after.
    pub(super) old: String,
    pub(super) new: String,
    /// The tip of the workspace's branch before and after what was left is committed.
    pub(super) tip_before: String,
    pub(super) tip: String,
}

impl Record {
    pub(super) fn load(layout: &Layout, workspace: WorkspaceId) -> Result<Option<Self>> {
        Self::read(&layout.record(workspace))
    }

    pub(super) fn read(file: &Path) -> Result<Option<Self>> {
        match std::fs::read(file) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(Error::internal),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(disk(error)),
        }
    }

    /// Writes it, durably.
    pub(super) async fn save(&self, layout: &Layout) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(Error::internal)?;
        let file = layout.record(self.workspace);
        blocking(move || {
            let folder = file.parent().unwrap_or(Path::new("/"));
            let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
            temporary.write_all(&text)?;
            temporary.as_file().sync_all()?;
            temporary.persist(&file).map_err(|error| error.error)?;
            File::open(folder)?.sync_all()
        })
        .await
    }

    /// Forgets the workspace.
    pub(super) fn remove(&self, layout: &Layout) -> Result<()> {
        std::fs::remove_file(layout.record(self.workspace)).map_err(disk)?;
        File::open(layout.operations()).and_then(|folder| folder.sync_all()).map_err(disk)
    }

    /// The worktree's folder while the workspace is in use.
    pub(super) fn live(&self, layout: &Layout, repo: &RepoRecord) -> PathBuf {
        layout.live(&self.folder).join(&repo.repo.name)
    }

    /// The worktree's folder while the workspace is in the trash.
    pub(super) fn discarded(&self, layout: &Layout, repo: &RepoRecord) -> PathBuf {
        layout.discarded(self.workspace, &self.folder).join(&repo.repo.name)
    }

    /// What the caller learns of a workspace that is there.
    pub(super) fn made(&self, layout: &Layout) -> MadeWorkspace {
        MadeWorkspace {
            path: layout.live(&self.folder).to_string_lossy().into_owned(),
            repos: self.repos.iter().map(|repo| repo.repo.clone()).collect(),
        }
    }

    /// A site as the server would name it.
    pub(super) fn site(&self) -> WorkspaceSite {
        WorkspaceSite {
            id: self.workspace,
            user_id: self.user,
            branch: self.branch.clone(),
            repos: self.repos.iter().map(|repo| repo.repo.clone()).collect(),
            author: None,
        }
    }

    /// Prefix of the hidden refs that keep the workspace's work.
    pub(super) fn refs(&self) -> String {
        hidden_refs(self.workspace)
    }
}

/// Prefix of the hidden refs of a workspace.
pub(super) fn hidden_refs(workspace: WorkspaceId) -> String {
    format!("refs/switchyard/workspaces/{workspace}")
}

/// Runs file operations where they may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(disk)
}
