//! The end of what goes on for people who may not have it done any more: who left an organisation, may only look in it,
//! lost a project, or whose account was closed.
//!
//! Each server is told that access changed and looks up whom it concerns; the one that drives a session stops it, also
//! where its agent only waits for the next turn. A message is looked at again before its turn begins, so that nothing
//! starts in between. Nothing is taken away: the transcript and the workspace stay, and messages that wait do so until
//! their sender may have them heard. A clone under way is ended, and nothing is left of it; one that is there stays as it
//! is, and a fetch into it is ended.

use switchyard_domain::access::AccessLoss;
use switchyard_domain::repo::{CLONE_WITHDRAWN, CloneChange};
use switchyard_domain::runner::EntryStream;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::{Actor, Error, OrgId, RepoId, Result, Scope, SessionId, UserId};

use crate::App;
use crate::recovery::owner_scope;
use crate::replica::Mandate;
use crate::terminal::CLOSED;
use crate::terminal_cleanup::gone_is_fine;

impl App {
    /// Has everything looked at again that may not go on any more, or may go on again.
    pub(crate) async fn review_access(&self, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        self.parts.opening.look_again();
        let driven = self.parts.drivers.driven();
        for (org, user, id) in self.store().sessions_amiss(&driven).await? {
            // Every server is told, so that none has to call another.
            self.take_up_session(owner_scope(authority, user, org)?, id);
        }
        self.withdraw_clones(authority).await
    }

    /// Stops a session whose owner may have no agent at work there any more: one with a turn under way, and one whose
    /// agent waits for the next, which is followed for as long as it has a process. True if it did.
    pub(crate) async fn withdraw(
        &self,
        mandate: Mandate,
        id: SessionId,
        stream: &mut Option<EntryStream>,
    ) -> Result<bool> {
        let Some(loss) = self.store().session_loss(&mandate.scope, id).await? else { return Ok(false) };
        let session = self.store().session(&mandate.scope, id).await?;
        let waits = session.status == SessionStatus::Idle
            && (stream.is_some() || self.has_process(session.created_by, id).await?);
        if !session.status.is_active() && !waits {
            return Ok(false);
        }
        tracing::info!(session = %id, user = %session.created_by, ?loss, security_event = true, "an agent is stopped");
        let act = self.act_for(mandate, "session.stop_access_lost");
        self.stop_because(&act, mandate, &session, stream, &reason(loss)).await?;
        Ok(true)
    }

    /// Whether a session's agent has a process, as its runner says. That is asked only where nobody follows it yet.
    async fn has_process(&self, owner: UserId, id: SessionId) -> Result<bool> {
        let known = self.runner(owner).sessions().await?;
        Ok(known.iter().any(|known| known.id == id && known.live))
    }

    /// Ends the clones that are being made for people who may not have them any more.
    pub(crate) async fn withdraw_clones(&self, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        for (org, user, id, loss) in self.store().clones_amiss().await? {
            tracing::info!(repo = %id, %user, ?loss, security_event = true, "a clone is ended with its user's access");
            let act = self.act(owner_scope(authority, user, org)?.unattended(), "repo.clone_access_lost");
            let change = CloneChange::Withdraw { error: clone_reason(loss, "cloning") };
            gone_is_fine(self.end_clone(&act, id, &change).await.map(drop))?;
        }
        for (org, user, id, loss) in self.store().updates_amiss(&self.parts.updates.under_way()).await? {
            let scope = owner_scope(authority, user, org)?;
            gone_is_fine(self.withdraw_update(&scope, id, loss).await.map(drop))?;
        }
        Ok(())
    }

    /// Refuses to bring a clone up to date for somebody who may not work in its project any more. Asked once the update is
    /// known here as under way, so that there is no moment at which a loss would pass unseen.
    pub(crate) async fn refuse_update(&self, scope: &Scope, id: RepoId) -> Result<()> {
        let own = [(scope.user(), id)];
        match self.store().updates_amiss(&own).await?.first() {
            None => Ok(()),
            Some((.., loss)) => Err(self.withdraw_update(scope, id, *loss).await?),
        }
    }

    /// Ends what brings a clone up to date, wherever that was begun, and tells why it ended.
    async fn withdraw_update(&self, scope: &Scope, id: RepoId, loss: AccessLoss) -> Result<Error> {
        let user = scope.user();
        tracing::info!(repo = %id, %user, ?loss, security_event = true, "a fetch is ended with its user's access");
        let error = clone_reason(loss, "fetching");
        let act = self.act(scope.unattended(), "repo.clone_access_lost");
        self.end_clone(&act, id, &CloneChange::WithdrawUpdate { error: error.clone() }).await?;
        Ok(Error::conflict(CLONE_WITHDRAWN, error))
    }

    /// Closes the terminals of people who may not work in their projects any more, with everything that runs in them.
    pub(crate) async fn withdraw_terminals(&self, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        for (org, user, id) in self.store().terminals_amiss().await? {
            tracing::info!(terminal = %id, %user, security_event = true, "a terminal is closed with its user's access");
            let act = self.act(owner_scope(authority, user, org)?, "terminal.close_access_lost");
            gone_is_fine(self.end_terminal(&act, id, None, CLOSED).await)?;
        }
        Ok(())
    }
}

/// Why a session was stopped, for whoever looks at it.
fn reason(loss: AccessLoss) -> String {
    let why = match loss {
        AccessLoss::AccountClosed => "The account of whoever started this was closed",
        AccessLoss::NoMember => "Whoever started this left the organisation",
        AccessLoss::Viewer => "Whoever started this may only look in this organisation now",
        AccessLoss::NotNamed => "Whoever started this may not see the project any more",
        AccessLoss::ProjectViewer => "Whoever started this may only look at the project now",
    };
    format!("{why}, so the agent was stopped. What it did is kept, and messages that wait are held.")
}

/// Why a clone or a fetch was ended, for whom it was to be, who reads it once they may look again.
fn clone_reason(loss: AccessLoss, what: &str) -> String {
    let why = match loss {
        AccessLoss::AccountClosed => "Your account was closed",
        AccessLoss::NoMember => "You left the organisation",
        AccessLoss::Viewer => "You may only look in this organisation",
        AccessLoss::NotNamed => "This project was closed to you",
        AccessLoss::ProjectViewer => "You may only look at this project",
    };
    format!("{why}, so {what} was stopped. Try again once you may work here.")
}
