//! What a server needs of the store for itself.

use async_trait::async_trait;

use crate::{OrgId, RepoId, Result, SessionId, Timestamp, UserId, WorkspaceId};

/// What start-up needs before anybody has asked for anything.
#[async_trait]
pub trait Recovery: Send + Sync {
    /// The local user and organisation of desktop mode, made on first call.
    async fn local_identity(&self, at: Timestamp) -> Result<(UserId, OrgId)>;
    /// Sessions that have a turn under way or messages queued, with their owner's user and organisation.
    async fn unfinished_sessions(&self) -> Result<Vec<(OrgId, UserId, SessionId)>>;
    /// Sessions between two turns that changed since then, the newest 4,096, with their owner's user and organisation and
    /// the number of the last entry that is stored.
    async fn idle_sessions(&self, since: Timestamp) -> Result<Vec<(OrgId, UserId, SessionId, i64)>>;
    /// Whose a session is, if it is there.
    async fn session_owner(&self, id: SessionId) -> Result<Option<(OrgId, UserId)>>;
    /// Clones that are being made, with whose they are and an organisation in which they are.
    async fn unfinished_clones(&self) -> Result<Vec<(OrgId, UserId, RepoId)>>;
    /// Workspaces in an `-ing` status, with their owner's user and organisation.
    async fn unfinished_workspaces(&self) -> Result<Vec<(OrgId, UserId, WorkspaceId)>>;
    /// Whether the store answers.
    async fn ping(&self) -> Result<()>;
    /// Writes everything out and closes; later calls fail.
    async fn close(&self);
}
