//! The drivers of sessions at this server, and the readers of transcripts.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use switchyard_domain::{Scope, SessionId, UserId};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::App;

/// How long those who drive sessions wait.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a runner that does not answer, until its sessions say so.
    pub runner: Duration,
    /// For an agent to end once it is to be stopped, until all that it said is stored. Then it is tried again.
    pub end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { runner: Duration::from_secs(30), end: Duration::from_secs(20) }
    }
}

/// The drivers at work, by session.
#[derive(Default)]
pub(crate) struct Drivers {
    pub(crate) at_work: Mutex<HashMap<SessionId, Arc<Driver>>>,
    stored: Mutex<HashMap<SessionId, watch::Sender<i64>>>,
    /// What asks runners which agents wait in them.
    pub(crate) asking: Mutex<Option<AbortHandle>>,
}

/// A driver as those know it who leave it work.
pub(crate) struct Driver {
    pub(crate) waker: Notify,
    /// The authority of each user who left it work, the latest last. It is never empty.
    scopes: Mutex<Vec<Scope>>,
    /// Whether somebody left it work that whoever drives the session must hear of.
    pub(crate) called: AtomicBool,
}

impl Driver {
    pub(crate) fn woken_by(scope: Scope) -> Self {
        let called = AtomicBool::new(false);
        Self { waker: Notify::new(), scopes: Mutex::new(vec![scope]), called }
    }

    pub(crate) fn wake(&self, scope: Scope) {
        let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        scopes.retain(|known| known.user() != scope.user());
        scopes.push(scope);
        self.waker.notify_one();
    }

    /// Whether it was woken since the last look at what there is to do; it counts as looked at from here on.
    pub(crate) fn take_wake(&self) -> bool {
        self.waker.notified().now_or_never().is_some()
    }

    /// The same, and leaves it so.
    pub(crate) fn is_woken(&self) -> bool {
        let woken = self.take_wake();
        if woken {
            self.waker.notify_one();
        }
        woken
    }

    /// The owner's authority, once the owner left it work; somebody's who may do so otherwise.
    pub(crate) fn scope(&self, owner: Option<UserId>) -> Option<Scope> {
        let scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        scopes.iter().find(|scope| Some(scope.user()) == owner).or(scopes.last()).copied()
    }
}

/// A driver's place among those at work, which is its own for as long as its task lives, however that ends.
pub(crate) struct Place {
    pub(crate) app: App,
    pub(crate) id: SessionId,
    pub(crate) driver: Arc<Driver>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.parts.drivers.forget(self.id, &self.driver);
    }
}

/// Tells when more of a transcript is stored.
pub struct TranscriptWatch(watch::Receiver<i64>);

impl TranscriptWatch {
    /// Returns when entries were stored since the last call.
    pub async fn more(&mut self) {
        if self.0.changed().await.is_err() {
            // The app is gone, and nothing will be told any more; the caller's own end decides.
            std::future::pending::<()>().await;
        }
    }
}

impl Drivers {
    /// The sessions that are driven here: those with a turn under way, and those whose agents wait for the next.
    pub(crate) fn driven(&self) -> Vec<SessionId> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// Gives the place of a driver free that has ended; by now it may be another's.
    fn forget(&self, id: SessionId, driver: &Arc<Driver>) {
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if at_work.get(&id).is_some_and(|other| Arc::ptr_eq(other, driver)) {
            at_work.remove(&id);
        }
    }

    pub(crate) fn stored(&self, id: SessionId, last_seq: i64) {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = stored.get(&id) else { return };
        if sender.receiver_count() == 0 {
            stored.remove(&id);
            return;
        }
        // A server hears of its own entries twice.
        sender.send_if_modified(|known| {
            let more = last_seq > *known;
            *known = last_seq.max(*known);
            more
        });
    }

    /// Has every reader of a transcript ask for more: it is not known what was stored.
    pub(crate) fn look_again(&self) {
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in stored.values() {
            sender.send_modify(|_| {});
        }
    }

    pub(crate) fn watch(&self, id: SessionId) -> TranscriptWatch {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        stored.retain(|_, sender| sender.receiver_count() > 0);
        TranscriptWatch(stored.entry(id).or_insert_with(|| watch::channel(0).0).subscribe())
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
