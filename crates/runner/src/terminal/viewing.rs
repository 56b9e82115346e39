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
    /// Everything below it has been shown, as far as is known.
    acked: u64,
    /// The last gap that it was told of: where output stopped, and where it went on.
    gap: (u64, u64),
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
        self.viewings.push(Viewing { id, acked: from, gap: (0, 0), owes_since: now, held: false });
        id
    }

    /// A viewer goes.
    pub(super) fn leave(&mut self, id: u64) {
        self.viewings.retain(|viewing| viewing.id != id);
    }

    /// A viewer has shown everything below `offset`.
    pub(super) fn ack(&mut self, id: u64, offset: u64, now: Instant) {
        let end = self.scrollback.end();
        let Some(viewing) = self.viewing(id) else { return };
        let (stopped, went_on) = viewing.gap;
        // What was on its way when the gap came is still acknowledged by its place before the gap.
        let offset = if offset < went_on {
            went_on.saturating_sub(stopped.saturating_sub(offset))
        } else {
            offset.min(end)
        };
        if offset > viewing.acked {
            viewing.acked = offset;
            viewing.owes_since = now;
        }
    }

    /// A viewer that was sent everything below `next` goes on from the oldest byte that is kept. What it owes it still
    /// owes. `None` while it may not be sent anything.
    pub(super) fn skip(&mut self, id: u64, next: u64, now: Instant) -> Option<u64> {
        let start = self.scrollback.start();
        let viewing = self.viewing(id)?;
        let owed = next.saturating_sub(viewing.acked);
        if owed >= CREDIT {
            return None;
        }
        viewing.gap = (next, start);
        viewing.acked = start.saturating_sub(owed);
        if owed == 0 {
            viewing.owes_since = now;
        }
        Some(start)
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
        State::new(Limits::keeping(10_000), TerminalSize::default(), Instant::now())
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
    fn a_gap_gives_no_credit_and_takes_none() {
        let (mut state, now) = (state(), Instant::now());
        let viewer = state.enter(0, now);
        let flood = |state: &mut State| (0..30).for_each(|_| state.push(&[b'x'; CREDIT as usize], now));
        flood(&mut state);
        assert_eq!(state.skip(viewer, CREDIT, now), None, "it was sent all that it may be");
        state.ack(viewer, CREDIT - 100, now);
        let start = state.skip(viewer, CREDIT, now).unwrap();
        assert_eq!(state.may_send(viewer), start + CREDIT - 100);
        state.ack(viewer, CREDIT - 30, now);
        assert_eq!(state.may_send(viewer), start + CREDIT - 30, "from before the gap");
        state.ack(viewer, start + 10, now);
        assert_eq!(state.may_send(viewer), start + CREDIT + 10);
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
