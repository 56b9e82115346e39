//! How long callers wait for the database, whatever became of it or of the way there.
//!
//! Timeouts of the server's do not help where the connection is gone without a word. One transaction has its own limit;
//! what is done for one request shares a budget, so that many slow transactions do not add up to a request that hangs.

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout};

tokio::task_local! {
    static LEFT: Cell<Duration>;
}

/// Does `work` with no more than `most` spent on waiting for the database. What it hands to other tasks is not bound.
pub async fn with_budget<F: Future>(most: Duration, work: F) -> F::Output {
    LEFT.scope(Cell::new(most), work).await
}

/// What `work` came to within `limit` and within what is left of the request's budget; `None` if it did not in time.
pub(super) async fn within<F: Future>(limit: Duration, work: F) -> Option<F::Output> {
    let left = LEFT.try_with(Cell::get).unwrap_or(Duration::MAX);
    let begun = Instant::now();
    let outcome = timeout(limit.min(left), work).await.ok();
    // Outside of a request there is nothing to subtract from.
    let _ = LEFT.try_with(|left| left.set(left.get().saturating_sub(begun.elapsed())));
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn slow_answers_do_not_add_up_beyond_a_requests_budget() {
        let slow = || tokio::time::sleep(Duration::from_secs(2));
        let begun = Instant::now();
        let answered = with_budget(Duration::from_secs(5), async {
            let mut answered = 0;
            for _ in 0..10 {
                answered += u32::from(within(Duration::from_secs(4), slow()).await.is_some());
            }
            answered
        });
        assert_eq!(answered.await, 2);
        assert_eq!(begun.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_request_each_has_its_own_limit() {
        for _ in 0..10 {
            assert!(
                within(Duration::from_secs(4), tokio::time::sleep(Duration::from_secs(3))).await.is_some()
            );
        }
    }
}
