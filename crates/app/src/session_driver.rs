//! One driver per session with work under way: takes the transcript in, delivers messages, passes answers on.
//!
//! A driver holds no state of its own. What it has to do is in the store (queued messages, answers not yet heard) and
//! in the runner's journal (entries after the last stored one), so it can be lost at any moment and started again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use switchyard_domain::approval::Approval;
use switchyard_domain::runner::EntryStream;
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::transcript::Entry;
use switchyard_domain::{Error, ErrorKind, Result, Scope, SessionId, UserId};
use tokio::sync::{Notify, watch};

use crate::App;

/// Waits between tries to reach a runner that does not answer.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long a runner may stay away before its sessions are told lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// The drivers at work, by session.
#[derive(Default)]
pub(crate) struct Drivers {
    at_work: Mutex<HashMap<SessionId, Arc<Driver>>>,
    stored: Mutex<HashMap<SessionId, watch::Sender<i64>>>,
}

/// A driver as those know it who leave it work.
struct Driver {
    waker: Notify,
    /// The authority of each user who left it work, the latest last. It is never empty.
    scopes: Mutex<Vec<Scope>>,
}

impl Driver {
    fn woken_by(scope: Scope) -> Self {
        let driver = Self { waker: Notify::new(), scopes: Mutex::new(vec![scope]) };
        driver.waker.notify_one();
        driver
    }

    fn wake(&self, scope: Scope) {
        let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        scopes.retain(|known| known.user() != scope.user());
        scopes.push(scope);
        self.waker.notify_one();
    }

    /// The owner's authority, once the owner left it work; somebody's who may do so otherwise.
    fn scope(&self, owner: Option<UserId>) -> Option<Scope> {
        let scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        scopes.iter().find(|scope| Some(scope.user()) == owner).or(scopes.last()).copied()
    }
}

/// Tells when more of a transcript is stored.
pub struct TranscriptWatch(watch::Receiver<i64>);

impl TranscriptWatch {
    /// Returns when entries were stored since the last call.
    pub async fn more(&mut self) {
        if self.0.changed().await.is_err() {
            // Nothing will ever be stored again by this process; the caller's own end decides.
            std::future::pending::<()>().await;
        }
    }
}

impl Drivers {
    fn stored(&self, id: SessionId, last_seq: i64) {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = stored.get(&id)
            && sender.send(last_seq).is_err()
        {
            stored.remove(&id);
        }
    }

    fn watch(&self, id: SessionId) -> TranscriptWatch {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        stored.retain(|_, sender| sender.receiver_count() > 0);
        TranscriptWatch(stored.entry(id).or_insert_with(|| watch::channel(0).0).subscribe())
    }
}

/// What a driver found to do next.
enum Step {
    /// Entries came.
    Entries(Vec<Entry>),
    /// The stream ended: the agent has no process any more.
    Ended,
    /// The runner could not be reached or broke off.
    Lost(Error),
    /// Somebody left work in the store.
    Woken,
}

impl App {
    /// Sees to it that a driver is at work on the session, and looks again at what there is to do.
    pub(crate) fn drive(&self, scope: Scope, id: SessionId) {
        let mut at_work = self.parts.drivers.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = at_work.get(&id) {
            driver.wake(scope);
            return;
        }
        let driver = Arc::new(Driver::woken_by(scope));
        at_work.insert(id, Arc::clone(&driver));
        drop(at_work);
        let app = self.clone();
        tokio::spawn(async move {
            if let Err(error) = app.drive_until_done(id, &driver).await {
                tracing::error!(session = %id, user = %scope.user(), ?error, "a session's driver gave up");
                if let Err(error) = app.fail_session(scope, id, &error).await {
                    tracing::error!(session = %id, ?error, "a session could not be marked failed");
                }
                app.parts.drivers.at_work.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            }
        });
    }

    /// A signal for readers of a transcript: ask the store for more when it fires.
    #[must_use]
    pub fn watch_transcript(&self, id: SessionId) -> TranscriptWatch {
        self.parts.drivers.watch(id)
    }

