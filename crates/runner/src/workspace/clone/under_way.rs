//! What is under way for one repo: one thing at a time, with its progress, until it is done or cancelled.

use std::sync::{Arc, Mutex, PoisonError};

use switchyard_domain::repo::CloneProgress;
use switchyard_domain::{Error, Result};
use tokio::sync::watch;

use crate::remote::Progress;

/// What is under way for one repo.
#[derive(Debug)]
pub(super) struct UnderWay {
    turn: tokio::sync::Mutex<()>,
    progress: Mutex<Option<CloneProgress>>,
    /// The last attempt that is given up.
    cancelled: watch::Sender<i64>,
}

impl Default for UnderWay {
    fn default() -> Self {
        Self {
            turn: tokio::sync::Mutex::default(),
            progress: Mutex::default(),
            cancelled: watch::Sender::new(0),
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
        tokio::select! {
            biased;
            // The sender is held by `self`.
            _ = cancelled.wait_for(|last| *last >= attempt) => {
                Err(Error::conflict("clone_cancelled", "Cloning was cancelled. Try again when you want it."))
            }
            outcome = run => outcome,
        }
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
