//! Pacing what one session may record, so that a flood in it slows that session and no other.

use std::time::Duration;

use tokio::time::Instant;

/// Bytes per second that a session may record for as long as it likes: far more than a person can read or an
/// honest build prints, and little beside what a disk and a core can do.
const RATE: u64 = 12 * 1024 * 1024;

/// Bytes that a session may record at once after it was calm.
const BURST: u64 = 4 * 1024 * 1024;

/// The pace of one session.
#[derive(Debug)]
pub(super) struct Pace {
    /// When what was recorded so far would have been recorded at the even rate.
    even: Instant,
}

impl Pace {
    /// The pace of a session that was calm so far.
    pub(super) fn new() -> Self {
        Self { even: Instant::now() }
    }

    /// Takes note of bytes that were recorded.
    pub(super) fn record(&mut self, bytes: usize) {
        self.even = self.even.max(Instant::now()) + time_for(bytes as u64);
    }

    /// Waits until more may be recorded.
    pub(super) async fn wait(&self) {
        let ahead = self.even.saturating_duration_since(Instant::now());
        let excess = ahead.saturating_sub(time_for(BURST));
        if !excess.is_zero() {
            tokio::time::sleep(excess).await;
        }
    }
}

fn time_for(bytes: u64) -> Duration {
    Duration::from_nanos(bytes.saturating_mul(1_000_000_000) / RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_a_flood_at_the_even_rate() {
        let mut pace = Pace::new();
        let begun = Instant::now();
        for _ in 0..BURST / 65_536 {
            pace.wait().await;
            pace.record(65_536);
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
        for _ in 0..10 * RATE / 65_536 {
            pace.wait().await;
            pace.record(65_536);
        }
        let took = begun.elapsed();
        assert!((Duration::from_millis(9_900)..Duration::from_millis(10_100)).contains(&took), "{took:?}");
        tokio::time::advance(Duration::from_secs(1)).await;
        let calmed = Instant::now();
        pace.wait().await;
        assert_eq!(calmed.elapsed(), Duration::ZERO);
    }
}
