//! What a terminal keeps, and when its output may be read: as fast as its fastest viewer, or freely while none looks.

use std::time::Duration;

use switchyard_domain::terminal::{TerminalEnd, TerminalSize};
use tokio::time::Instant;

use super::scrollback::{Limits, Scrollback};

/// Bytes that a viewer is sent beyond what it acknowledged.
pub(super) const CREDIT: u64 = 256 * 1024;
/// How long a viewer may leave output unacknowledged before it is no longer waited for.
const STALLED_AFTER: Duration = Duration::from_secs(2);

/// A terminal's output and its viewers.
#[derive(Debug)]
pub(super) struct State {
    pub(super) scrollback: Scrollback,
    pub(super) size: TerminalSize,
    pub(super) end: Option<TerminalEnd>,
    /// When something was last typed or written.
    pub(super) active_at: Instant,
    viewings: Vec<Viewing>,
    next_viewing: u64,
}

/// One viewer's place in the output.
#[derive(Debug)]
struct Viewing {
    id: u64,
    /// Everything below it has been shown.
    acked: u64,
    /// Since when it owes an acknowledgement, where it does.
    owes_since: Instant,
    /// Whether it cannot acknowledge, because what it typed before is not taken yet.
    held: bool,
}

/// Whether output may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Now.
    Now,
    /// When a viewer has acknowledged more, or is no longer waited for from this moment on.
    NotBefore(Instant),
}

impl State {
    pub(super) fn new(limits: Limits, size: TerminalSize, now: Instant) -> Self {
        Self {
            scrollback: Scrollback::new(limits),
            size,
            end: None,
            active_at: now,
            viewings: Vec::new(),
            next_viewing: 0,
        }
    }

    /// Takes in what was read.
    pub(super) fn push(&mut self, output: &[u8], now: Instant) {
        let end = self.scrollback.end();
        for viewing in self.viewings.iter_mut().filter(|viewing| viewing.acked >= end) {
            viewing.owes_since = now;
        }
        self.scrollback.push(output);
        self.active_at = now;
    }

    /// A viewer comes, who has everything below `from`.
    pub(super) fn enter(&mut self, from: u64, now: Instant) -> u64 {
        let id = self.next_viewing;
        self.next_viewing += 1;
        self.viewings.push(Viewing { id, acked: from, owes_since: now, held: false });
        id
    }

    /// A viewer goes.
    pub(super) fn leave(&mut self, id: u64) {
        self.viewings.retain(|viewing| viewing.id != id);
    }

    /// A viewer has shown everything below `offset`.
    pub(super) fn ack(&mut self, id: u64, offset: u64, now: Instant) {
        let end = self.scrollback.end();
        if let Some(viewing) = self.viewing(id)
            && offset > viewing.acked
        {
            viewing.acked = offset.min(end);
            viewing.owes_since = now;
        }
    }

    /// A viewer cannot be heard, or can be again.
    pub(super) fn hold(&mut self, id: u64, held: bool) {
        if let Some(viewing) = self.viewing(id) {
            viewing.held = held;
        }
    }

    /// The offset up to which a viewer may be sent output now.
    pub(super) fn may_send(&self, id: u64) -> u64 {
        let acked = self.viewings.iter().find(|viewing| viewing.id == id).map_or(0, |viewing| viewing.acked);
        (acked + CREDIT).min(self.scrollback.end())
    }

    pub(super) fn may_read(&self, now: Instant) -> Leave {
        let end = self.scrollback.end();
        let mut waits_until = None;
        for viewing in self.viewings.iter().filter(|viewing| !viewing.held) {
            let owed = end.saturating_sub(viewing.acked);
            let stalls_at = viewing.owes_since + STALLED_AFTER;
            if owed == 0 || (owed < CREDIT && now < stalls_at) {
                return Leave::Now;
            }
            if now < stalls_at {
                waits_until = waits_until.max(Some(stalls_at));
            }
        }
        waits_until.map_or(Leave::Now, Leave::NotBefore)
    }

    fn viewing(&mut self, id: u64) -> Option<&mut Viewing> {
        self.viewings.iter_mut().find(|viewing| viewing.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State::new(Limits::default(), TerminalSize::default(), Instant::now())
    }

    #[test]
    fn output_is_read_at_the_pace_of_the_fastest_viewer_that_answers() {
        let (mut state, now) = (state(), Instant::now());
        let (slow, fast) = (state.enter(0, now), state.enter(0, now));
        state.push(&[b'x'; CREDIT as usize], now);
        assert_eq!(state.may_read(now), Leave::NotBefore(now + STALLED_AFTER));
        state.ack(fast, 1, now);
        assert_eq!(state.may_read(now), Leave::Now);
        assert_eq!(state.may_send(slow), CREDIT);
        state.leave(fast);
        assert_eq!(state.may_read(now), Leave::NotBefore(now + STALLED_AFTER));
    }

    #[test]
    fn a_viewer_that_answers_no_more_stops_nothing() {
        let (mut state, now) = (state(), Instant::now());
        state.enter(0, now);
        state.push(&[b'x'; CREDIT as usize], now);
        assert_eq!(state.may_read(now + STALLED_AFTER), Leave::Now);
    }

    #[test]
    fn a_viewer_that_was_silent_because_there_was_nothing_is_waited_for() {
        let (mut state, now) = (state(), Instant::now());
        state.enter(0, now);
        let later = now + 10 * STALLED_AFTER;
        state.push(&[b'x'; CREDIT as usize], later);
        assert_eq!(state.may_read(later), Leave::NotBefore(later + STALLED_AFTER));
    }

    #[test]
    fn a_viewer_whose_input_is_not_taken_does_not_stop_the_program_that_should_take_it() {
        let (mut state, now) = (state(), Instant::now());
        let viewer = state.enter(0, now);
        state.push(&[b'x'; CREDIT as usize], now);
        state.hold(viewer, true);
        assert_eq!(state.may_read(now), Leave::Now);
    }

    #[test]
    fn what_was_never_sent_cannot_be_acknowledged() {
        let (mut state, now) = (state(), Instant::now());
        let viewer = state.enter(0, now);
        state.push(b"abc", now);
        state.ack(viewer, u64::MAX, now);
        assert_eq!(state.may_send(viewer), 3);
        state.push(&[b'x'; 2 * CREDIT as usize], now);
        assert_eq!(state.may_send(viewer), 3 + CREDIT);
    }
}
