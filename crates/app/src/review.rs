//! Looking at a workspace: diff, commits, files, checkpoints.

use futures_util::stream::BoxStream;
use switchyard_domain::diff::{Diff, DiffPath};
use switchyard_domain::message::validate_text;
use switchyard_domain::store::Act;
use switchyard_domain::workspace::{
    Checkpoint, CheckpointReason, CommitInfo, FileContent, FileEntry, Pushed, RepoCommit,
};
use switchyard_domain::{Result, Scope, WorkspaceId};

use crate::App;
use crate::workspace::require_owner;

impl App {
    /// What the workspace changed against its base, committed or not; or one file of it, whole.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` when the workspace is not there to be looked at.
    pub async fn diff(&self, scope: &Scope, id: WorkspaceId, only: Option<&DiffPath>) -> Result<Diff> {
        let site = self.open_site(scope, id).await?;
        self.runner(site.user_id).diff(&site, only).await
    }

    /// Yields each time the workspace's files change.
    ///
    /// # Errors
    /// As [`App::diff`].
    pub async fn changes(&self, scope: &Scope, id: WorkspaceId) -> Result<BoxStream<'static, Result<()>>> {
        let site = self.open_site(scope, id).await?;
        self.runner(site.user_id).changes(&site).await
    }

    /// Commits that the base branch does not have, newest first.
    ///
    /// # Errors
    /// As [`App::diff`].
    pub async fn commits(&self, scope: &Scope, id: WorkspaceId) -> Result<Vec<CommitInfo>> {
        let site = self.open_site(scope, id).await?;
        self.runner(site.user_id).commits(&site).await
    }

    /// Commits everything that is not committed.
    ///
    /// # Errors
    /// As [`App::diff`], and `Conflict` while an agent works.
    pub async fn commit(&self, act: &Act, id: WorkspaceId, message: &str) -> Result<Vec<RepoCommit>> {
        validate_text("message", message)?;
        let _only_one = self.hold_workspace(id).await?;
        self.refuse_while_active(&act.scope, id).await?;
        let site = self.site_to_change(&act.scope, id).await?;
        let commits = self.runner(site.user_id).commit(&site, message).await?;
        self.touch(act, id).await?;
        Ok(commits)
    }

    /// Entries of a folder of the workspace.
    ///
    /// # Errors
    /// As [`App::diff`], and `Invalid` with code `path_outside`.
    pub async fn files(&self, scope: &Scope, id: WorkspaceId, path: &str) -> Result<Vec<FileEntry>> {
        let site = self.open_site(scope, id).await?;
        self.runner(site.user_id).files(&site, path).await
    }

    /// A file's text.
    ///
    /// # Errors
    /// As [`App::files`].
    pub async fn file(&self, scope: &Scope, id: WorkspaceId, path: &str) -> Result<FileContent> {
        let site = self.open_site(scope, id).await?;
        self.runner(site.user_id).file(&site, path).await
    }

    /// Pushes the workspace's branch.
    ///
    /// # Errors
    /// As [`App::diff`], `Conflict` with code `no_remote`, and `Forbidden` with code `not_the_owner` for another's.
    pub async fn push(&self, act: &Act, id: WorkspaceId, remote: Option<&str>) -> Result<Pushed> {
        let _only_one = self.hold_workspace(id).await?;
        let site = self.site_to_change(&act.scope, id).await?;
        // The remote is talked to as whoever the workspace is of.
        require_owner(&act.scope, site.user_id)?;
        let by_url = self.remotes_of(&act.scope, &site).await?;
        let pushed = self.runner(site.user_id).push(&site, remote, &by_url).await?;
        self.touch(act, id).await?;
        Ok(pushed)
    }

    /// Checkpoints, newest first.
    ///
    /// # Errors
    /// As [`App::diff`].
    pub async fn checkpoints(&self, scope: &Scope, id: WorkspaceId) -> Result<Vec<Checkpoint>> {
        let site = self.open_site(scope, id).await?;
        self.runner(site.user_id).checkpoints(&site).await
    }

    /// Saves the workspace's files as they are.
    ///
    /// # Errors
    /// As [`App::diff`].
    pub async fn checkpoint(&self, act: &Act, id: WorkspaceId) -> Result<Checkpoint> {
        let _only_one = self.hold_workspace(id).await?;
        let site = self.site_to_change(&act.scope, id).await?;
        let checkpoint = self.runner(site.user_id).checkpoint(&site, CheckpointReason::Manual).await?;
        self.touch(act, id).await?;
        Ok(checkpoint)
    }

    /// Puts files and branch back to a checkpoint; what is there now is saved as another one first.
    ///
    /// # Errors
    /// As [`App::diff`], and `Conflict` while an agent works.
    pub async fn rewind(&self, act: &Act, id: WorkspaceId, number: u32) -> Result<Checkpoint> {
        let _only_one = self.hold_workspace(id).await?;
        self.refuse_while_active(&act.scope, id).await?;
        let site = self.site_to_change(&act.scope, id).await?;
        let saved = self.runner(site.user_id).rewind(&site, number).await?;
        self.touch(act, id).await?;
        Ok(saved)
    }
}
