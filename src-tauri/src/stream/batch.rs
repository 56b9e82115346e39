//! Messages side by side in one body: a byte for the kind, four for the length, little end first, then the message.

use tokio_tungstenite::tungstenite::protocol::Message;

/// The stream is open.
const OPEN: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
/// The stream is over; two bytes of the close code, little end first.
const CLOSED: u8 = 3;
/// Bytes before each message.
const HEAD: usize = 5;

/// Close code of a stream that broke off without one.
const ABNORMAL: u16 = 1006;
/// Close code of a stream that ended without saying why.
const NO_STATUS: u16 = 1005;

/// Messages for the page.
#[derive(Debug, Default)]
pub(super) struct Batch(Vec<u8>);

impl Batch {
    /// What tells the page that the stream is open.
    pub(super) fn opened() -> Self {
        let mut batch = Self::default();
        batch.put(OPEN, &[]);
        batch
    }

    /// What tells the page that the stream could not be opened.
    pub(super) fn failed() -> Self {
        let mut batch = Self::default();
        batch.broke_off();
        batch
    }

    /// Adds a message. Answers whether more may come after it.
    pub(super) fn add(&mut self, message: Message) -> bool {
        match message {
            Message::Text(text) => self.put(TEXT, text.as_bytes()),
            Message::Binary(bytes) => self.put(BINARY, &bytes),
            Message::Close(frame) => {
                let code = frame.map_or(NO_STATUS, |frame| u16::from(frame.code));
                self.put(CLOSED, &code.to_le_bytes());
                return false;
            }
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
        true
    }

    /// The connection ended without a close frame.
    pub(super) fn broke_off(&mut self) {
        self.put(CLOSED, &ABNORMAL.to_le_bytes());
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn put(&mut self, kind: u8, message: &[u8]) {
        // A socket's message is far below four gigabytes, which the receiving side enforces.
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        self.0.push(kind);
        self.0.extend_from_slice(&length.to_le_bytes());
        self.0.extend_from_slice(message);
    }
}

/// Messages of the page, in order; `None` when a body is none that the page would send.
pub(super) fn read(mut body: &[u8]) -> Option<Vec<Message>> {
    let mut messages = Vec::new();
    while !body.is_empty() {
        let (head, rest) = body.split_at_checked(HEAD)?;
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        let (message, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        body = rest;
        messages.push(match head[0] {
            TEXT => Message::text(std::str::from_utf8(message).ok()?),
            BINARY => Message::binary(message.to_vec()),
            _ => return None,
        });
    }
    Some(messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_is_taken_apart_again() {
        let sent = [Message::text("é"), Message::binary(vec![0, 255]), Message::text("")];
        let mut batch = Batch::default();
        for message in &sent {
            assert!(batch.add(message.clone()));
        }
        assert_eq!(read(&batch.into_bytes()).unwrap(), sent);
    }

    #[test]
    fn a_body_that_is_cut_short_or_says_too_much_is_refused() {
        let mut batch = Batch::default();
        batch.add(Message::text("whole"));
        let whole = batch.into_bytes();
        for end in 1..whole.len() {
            assert!(read(&whole[..end]).is_none(), "{end}");
        }
        assert!(read(&[CLOSED, 0, 0, 0, 0]).is_none());
        assert!(read(&[TEXT, 1, 0, 0, 0, 0xff]).is_none());
        assert!(read(&[TEXT, 255, 255, 255, 255, 1]).is_none());
    }

    #[test]
    fn the_page_is_told_the_close_code() {
        let mut batch = Batch::default();
        assert!(!batch.add(Message::Close(None)));
        assert_eq!(batch.into_bytes(), [CLOSED, 2, 0, 0, 0, 0xed, 0x03]);
    }
}
