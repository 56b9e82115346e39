//! What goes on for people who may not have it done any more.

use async_trait::async_trait;

use crate::access::AccessLoss;
use crate::{OrgId, RepoId, Result, Scope, SessionId, TerminalId, UserId};

/// Whether what runs for somebody may go on: by what they may do now, whoever asks.
#[async_trait]
pub trait Withdrawal: Send + Sync {
    /// Why the owner of a session may have no agent at work in its project any more, if so.
    async fn session_loss(&self, scope: &Scope, id: SessionId) -> Result<Option<AccessLoss>>;
    /// Sessions that do not stand as they should, each with its owner's organisation and user: those with a turn under
    /// way whose owner may not have one, and those with messages waiting and no turn whose owner may. Of `between_turns`,
    /// whose agents have a process, also those without a turn whose owner may not have that. Asked before anybody acts.
    async fn sessions_amiss(&self, between_turns: &[SessionId]) -> Result<Vec<(OrgId, UserId, SessionId)>>;
    /// Clones under way, each with its organisation and user, of users who may not work in the project any more, and why.
    /// Asked before anybody acts.
    async fn clones_amiss(&self) -> Result<Vec<(OrgId, UserId, RepoId, AccessLoss)>>;
    /// The same of clones that are there and are being brought up to date, which are these: each by its user and repo.
    async fn updates_amiss(
        &self,
        under_way: &[(UserId, RepoId)],
    ) -> Result<Vec<(OrgId, UserId, RepoId, AccessLoss)>>;
    /// Open terminals, each with its organisation and user, whose user may not work in the project any more. Asked before
    /// anybody acts.
    async fn terminals_amiss(&self) -> Result<Vec<(OrgId, UserId, TerminalId)>>;
}
