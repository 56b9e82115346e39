//! Writing a session's transcript: numbers turns, and gathers pieces of text so that a flood becomes few entries.
//!
//! Text that comes after a calm is written at once, and only what follows it closely is gathered: who reads along waits
//! for nothing, and there are no more entries for it than one in each [`Timing::gather`].
//!
//! [`Timing::gather`]: super::Timing::gather

use std::io;
use std::sync::Arc;
use std::time::Duration;

use switchyard_domain::Clock;
use switchyard_domain::transcript::{EntryBody, SystemEntry, SystemEvent};
use tokio::time::Instant;

use super::pace::{Pace, Rate};
use crate::journal::{Fault, Journal};

/// Longest piece of text in one entry, in bytes.
const PIECE: usize = 16 * 1024;

/// Who says a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// The agent speaks.
    Message,
    /// The agent thinks.
    Thought,
    /// The set-up script prints.
    Script,
}

/// Writes one session's transcript.
pub(crate) struct Recorder {
    journal: Journal,
    clock: Arc<dyn Clock>,
    hold: Duration,
    turn: u32,
    pending: Option<Pending>,
    /// When text may be written next.
    calm: Instant,
    pace: Pace,
}

/// Text that waits for more of its kind.
struct Pending {
    voice: Voice,
    item: String,
    text: String,
}

impl Recorder {
    /// A recorder that goes on in `turn`. Text waits until `hold` has gone by since there was some last.
    pub(crate) fn new(journal: Journal, clock: Arc<dyn Clock>, hold: Duration, turn: u32) -> Self {
        Self { journal, clock, hold, turn, pending: None, calm: Instant::now(), pace: Pace::new() }
    }

    /// The journal that is written.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The turn under way, or the last one.
    pub(crate) fn turn(&self) -> u32 {
        self.turn
    }

    /// Begins the next turn.
    pub(crate) fn next_turn(&mut self) {
        self.turn += 1;
    }

    /// Adds text to what `item` says.
    pub(crate) fn say(&mut self, voice: Voice, item: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.pending.as_ref().is_some_and(|pending| pending.voice != voice || pending.item != item) {
            self.flush();
        }
        let mut said = self.pending.take().map_or_else(String::new, |pending| pending.text) + text;
        let mut begin = 0;
        while said.len() - begin > PIECE {
            let end = begin + cut(&said[begin..], PIECE);
            self.append_text(voice, item, &said[begin..end]);
            begin = end;
        }
        said.drain(..begin);
        self.pending = Some(Pending { voice, item: item.to_owned(), text: said });
    }

    /// Adds an entry.
    pub(crate) fn push(&mut self, body: EntryBody) {
        self.push_all(&[body]);
    }

    /// Adds entries that a reader gets together.
    pub(crate) fn push_all(&mut self, bodies: &[EntryBody]) {
        self.flush();
        self.append(bodies, Rate::Steps);
    }

    /// Adds a system entry.
    pub(crate) fn system(&mut self, event: SystemEvent, text: impl Into<String>) {
        self.push(system(event, text));
    }

    /// Adds an error entry.
    pub(crate) fn error(&mut self, code: &str, text: impl Into<String>) {
        self.push(EntryBody::Error { code: code.to_owned(), text: text.into() });
    }

    /// When text that waits must be written.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.pending.as_ref().map(|_| self.calm)
    }

    /// Writes the text that waits.
    pub(crate) fn flush(&mut self) {
        let Some(Pending { voice, item, text, .. }) = self.pending.take() else { return };
        self.append_text(voice, &item, &text);
    }

    /// Writes the text that waits if it has waited long enough.
    pub(crate) fn flush_due(&mut self) {
        if self.due().is_some_and(|due| due <= Instant::now()) {
            self.flush();
        }
    }

    /// Waits until the disk keeps up, and the session is not ahead of its pace.
    pub(crate) async fn room(&self) -> Result<(), Fault> {
        self.pace.wait().await;
        self.journal.room().await
    }

    fn append_text(&mut self, voice: Voice, item: &str, text: &str) {
        self.append(&[voiced(voice, item, text)], Rate::Text);
        self.calm = Instant::now() + self.hold;
    }

    fn append(&mut self, bodies: &[EntryBody], rate: Rate) {
        let at = micros(self.clock.as_ref());
        match self.journal.append(self.turn, at, bodies) {
            Ok(appended) => self.pace.record(appended.bytes, rate),
            Err(error) => unwritable(&error),
        }
    }
}

/// A system entry.
pub(crate) fn system(event: SystemEvent, text: impl Into<String>) -> EntryBody {
    EntryBody::System(SystemEntry { text: text.into(), event })
}

/// Now, in microseconds since the epoch.
pub(crate) fn micros(clock: &dyn Clock) -> i64 {
    i64::try_from(clock.now().unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

/// Entries are made of text and whole numbers, so that this takes a cost that is not a number.
fn unwritable(error: &io::Error) {
    tracing::error!(%error, "an entry has no JSON form and was left out");
}

/// A piece of text as an entry.
fn voiced(voice: Voice, item: &str, text: &str) -> EntryBody {
    let (item, text) = (item.to_owned(), text.to_owned());
    match voice {
        Voice::Message => EntryBody::AgentMessage { item, text },
        Voice::Thought => EntryBody::Thought { item, text },
        Voice::Script => system(SystemEvent::Script, text),
    }
}

/// Where to cut a text of which `room` bytes fit: behind the last line that fits, or else behind the last character.
fn cut(text: &str, room: usize) -> usize {
    let end = text.floor_char_boundary(room);
    text[..end].rfind('\n').map_or(end, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use switchyard_domain::Timestamp;
    use tokio::time::advance;

    use super::*;

    struct Midnight;

    impl Clock for Midnight {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    #[tokio::test(start_paused = true)]
    async fn text_after_a_calm_is_due_at_once_and_what_follows_closely_is_gathered() {
        const HOLD: Duration = Duration::from_millis(40);
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal.jsonl"), 0).unwrap();
        let mut recorder = Recorder::new(journal, Arc::new(Midnight), HOLD, 1);
        for _ in 0..3 {
            recorder.say(Voice::Message, "m", "first");
            recorder.flush_due();
            assert_eq!(recorder.due(), None, "nothing waits");
            let written = recorder.journal().last_seq();
            for _ in 0..3 {
                advance(HOLD / 4).await;
                recorder.say(Voice::Message, "m", "more");
                recorder.flush_due();
                assert!(recorder.due().is_some());
            }
            assert_eq!(recorder.journal().last_seq(), written);
            advance(HOLD / 4).await;
            recorder.flush_due();
            assert_eq!(recorder.journal().last_seq(), written + 1, "one entry of what was gathered");
            advance(HOLD).await;
        }
    }

    #[test]
    fn text_is_cut_behind_a_line_or_at_least_behind_a_character() {
        assert_eq!(cut("ab\ncd\nef", 7), 6);
        assert_eq!(cut("abcd", 3), 3);
        assert_eq!(cut("a\u{1F600}b", 3), 1);
    }
}
