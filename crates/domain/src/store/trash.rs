//! What was thrown away long enough ago to be removed for good.

use async_trait::async_trait;

use super::Act;
use crate::runner::KeptClone;
use crate::{OrgId, ProjectId, RepoId, Result, Scope, TaskId, Timestamp, UserId, WorkspaceId};

/// What one user threw away before a moment, oldest first, at most 1,000 of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Workspaces in the trash.
    pub workspaces: Vec<WorkspaceId>,
    /// Deleted tasks.
    pub tasks: Vec<TaskId>,
    /// Deleted projects.
    pub projects: Vec<ProjectId>,
}

/// A clone of a repo that was removed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedClone {
    /// Where the repo was.
    pub org_id: OrgId,
    /// Whose clone it is.
    pub user_id: UserId,
    /// The repo, which is gone.
    pub repo_id: RepoId,
    /// What it was called.
    pub name: String,
    /// Where it came from.
    pub url: String,
    /// How often its remote was asked in vain.
    pub tries: i64,
}

/// What became of such a clone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloneSettled {
    /// It is gone.
    Removed,
    /// There was none of ours.
    Absent,
    /// It stays, for good.
    Kept(KeptClone),
    /// Its remote could not be asked: it is tried again.
    Later,
}

/// The trash: what can still be restored, and its end.
#[async_trait]
pub trait Trash: Send + Sync {
    /// Users with something in the trash, each with the organisation it lies in. Asked before anybody acts.
    async fn trash_owners(&self) -> Result<Vec<(OrgId, UserId)>>;
    /// What the acting user made, and what was thrown away at or before `before`.
    async fn expired(&self, scope: &Scope, before: Timestamp) -> Result<Expired>;
    /// Forgets a task that was deleted at or before `before`. `Conflict` with code `not_expired` when it was restored
    /// or deleted later, `still_in_use` while it has a workspace.
    async fn purge_task(&self, act: &Act, id: TaskId, before: Timestamp) -> Result<()>;
    /// Forgets a project that was deleted at or before `before`, with its tasks and repos. `Conflict` as with
    /// [`Trash::purge_task`].
    async fn purge_project(&self, act: &Act, id: ProjectId, before: Timestamp) -> Result<()>;
    /// Clones of repos that were removed for good, which no workspace of their users uses, in the trash or not; at most
    /// 1,000, the least often tried first. Asked before anybody acts.
    async fn removed_clones(&self) -> Result<Vec<RemovedClone>>;
    /// Notes what became of the acting user's clone of a repo that is gone, in the audit log too where there is something
    /// to tell. `NotFound` once that is settled.
    async fn settle_clone(&self, act: &Act, repo: RepoId, settled: CloneSettled) -> Result<()>;
}
