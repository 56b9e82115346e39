//! How long the runner runs: until it is told to end, or until no server has visited it for a while.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// How long a runner without a server goes on with what is at work in it: over a weekend.
const LONGEST_ALONE: Duration = Duration::from_secs(72 * 3600);

/// Counts visits, and says when the runner is to end.
#[derive(Clone, Debug)]
pub struct Lifetime {
    visits: Arc<watch::Sender<usize>>,
    ended: Arc<watch::Sender<bool>>,
}

/// A server's visit: an open connection, or a call.
#[derive(Debug)]
pub(crate) struct Visit {
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
    pub(crate) fn visit(&self) -> Visit {
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

    /// Waits until there was no visit for `grace`, and nothing is at work any more that somebody may have left running
    /// on purpose. That is looked at once per `grace`.
    pub async fn abandoned(&self, grace: Duration, at_work: impl Fn() -> bool) {
        let mut visits = self.visits.subscribe();
        loop {
            let _ = visits.wait_for(|visits| *visits == 0).await;
            let alone = Instant::now();
            while tokio::time::timeout(grace, visits.changed()).await.is_err() {
                if alone.elapsed() >= LONGEST_ALONE || !at_work() {
                    return;
                }
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
        lifetime.abandoned(Duration::from_secs(30), || false).await;
        assert_eq!(start.elapsed().as_secs(), 150);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_at_work_keeps_a_runner_that_nobody_visits_but_not_for_ever() {
        let (lifetime, start) = (Lifetime::default(), Instant::now());
        let at_work = || start.elapsed() < Duration::from_secs(8 * 3600 + 60);
        lifetime.abandoned(Duration::from_secs(1800), at_work).await;
        assert_eq!(start.elapsed().as_secs(), 8 * 3600 + 1800);
        let start = Instant::now();
        lifetime.abandoned(Duration::from_secs(1800), || true).await;
        assert_eq!(start.elapsed(), LONGEST_ALONE);
    }
}
