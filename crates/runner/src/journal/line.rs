//! One line of a journal: one entry.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use switchyard_domain::transcript::EntryBody;

/// An entry as the journal keeps it; its body is left as the document that it is.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// Counts up from 1 within the session, without gaps.
    pub seq: i64,
    /// The turn it belongs to.
    pub turn: u32,
    /// Microseconds since the Unix epoch.
    pub at: i64,
    /// The JSON document of an [`EntryBody`].
    pub body: Box<RawValue>,
}

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// `InvalidData` when it is none.
    pub fn parse(line: &[u8]) -> io::Result<Self> {
        Ok(serde_json::from_slice(line)?)
    }

    /// The body, typed.
    ///
    /// # Errors
    /// `InvalidData` when the document is not an entry's body.
    pub fn body(&self) -> io::Result<EntryBody> {
        Ok(serde_json::from_str(self.body.get())?)
    }
}

/// What a search needs of a line.
#[derive(Deserialize)]
struct Numbered {
    seq: i64,
}

/// The number of a line's entry.
pub(super) fn seq(line: &[u8]) -> io::Result<i64> {
    Ok(serde_json::from_slice::<Numbered>(line)?.seq)
}

/// Writes an entry as a line at the end of `buffer`.
pub(super) fn write(buffer: &mut Vec<u8>, seq: i64, turn: u32, at: i64, body: &EntryBody) -> io::Result<()> {
    #[derive(Serialize)]
    struct Out<'a> {
        seq: i64,
        turn: u32,
        at: i64,
        body: &'a EntryBody,
    }
    let begin = buffer.len();
    if let Err(error) = serde_json::to_writer(&mut *buffer, &Out { seq, turn, at, body }) {
        buffer.truncate(begin);
        return Err(error.into());
    }
    buffer.push(b'\n');
    Ok(())
}
