//! Noticing that an agent has gone silent.

use std::time::Duration;

use tokio::time::Instant;

/// Watches for silence, and tells it at doubling intervals while it lasts.
pub(super) struct Quiet {
    after: Duration,
    since: Instant,
    next: Duration,
}

impl Quiet {
    /// Silence is told of `after` it began.
    pub(super) fn new(after: Duration) -> Self {
        Self { after, since: Instant::now(), next: after }
    }

    /// The agent was heard.
    pub(super) fn heard(&mut self) {
        (self.since, self.next) = (Instant::now(), self.after);
    }

    /// When the silence is to be told next.
    pub(super) fn due(&self) -> Instant {
        self.since + self.next
    }

    /// The whole seconds of silence, if they are to be told now.
    pub(super) fn tell(&mut self) -> Option<u64> {
        if Instant::now() < self.due() {
            return None;
        }
        self.next *= 2;
        Some(self.since.elapsed().as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_told_at_doubling_intervals_until_something_is_heard() {
        let mut quiet = Quiet::new(Duration::from_secs(120));
        let mut told = Vec::new();
        for _ in 0..1000 {
            tokio::time::advance(Duration::from_secs(1)).await;
            told.extend(quiet.tell());
        }
        assert_eq!(told, [120, 240, 480, 960]);
        quiet.heard();
        assert_eq!(quiet.tell(), None);
    }
}
