//! How long the runner runs: until it is told to end, or until no server has visited it for a while.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Counts visits, and says when the runner is to end.
#[derive(Clone, Debug)]
pub struct Lifetime {
    visits: Arc<watch::Sender<usize>>,
    ended: Arc<watch::Sender<bool>>,
}

/// A server's visit: an open connection.
#[derive(Debug)]
pub(super) struct Visit {
    visits: Arc<watch::Sender<usize>>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.visits.send_modify(|visits| *visits -= 1);
    }
}

impl Default for Lifetime {
    fn default() -> Self {
        Self { visits: Arc::new(watch::Sender::new(0)), ended: Arc::new(watch::Sender::new(false)) }
    }
}

impl Lifetime {
    /// A visit begins; it ends when the answer is dropped.
    pub(super) fn visit(&self) -> Visit {
        self.visits.send_modify(|visits| *visits += 1);
        Visit { visits: Arc::clone(&self.visits) }
    }

    /// The runner is to end.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Waits until the runner is to end.
    pub async fn ended(&self) {
        // The sender is held by `self`.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }

    /// Waits until there was no visit for `grace`.
    pub async fn abandoned(&self, grace: Duration) {
        let mut visits = self.visits.subscribe();
        loop {
            let _ = visits.wait_for(|visits| *visits == 0).await;
            if tokio::time::timeout(grace, visits.changed()).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_runner_is_abandoned_once_nobody_has_visited_for_the_grace_period() {
        let lifetime = Lifetime::default();
        let start = tokio::time::Instant::now();
        let visitor = lifetime.clone();
        tokio::spawn(async move {
            let visit = visitor.visit();
            tokio::time::sleep(Duration::from_secs(100)).await;
            drop(visit);
            tokio::time::sleep(Duration::from_secs(20)).await;
            drop(visitor.visit());
        });
        tokio::task::yield_now().await;
        lifetime.abandoned(Duration::from_secs(30)).await;
        assert_eq!(start.elapsed().as_secs(), 150);
    }
}
