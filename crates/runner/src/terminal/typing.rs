//! Typing comes first: while somebody types in one terminal, the others print no faster than leaves the machine free
//! to show what was typed. They take turns, and rest between.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use switchyard_domain::TerminalId;
use tokio::time::{Instant, sleep};

/// How long after a keystroke somebody is still taken to be typing.
const TYPING: Duration = Duration::from_millis(300);
/// Between two turns. With what is read in a turn it still makes more megabytes a second than anybody can follow.
const REST: Duration = Duration::from_millis(20);

/// Where something was typed last, and whose turn it is to print much.
#[derive(Debug, Default)]
pub(super) struct Typing {
    last: Mutex<Option<(TerminalId, Instant)>>,
    turn: tokio::sync::Mutex<()>,
}

impl Typing {
    /// Notes that something was typed.
    pub(super) fn note(&self, terminal: TerminalId) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((terminal, Instant::now()));
    }

    /// Waits for a terminal's turn to print more, if somebody types in another one.
    pub(super) async fn give_way(&self, terminal: TerminalId) {
        if !self.is_elsewhere(terminal) {
            return;
        }
        let _turn = self.turn.lock().await;
        if self.is_elsewhere(terminal) {
            sleep(REST).await;
        }
    }

    fn is_elsewhere(&self, terminal: TerminalId) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|(typed_in, at)| typed_in != terminal && at.elapsed() < TYPING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn terminals_give_way_by_turns_to_one_that_is_typed_in() {
        let (typing, begun) = (Typing::default(), Instant::now());
        let (typed_in, first, second) = (TerminalId::new(), TerminalId::new(), TerminalId::new());
        typing.give_way(first).await;
        assert_eq!(begun.elapsed(), Duration::ZERO, "nobody types");
        typing.note(typed_in);
        typing.give_way(typed_in).await;
        assert_eq!(begun.elapsed(), Duration::ZERO, "what is typed in need not wait for itself");
        tokio::join!(typing.give_way(first), typing.give_way(second));
        assert_eq!(begun.elapsed(), 2 * REST);
        sleep(TYPING).await;
        let later = Instant::now();
        typing.give_way(first).await;
        assert_eq!(later.elapsed(), Duration::ZERO, "nobody types any more");
    }
}
