//! Pacing what one session may record, so that a flood in it slows that session and no other.

use std::time::Duration;

use tokio::time::Instant;

/// Seconds' worth that a session may record at once after it was calm.
const BURST: Duration = Duration::from_millis(350);

/// Bytes per second that a session may record for as long as it likes. Both are far more than a person can read and
/// little beside what a disk and a core can do, and what goes over them waits in the agent's pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rate {
    /// What a program prints: most of it is never looked at.
    Text = 4 * 1024 * 1024,
    /// What an agent does, each step of it told by itself.
    Steps = 12 * 1024 * 1024,
}

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
    pub(super) fn record(&mut self, bytes: usize, rate: Rate) {
        let took = Duration::from_nanos((bytes as u64).saturating_mul(1_000_000_000) / rate as u64);
        self.even = self.even.max(Instant::now()) + took;
    }

    /// Waits until more may be recorded.
    pub(super) async fn wait(&self) {
        let ahead = self.even.saturating_duration_since(Instant::now());
        let excess = ahead.saturating_sub(BURST);
        if !excess.is_zero() {
            tokio::time::sleep(excess).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long it takes to record that many blocks of 64 KiB.
    async fn recorded(pace: &mut Pace, blocks: u64, rate: Rate) -> Duration {
        let begun = Instant::now();
        for _ in 0..blocks {
            pace.wait().await;
            pace.record(65_536, rate);
        }
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_at_once_and_a_flood_at_the_even_rate() {
        for rate in [Rate::Text, Rate::Steps] {
            let second = rate as u64 / 65_536;
            let mut pace = Pace::new();
            assert_eq!(recorded(&mut pace, second / 3, rate).await, Duration::ZERO);
            let flood = recorded(&mut pace, 10 * second, rate).await;
            assert!((9_900..10_100).contains(&flood.as_millis()), "{rate:?} took {flood:?}");
            tokio::time::advance(Duration::from_secs(1)).await;
            assert_eq!(recorded(&mut pace, second / 3, rate).await, Duration::ZERO);
        }
    }
}
