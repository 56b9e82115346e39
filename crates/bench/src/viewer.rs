//! A viewer of one of the product's terminals, which acknowledges as the product's own client does.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message;

use crate::failure::{Failure, Result, told};
use crate::feed::Socket;

/// So many bytes come before they are acknowledged,
const ACK_BYTES: u64 = 64 * 1024;
/// fewer after this time.
const ACK_AFTER: Duration = Duration::from_millis(50);

/// An attached viewer.
pub(crate) struct Viewer {
    socket: Socket,
    /// Offset of the next byte.
    next: u64,
    acked: u64,
    /// When what is not acknowledged yet is to be.
    ack_at: Option<Instant>,
}

impl Viewer {
    /// Waits until `socket` says that it is attached.
    pub(crate) async fn attach(mut socket: Socket) -> Result<Self> {
        let attached = socket.next().await?;
        let from = attached["from"].as_u64();
        let from = from.ok_or_else(|| Failure::new(format!("a terminal did not attach: {attached}")))?;
        Ok(Self { socket, next: from, acked: from, ack_at: None })
    }

    /// Sends what was typed.
    pub(crate) async fn type_in(&mut self, bytes: &'static [u8]) -> Result<()> {
        self.socket.send(Message::Binary(Bytes::from_static(bytes))).await
    }

    /// Sends a command line.
    pub(crate) async fn type_line(&mut self, line: &str) -> Result<()> {
        self.socket.send(Message::Binary(format!("{line}\n").into())).await
    }

    /// The next output; `None` once the terminal is closed.
    pub(crate) async fn output(&mut self) -> Result<Option<Bytes>> {
        loop {
            if self.next - self.acked >= ACK_BYTES {
                self.ack().await?;
            }
            let message = match self.ack_at {
                None => self.socket.message().await?,
                Some(at) => match timeout_at(at, self.socket.message()).await {
                    Ok(message) => message?,
                    Err(_) => {
                        self.ack().await?;
                        continue;
                    }
                },
            };
            match message {
                Message::Binary(bytes) => {
                    self.next += bytes.len() as u64;
                    self.ack_at = self.ack_at.or_else(|| Some(Instant::now() + ACK_AFTER));
                    return Ok(Some(bytes));
                }
                Message::Text(text) => {
                    let frame: Value = told("read a frame", serde_json::from_str(&text))?;
                    match frame["type"].as_str() {
                        Some("closed") => return Ok(None),
                        Some("gap") => {
                            self.next = frame["from"].as_u64().unwrap_or(self.next);
                            self.ack().await?;
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    /// Waits for `text`; returns how many bytes came up to it and in the same frame.
    pub(crate) async fn until(&mut self, text: &[u8]) -> Result<u64> {
        let mut search = Search::of(text);
        let begun = self.next;
        while let Some(bytes) = self.output().await? {
            if search.finds(&bytes) {
                return Ok(self.next - begun);
            }
        }
        Err(Failure::new("a terminal closed before its output came"))
    }

    /// Reads until the terminal is closed.
    pub(crate) async fn until_closed(&mut self) -> Result<()> {
        while self.output().await?.is_some() {}
        Ok(())
    }

    async fn ack(&mut self) -> Result<()> {
        self.acked = self.next;
        self.ack_at = None;
        let ack = json!({ "type": "ack", "offset": self.acked });
        self.socket.send(Message::text(ack.to_string())).await
    }
}

/// Looks for a text in output that comes in pieces. Its first byte should be a rare one: the others are passed over fast.
pub(crate) struct Search<'a> {
    text: &'a [u8],
    /// The end of the last piece, where the text may have begun.
    tail: Vec<u8>,
}

impl<'a> Search<'a> {
    pub(crate) fn of(text: &'a [u8]) -> Self {
        Self { text, tail: Vec::new() }
    }

    /// Whether the text ends in this piece.
    pub(crate) fn finds(&mut self, piece: &[u8]) -> bool {
        let within = |bytes: &[u8]| bytes.windows(self.text.len()).any(|window| window == self.text);
        let most = self.text.len() - 1;
        let across = [&self.tail, &piece[..most.min(piece.len())]].concat();
        let may_be = self.text.first().is_some_and(|first| piece.contains(first));
        if within(&across) || (may_be && within(piece)) {
            return true;
        }
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(most)..]);
        self.tail.drain(..self.tail.len().saturating_sub(most));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_however_it_is_cut() {
        let output = b"some #thing# else";
        for size in 1..output.len() {
            let mut search = Search::of(b"#thing#");
            let found = output.chunks(size).position(|piece| search.finds(piece));
            assert_eq!(found, Some(11 / size), "in pieces of {size}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let mut search = Search::of(b"#thing#");
        assert!(!["#thin", "k", "##", "thing"].iter().any(|piece| search.finds(piece.as_bytes())));
    }
}
