//! What is under way for one repo: one thing at a time, with its progress, until it is done or cancelled.

use std::sync::{Arc, Mutex, PoisonError};

use switchyard_domain::repo::CloneProgress;
use switchyard_domain::{Error, Result};
use tokio::sync::{MutexGuard, watch};

use crate::remote::Progress;

/// What is under way for one repo.
#[derive(Debug)]
pub(super) struct UnderWay {
    turn: tokio::sync::Mutex<()>,
    progress: Mutex<Option<CloneProgress>>,
    /// The last attempt that is given up.
    cancelled: watch::Sender<i64>,
    /// Held while what came is put into a clone that is there: a git that is killed at that leaves its locks there.
    settling: tokio::sync::Mutex<()>,
}

impl Default for UnderWay {
    fn default() -> Self {
        Self {
            turn: tokio::sync::Mutex::default(),
            progress: Mutex::default(),
            cancelled: watch::Sender::new(0),
            settling: tokio::sync::Mutex::default(),
        }
    }
}

/// Takes the progress away once nothing is under way, however that ended.
struct Shown<'a>(&'a UnderWay);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.tell(None);
    }
}

impl UnderWay {
    /// Runs `work` when it is its turn, unless that attempt is given up: before, meanwhile, or for a later one.
    pub(super) async fn run<T, F: Future<Output = Result<T>>>(
        self: &Arc<Self>,
        attempt: i64,
        work: impl FnOnce(Box<dyn Fn(CloneProgress) + Send + Sync>) -> F,
    ) -> Result<T> {
        let told = Arc::clone(self);
        self.cancel(attempt.saturating_sub(1));
        let mut cancelled = self.cancelled.subscribe();
        let run = async {
            let _turn = self.turn.lock().await;
            self.tell(Some(Progress::default().now()));
            let _shown = Shown(self);
            work(Box::new(move |now| told.tell(Some(now)))).await
        };
        let given_up = async {
            // The sender is held by `self`.
            let _ = cancelled.wait_for(|last| *last >= attempt).await;
            drop(self.settling.lock().await);
        };
        tokio::select! {
            biased;
            () = given_up => {
                Err(Error::conflict("clone_cancelled", "Cloning was cancelled. Try again when you want it."))
            }
            outcome = run => outcome,
        }
    }

    /// From here on the work is done whoever gives it up, until the answer is dropped.
    pub(super) async fn settle(&self) -> MutexGuard<'_, ()> {
        self.settling.lock().await
    }

    pub(super) fn cancel(&self, attempt: i64) {
        self.cancelled.send_if_modified(|last| {
            let more = attempt > *last;
            *last = attempt.max(*last);
            more
        });
    }

    pub(super) fn progress(&self) -> Option<CloneProgress> {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, now: Option<CloneProgress>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn an_attempt_that_is_given_up_ends_unless_it_settles_already() {
        let under_way = Arc::new(UnderWay::default());
        let (begun, go_on) = (Notify::new(), Notify::new());
        let give_up = async |attempt| {
            begun.notified().await;
            under_way.cancel(attempt);
            // Whoever waits for that has every chance to see it.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            go_on.notify_one();
        };
        let work = |settles: bool| {
            let (begun, go_on, under_way) = (&begun, &go_on, &under_way);
            async move {
                let settling = if settles { Some(under_way.settle().await) } else { None };
                begun.notify_one();
                go_on.notified().await;
                drop(settling);
                Ok(())
            }
        };
        let (outcome, ()) = tokio::join!(under_way.run(1, |_| work(true)), give_up(1));
        outcome.unwrap();
        let (outcome, ()) = tokio::join!(under_way.run(2, |_| work(false)), give_up(2));
        assert_eq!(outcome.unwrap_err().code, "clone_cancelled");
        // What is over holds nobody up.
        go_on.notify_one();
        under_way.run(3, |_| work(true)).await.unwrap();
    }
}
