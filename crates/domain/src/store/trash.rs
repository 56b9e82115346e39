//! What was thrown away long enough ago to be removed for good.

use async_trait::async_trait;

use super::Act;
use crate::{OrgId, ProjectId, Result, Scope, TaskId, Timestamp, UserId, WorkspaceId};

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
}