    async fn drive_until_done(&self, id: SessionId, driver: &Driver) -> Result<()> {
        let waker = &driver.waker;
        let mut owner = None;
        let mut stream: Option<EntryStream> = None;
        let mut wait = FIRST_WAIT;
        let mut lost_since = None;
        loop {
            let step = match &mut stream {
                Some(entries) => tokio::select! {
                    biased;
                    batch = entries.next() => match batch {
                        Some(Ok(batch)) => Step::Entries(batch),
                        Some(Err(error)) => Step::Lost(error),
                        None => Step::Ended,
                    },
                    () = waker.notified() => Step::Woken,
                },
                None => {
                    waker.notified().await;
                    Step::Woken
                }
            };
            let outcome = match self.acting_scope(id, driver, &mut owner).await {
                Ok(scope) => self.take_step(scope, id, step, &mut stream).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(more) => {
                    (wait, lost_since) = (FIRST_WAIT, None);
                    if !more && self.retire(id, waker) {
                        return Ok(());
                    }
                }
                Err(error) if error.kind == ErrorKind::Unavailable => {
                    stream = None;
                    let since = *lost_since.get_or_insert_with(tokio::time::Instant::now);
                    if since.elapsed() > PATIENCE {
                        return Err(error);
                    }
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                    waker.notify_one();
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The authority to act with: the session owner's, as soon as it is there. Anybody who may answer the agent can
    /// have begun the driver.
    async fn acting_scope(
        &self,
        id: SessionId,
        driver: &Driver,
        owner: &mut Option<UserId>,
    ) -> Result<Scope> {
        let scope = driver.scope(*owner).ok_or_else(|| Error::internal("a driver without authority"))?;
        if owner.is_some() {
            return Ok(scope);
        }
        *owner = Some(self.store().session(&scope, id).await?.created_by);
        Ok(driver.scope(*owner).unwrap_or(scope))
    }

    /// Deals with what was found. True while there is a reason to stay.
    async fn take_step(
        &self,
        scope: Scope,
        id: SessionId,
        step: Step,
        stream: &mut Option<EntryStream>,
    ) -> Result<bool> {
        let ended = matches!(step, Step::Ended);
        match step {
            Step::Entries(batch) => drop(self.take_in(scope, id, &batch).await?),
            Step::Ended => {
                *stream = None;
                self.settle_ended(scope, id).await?;
            }
            Step::Lost(error) => return Err(error),
            Step::Woken => {}
        }
        self.look_for_work(scope, id, stream, ended).await
    }

    /// Ends the driver unless somebody left work in the meantime. True when it is gone.
    fn retire(&self, id: SessionId, waker: &Notify) -> bool {
        use futures_util::FutureExt;
        let mut at_work = self.parts.drivers.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if waker.notified().now_or_never().is_some() {
            waker.notify_one();
            return false;
        }
        at_work.remove(&id);
        true
    }

    async fn take_in(&self, scope: Scope, id: SessionId, batch: &[Entry]) -> Result<Session> {
        let session = self.store().append_entries(&scope, self.parts.clock.now(), id, batch).await?;
        self.parts.drivers.stored(id, session.last_seq);
        Ok(session)
    }

    /// Does what the store says is to be done. True while there is a reason to stay. A journal that was just read
    /// to its end (`ended`) is followed again only when a message gave it a new process.
    async fn look_for_work(
        &self,
        scope: Scope,
        id: SessionId,
        stream: &mut Option<EntryStream>,
        ended: bool,
    ) -> Result<bool> {
        let mut session = self.store().session(&scope, id).await?;
        let answers = self.store().unheard_answers(&scope, id).await?;
        let changed = !answers.is_empty();
        let runner = self.runner(session.created_by);
        for approval in answers {
            let Some(option_id) = &approval.option_id else {
                self.stop_unanswerable(scope, &approval, stream).await?;
                break;
            };
            match runner.answer_permission(id, &approval.permission_id, option_id).await {
                // The question is gone with the process that asked it; its journal says so.
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Conflict) => {}
                other => other?,
            }
        }
        if changed {
            session = self.store().session(&scope, id).await?;
        }
        if stream.is_none() && !ended && (session.status.is_active() || session.last_seq > 0) {
            *stream = self.follow(&scope, &session).await?;
            session = self.store().session(&scope, id).await?;
        }
        let delivered = self.deliver_next(scope, &session).await?;
        if delivered && stream.is_none() {
            *stream = self.follow(&scope, &session).await?;
        }
        Ok(stream.is_some())
    }

    /// Stops a session whose agent asked what nobody answered in time, and takes no rejection. Its journal is read to
    /// the end first, so that the reason is what the row says last.
    async fn stop_unanswerable(
        &self,
        scope: Scope,
        approval: &Approval,
        stream: &mut Option<EntryStream>,
    ) -> Result<()> {
        let id = approval.session_id;
        let session = self.store().session(&scope, id).await?;
        match self.runner(session.created_by).stop_session(id).await {
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Conflict) => {}
            other => other?,
        }
        let mut rest = match stream.take() {
            Some(entries) => Some(entries),
            None => self.follow(&scope, &session).await?,
        };
        while let Some(entries) = &mut rest
            && let Some(batch) = entries.next().await
        {
            self.take_in(scope, id, &batch?).await?;
        }
        let reason = format!(
            "Nobody answered “{}” in time, and the agent takes no rejection. Send a message to start it again.",
            approval.title
        );
        let act = self.act(scope, "session.stop_unanswered");
        self.store().set_session_status(&act, id, SessionStatus::Stopped, Some(&reason)).await.map(drop)
    }

    async fn follow(&self, scope: &Scope, session: &Session) -> Result<Option<EntryStream>> {
        match self.runner(session.created_by).follow(session.id, session.last_seq).await {
            Ok(stream) => Ok(Some(stream)),
            Err(error) if error.kind == ErrorKind::NotFound => {
                if session.status.is_active() && session.last_seq > 0 {
                    let lost = "The runner no longer knows this session. Send a message to start it again.";
                    let act = self.act(*scope, "session.lost");
                    self.store()
                        .set_session_status(&act, session.id, SessionStatus::Failed, Some(lost))
                        .await?;
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The agent's process is gone and its journal is read to the end: the row must not say otherwise.
    async fn settle_ended(&self, scope: Scope, id: SessionId) -> Result<()> {
        let session = self.store().session(&scope, id).await?;
        if session.status.is_active() && self.store().queued_messages(&scope, id).await?.is_empty() {
            let act = self.act(scope, "session.lost");
            let lost = "The agent ended without a word. Send a message to start it again.";
            self.store().set_session_status(&act, id, SessionStatus::Failed, Some(lost)).await?;
        }
        Ok(())
    }

    pub(crate) async fn fail_session(&self, scope: Scope, id: SessionId, error: &Error) -> Result<()> {
        let act = self.act(scope, "session.fail");
        self.store().set_session_status(&act, id, SessionStatus::Failed, Some(&error.message)).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use switchyard_domain::{Actor, OrgId, Role};

    use super::*;

    #[test]
    fn a_driver_acts_for_the_owner_whoever_woke_it_first_or_last() {
        let (org, owner, other) = (OrgId::new(), UserId::new(), UserId::new());
        let scope = |user| Actor::authenticated(user, vec![(org, Role::Member)]).scope(org).unwrap();
        let driver = Driver::woken_by(scope(other));
        assert_eq!(driver.scope(Some(owner)).unwrap().user(), other);
        driver.wake(scope(owner));
        driver.wake(scope(other));
        assert_eq!(driver.scope(Some(owner)).unwrap().user(), owner);
        assert_eq!(driver.scopes.lock().unwrap().len(), 2);
    }
}
