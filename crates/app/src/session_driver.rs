//! One driver per session with work under way: takes the transcript in, delivers messages, passes answers on.
//!
//! A driver holds no state of its own. What it has to do is in the store (queued messages, answers not yet heard) and
//! in the runner's journal (entries after the last stored one), so it can be lost at any moment and started again, here
//! or at another server. Of several servers one drives a session at a time: the one that claimed it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use switchyard_domain::runner::EntryStream;
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::{Held, Work};
use switchyard_domain::transcript::Entry;
use switchyard_domain::{Error, ErrorKind, Result, Scope, SessionId, UserId};

use crate::App;
use crate::drivers::{Driver, Place, TranscriptWatch};
use crate::panics::{caught, outlived};
use crate::recovery::{runner_is_away, store_is_away};
use crate::replica::{Claimed, Mandate};

/// Waits between tries to reach a runner that does not answer.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// The same, of one that stayed away for so long that its sessions say so.
const LONG_AWAY: Duration = Duration::from_secs(15);

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
    /// Sees to it that a driver is at work on the session, here or at another server, and looks again at what there is
    /// to do.
    pub(crate) fn drive(&self, scope: Scope, id: SessionId) {
        self.wake_driver(scope, id, true);
    }

    /// The same, where a driver at another server needs no waking.
    pub(crate) fn take_up_session(&self, scope: Scope, id: SessionId) {
        self.wake_driver(scope, id, false);
    }

    /// It goes on even if who left it work may not see the project any more: nothing that an agent says is lost.
    fn wake_driver(&self, scope: Scope, id: SessionId, call: bool) {
        let scope = scope.unattended();
        let mut at_work = self.parts.drivers.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = at_work.get(&id) {
            driver.called.fetch_or(call, Ordering::Relaxed);
            driver.wake(scope);
            return;
        }
        let driver = Arc::new(Driver::woken_by(scope));
        driver.called.store(call, Ordering::Relaxed);
        at_work.insert(id, Arc::clone(&driver));
        drop(at_work);
        let place = Place { app: self.clone(), id, driver };
        tokio::spawn(async move { place.app.drive_through(id, &place.driver).await });
    }

    /// Drives a session until there is nothing to do for this server any more, whatever goes wrong meanwhile.
    async fn drive_through(&self, id: SessionId, driver: &Driver) {
        let drive = || async {
            while !self.drive_once(id, driver).await? {}
            Ok(())
        };
        while let Err(fault) = outlived("a session's driver", id, drive).await {
            caught("the end of a session's driver", id, self.give_up_driving(id, driver, &fault)).await;
            // Who left work in the meantime has it tried anew.
            if self.retire(id, driver) {
                return;
            }
        }
    }

    /// Drives a session until there is no reason to any more, or until it is another server's. True when the driver is
    /// gone, false when there may be more to do.
    ///
    /// # Errors
    /// What neither the runner nor the store being away explains. The claim is kept then.
    async fn drive_once(&self, id: SessionId, driver: &Driver) -> Result<bool> {
        let mut lapses = self.parts.replica.lapses();
        // From here on, whoever wakes it is heard: by this server or, once it is called, by the one that has the session.
        driver.take_wake();
        let held = match self.claim(Work::Session(id)).await {
            Ok(Claimed::Ours(held)) => held,
            Ok(Claimed::Elsewhere(holder)) => {
                if let Some(holder) = holder {
                    return Ok(self.leave_to(holder, id, driver).await);
                }
                // This server's lease has run out, and is about to begin anew.
                tokio::time::sleep(FIRST_WAIT).await;
                return Ok(false);
            }
            Err(error) if error.code == "store_closed" => return Ok(true),
            Err(error) => {
                tracing::debug!(session = %id, ?error, "it is not known who drives a session");
                tokio::time::sleep(LONGEST_WAIT).await;
                return Ok(false);
            }
        };
        driver.waker.notify_one();
        let driven = tokio::select! {
            driven = self.drive_until_done(id, driver, held) => driven,
            // Whoever has it now goes on with it.
            _ = lapses.changed() => return Ok(false),
        };
        match driven {
            Ok(()) => {}
            Err(error) if error.code == "lease_lost" => return Ok(false),
            Err(error) => return Err(error),
        }
        self.release(held).await;
        Ok(self.retire(id, driver))
    }

    /// Lets the server that has the session know that there is something to do.
    async fn leave_to(&self, holder: Held, id: SessionId, driver: &Driver) -> bool {
        if driver.called.swap(false, Ordering::Relaxed)
            && let Err(error) = self.store().call(holder).await
        {
            tracing::debug!(session = %id, ?error, "the server that drives a session could not be called");
            driver.called.store(true, Ordering::Relaxed);
            driver.waker.notify_one();
            tokio::time::sleep(FIRST_WAIT).await;
        }
        self.retire(id, driver)
    }

    /// A signal for readers of a transcript: ask the store for more when it fires.
    #[must_use]
    pub fn watch_transcript(&self, id: SessionId) -> TranscriptWatch {
        self.parts.drivers.watch(id)
    }

    async fn drive_until_done(&self, id: SessionId, driver: &Driver, held: Held) -> Result<()> {
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
            // An agent that says much keeps nobody waiting who left work.
            let woken = matches!(step, Step::Woken) || driver.take_wake();
            let outcome = match self.acting_scope(id, driver, &mut owner).await {
                Ok(scope) => self.take_step(Mandate { scope, held }, id, step, woken, &mut stream).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(more) => {
                    (wait, lost_since) = (FIRST_WAIT, None);
                    if !more && !driver.is_woken() {
                        return Ok(());
                    }
                }
                Err(error) if error.code == "store_closed" => return Ok(()),
                Err(error) if error.kind == ErrorKind::Unavailable => {
                    stream = None;
                    let since = *lost_since.get_or_insert_with(tokio::time::Instant::now);
                    let mut longest = LONGEST_WAIT;
                    // While the store is away nothing can be written down of a session; the runner keeps it all.
                    if store_is_away(&error) {
                        lost_since = None;
                    } else if since.elapsed() > self.parts.patience.runner {
                        if !runner_is_away(&error) {
                            return Err(error);
                        }
                        longest = LONG_AWAY;
                        match self.tell_runner_away(held, id, driver).await {
                            // It is told the next time.
                            Err(error) if error.kind == ErrorKind::Unavailable => {}
                            told => told?,
                        }
                    }
                    // Who leaves work does not wait for that.
                    let _ = tokio::time::timeout(wait, waker.notified()).await;
                    wait = (wait * 2).min(longest);
                    waker.notify_one();
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Says of a session with a turn under way that its runner does not answer. Its status stays: the agent may well be at
    /// work, and what became of it stands in the journal, which is read on when the runner answers again.
    async fn tell_runner_away(&self, held: Held, id: SessionId, driver: &Driver) -> Result<()> {
        let scope = self.acting_scope(id, driver, &mut None).await?;
        let session = self.store().session(&scope, id).await?;
        let why = self.runner(session.created_by).trouble();
        let why = why.unwrap_or_else(|| "The runner does not answer.".to_owned());
        let detail = format!("{why} This goes on, or says how it ended, as soon as the runner answers.");
        if session.status.is_active() && session.status_detail.as_ref() != Some(&detail) {
            tracing::warn!(session = %id, "the runner of a session at work has not answered for long");
            let act = self.act_for(Mandate { scope, held }, "session.runner_away");
            self.store().set_session_status(&act, id, session.status, Some(&detail)).await?;
        }
        Ok(())
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

    /// Deals with what was found, and with what somebody left who woke it. True while there is a reason to stay.
    async fn take_step(
        &self,
        mandate: Mandate,
        id: SessionId,
        step: Step,
        woken: bool,
        stream: &mut Option<EntryStream>,
    ) -> Result<bool> {
        let ended = matches!(step, Step::Ended);
        match step {
            Step::Entries(batch) => {
                let session = self.take_in(mandate, id, &batch).await?;
                // In the middle of a turn there is nothing to do but what somebody leaves.
                let in_turn =
                    matches!(session.status, SessionStatus::Running | SessionStatus::WaitingApproval);
                if in_turn && !woken {
                    return Ok(true);
                }
            }
            Step::Ended => {
                *stream = None;
                self.settle_ended(mandate, id).await?;
            }
            Step::Lost(error) => return Err(error),
            Step::Woken => {}
        }
        if woken && self.withdraw(mandate, id, stream).await? {
            return Ok(false);
        }
        self.look_for_work(mandate, id, stream, ended).await
    }

    /// Ends the driver unless somebody left work in the meantime. True when it is gone.
    fn retire(&self, id: SessionId, driver: &Driver) -> bool {
        let mut at_work = self.parts.drivers.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if driver.is_woken() {
            return false;
        }
        at_work.remove(&id);
        true
    }

    pub(crate) async fn take_in(&self, mandate: Mandate, id: SessionId, batch: &[Entry]) -> Result<Session> {
        let act = self.act_for(mandate, "session.append");
        let session = self.store().append_entries(&act, id, batch).await?;
        self.parts.drivers.stored(id, session.last_seq);
        Ok(session)
    }

    /// Does what the store says is to be done. True while there is a reason to stay. A journal that was just read
    /// to its end (`ended`) is followed again only when a message gave it a new process.
    async fn look_for_work(
        &self,
        mandate: Mandate,
        id: SessionId,
        stream: &mut Option<EntryStream>,
        ended: bool,
    ) -> Result<bool> {
        let scope = mandate.scope;
        let mut session = self.store().session(&scope, id).await?;
        let answers = self.store().unheard_answers(&scope, id).await?;
        let changed = !answers.is_empty();
        let runner = self.runner(session.created_by);
        for approval in answers {
            let Some(option_id) = &approval.option_id else {
                self.stop_unanswerable(mandate, &approval, stream).await?;
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
            *stream = self.follow(mandate, &session).await?;
            session = self.store().session(&scope, id).await?;
        }
        let delivered = self.deliver_next(mandate, &session).await?;
        if delivered && stream.is_none() {
            *stream = self.follow(mandate, &session).await?;
        }
        Ok(stream.is_some())
    }

    pub(crate) async fn follow(&self, mandate: Mandate, session: &Session) -> Result<Option<EntryStream>> {
        match self.runner(session.created_by).follow(session.id, session.last_seq).await {
            Ok(stream) => {
                // A turn that is under way says something beside only while its runner is away.
                if session.status.is_active() && session.status_detail.is_some() {
                    let act = self.act_for(mandate, "session.runner_back");
                    self.store().set_session_status(&act, session.id, session.status, None).await?;
                }
                Ok(Some(stream))
            }
            Err(error) if error.kind == ErrorKind::NotFound => {
                if session.status.is_active() && session.last_seq > 0 {
                    let lost = "The runner no longer knows this session. Send a message to start it again.";
                    let act = self.act_for(mandate, "session.lost");
                    self.store()
                        .set_session_status(&act, session.id, SessionStatus::Failed, Some(lost))
                        .await?;
                }
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
