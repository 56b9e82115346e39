//! Permission requests: answered by people, or given up in time.

use async_trait::async_trait;

use super::Act;
use crate::approval::{Approval, ApprovalStatus};
use crate::{ApprovalId, OrgId, Page, PageRequest, Result, Scope, SessionId, Timestamp, UserId};

/// Approvals.
#[async_trait]
pub trait Approvals: Send + Sync {
    /// Approvals, newest first.
    async fn approvals(
        &self,
        scope: &Scope,
        status: Option<ApprovalStatus>,
        page: &PageRequest,
    ) -> Result<Page<Approval>>;
    /// One approval.
    async fn approval(&self, scope: &Scope, id: ApprovalId) -> Result<Approval>;
    /// Answers a pending approval. `Conflict` with code `approval_settled` when it is not pending any more.
    async fn answer_approval(&self, act: &Act, id: ApprovalId, option_id: &str) -> Result<Approval>;
    /// Approvals of a session that were answered or expired, but whose outcome is not in the transcript.
    async fn unheard_answers(&self, scope: &Scope, session: SessionId) -> Result<Vec<Approval>>;
}

/// Permission requests that waited long enough.
#[async_trait]
pub trait Expiry: Send + Sync {
    /// Users whose agents wait for an answer, each with the organisation they do it in. Asked before anybody acts.
    async fn asked_users(&self) -> Result<Vec<(OrgId, UserId)>>;
    /// What the acting user's agents asked at or before `before` and is still pending, oldest first, at most 1,000.
    async fn unanswered(&self, scope: &Scope, before: Timestamp) -> Result<Vec<Approval>>;
    /// Gives a pending approval up. `option_id` is what the agent is told in nobody's name; with `None` it can be told
    /// nothing, and its session must be stopped. `Conflict` with code `approval_settled` when it is not pending any
    /// more.
    async fn expire_approval(&self, act: &Act, id: ApprovalId, option_id: Option<&str>) -> Result<Approval>;
}
