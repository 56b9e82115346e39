//! Waiting for conditions, never for durations.

use std::future::Future;
use std::time::{Duration, Instant};

/// What a loaded machine may add to any bound, so that a test fails for what it tests alone.
pub const NOISE: Duration = Duration::from_secs(20);

/// How often a condition is looked at.
const PULSE: Duration = Duration::from_millis(10);

/// Waits until `condition` yields something, and returns it with the time that took.
///
/// # Panics
/// With `what` when it does not within `patience`.
pub async fn within<T, F: Future<Output = Option<T>>>(
    patience: Duration,
    what: &str,
    mut condition: impl FnMut() -> F,
) -> (T, Duration) {
    let begun = Instant::now();
    loop {
        if let Some(found) = condition().await {
            return (found, begun.elapsed());
        }
        assert!(begun.elapsed() < patience, "after {patience:?} still not: {what}");
        tokio::time::sleep(PULSE).await;
    }
}

/// Waits until `condition` yields something, for as long as is reasonable.
///
/// # Panics
/// With `what` when it does not.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, condition: impl FnMut() -> F) -> T {
    within(NOISE, what, condition).await.0
}
