//! How the work of a session ends: stopped for a reason, lost, or given up.

use futures_util::StreamExt;
use switchyard_domain::approval::Approval;
use switchyard_domain::runner::EntryStream;
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::{Act, Held, Work};
use switchyard_domain::{Error, ErrorKind, Result, SessionId};
use tokio::time::{sleep, timeout};

use crate::App;
use crate::drivers::Driver;
#[cfg(doc)]
use crate::drivers::Patience;
use crate::panics::caught;
use crate::recovery::store_is_away;
use crate::replica::{AGAIN, Claimed, Mandate};
use crate::terminal_cleanup::gone_is_fine;

impl App {
    /// Ends the work of a driver that does not get on: its session says so, and any server may have it. While the store is
    /// away it is tried again: a session must not look as if it were driven.
    pub(crate) async fn give_up_driving(&self, id: SessionId, driver: &Driver, fault: &Error) {
        loop {
            let given_up = match self.claim(Work::Session(id)).await {
                Ok(Claimed::Ours(held)) => {
                    let abandon = self.abandon(held, id, driver, fault);
                    let given_up = caught("a session that is given up", id, abandon).await;
                    self.release(held).await;
                    given_up.unwrap_or(Ok(()))
                }
                Ok(Claimed::Elsewhere(_)) => return,
                Err(error) => Err(error),
            };
            match given_up {
                Err(error) if store_is_away(&error) => sleep(AGAIN).await,
                Err(error) => {
                    return tracing::error!(session = %id, ?error, "a session could not be given up");
                }
                Ok(()) => return,
            }
        }
    }

    /// Tells a session failed that cannot be driven on. Nobody would see what its agent does or asks, so that is stopped.
    async fn abandon(&self, held: Held, id: SessionId, driver: &Driver, why: &Error) -> Result<()> {
        let Some(scope) = driver.scope(None) else { return Ok(()) };
        let end = async {
            let owner = self.store().session(&scope, id).await?.created_by;
            gone_is_fine(self.runner(owner).stop_session(id).await)
        };
        match timeout(self.parts.patience.end, caught("the end of an agent", id, end)).await {
            Ok(Some(Ok(()))) => {}
            failed => {
                tracing::warn!(session = %id, ?failed, "an agent may be at work that nobody looks after")
            }
        }
        self.fail_session(Mandate { scope, held }, id, why).await
    }

    /// Stops a session whose agent asked what nobody answered in time, and takes no rejection.
    pub(crate) async fn stop_unanswerable(
        &self,
        mandate: Mandate,
        approval: &Approval,
        stream: &mut Option<EntryStream>,
    ) -> Result<()> {
        let session = self.store().session(&mandate.scope, approval.session_id).await?;
        let reason = format!(
            "Nobody answered “{}” in time, and the agent takes no rejection. Send a message to start it again.",
            approval.title
        );
        let act = self.act_for(mandate, "session.stop_unanswered");
        self.stop_because(&act, mandate, &session, stream, &reason).await
    }

    /// Stops a session for a reason that its row then says: its journal is read to the end first. What is not done within
    /// [`Patience::end`] is `Unavailable`, and goes on from there when it is asked for again.
    pub(crate) async fn stop_because(
        &self,
        act: &Act,
        mandate: Mandate,
        session: &Session,
        stream: &mut Option<EntryStream>,
        reason: &str,
    ) -> Result<()> {
        let rest = stream.take();
        let stopped = timeout(self.parts.patience.end, self.stop_and_read(mandate, session, rest));
        stopped.await.unwrap_or_else(|_| {
            Err(Error::unavailable("runner_unavailable", "The runner did not stop the agent in time."))
        })?;
        self.store().set_session_status(act, session.id, SessionStatus::Stopped, Some(reason)).await.map(drop)
    }

    /// Ends a session's agent, and takes in what it has said. `rest` is what is still to come, where it is followed.
    async fn stop_and_read(
        &self,
        mandate: Mandate,
        session: &Session,
        mut rest: Option<EntryStream>,
    ) -> Result<()> {
        let id = session.id;
        match self.runner(session.created_by).stop_session(id).await {
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Conflict) => {}
            other => other?,
        }
        if rest.is_none() {
            rest = self.follow(mandate, session).await?;
        }
        while let Some(entries) = &mut rest
            && let Some(batch) = entries.next().await
        {
            self.take_in(mandate, id, &batch?).await?;
        }
        Ok(())
    }

    /// The agent's process is gone and its journal is read to the end: the row must not say otherwise.
    pub(crate) async fn settle_ended(&self, mandate: Mandate, id: SessionId) -> Result<()> {
        let scope = mandate.scope;
        let session = self.store().session(&scope, id).await?;
        if session.status.is_active() && self.store().queued_messages(&scope, id).await?.is_empty() {
            let act = self.act_for(mandate, "session.lost");
            let lost = "The agent ended without a word. Send a message to start it again.";
            self.store().set_session_status(&act, id, SessionStatus::Failed, Some(lost)).await?;
        }
        Ok(())
    }

    pub(crate) async fn fail_session(&self, mandate: Mandate, id: SessionId, error: &Error) -> Result<()> {
        let act = self.act_for(mandate, "session.fail");
        self.store().set_session_status(&act, id, SessionStatus::Failed, Some(&error.message)).await.map(drop)
    }
}
