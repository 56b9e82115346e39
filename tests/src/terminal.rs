//! A terminal as a client attaches to it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, id};
use crate::patience::NOISE;
use crate::socket::Socket;

/// An attached viewer.
#[derive(Debug)]
pub struct Terminal {
    socket: Socket,
    /// Offset of the next byte of output.
    pub offset: u64,
    /// Output since it was last taken.
    pub seen: Vec<u8>,
    /// Whether it says what it has shown.
    pub acknowledges: bool,
}

/// What a viewer gets.
#[derive(Debug)]
pub enum Sent {
    /// Output, which was added to what was seen.
    Output,
    /// A text frame.
    Frame(Value),
    /// The end, with its code and reason.
    Closed(u16, String),
}

impl Terminal {
    /// Attaches from an offset, or from the oldest byte that is kept.
    pub async fn attach(client: &Client, terminal: &Value, from: Option<u64>) -> Self {
        let from = from.map(|from| format!("?from={from}")).unwrap_or_default();
        Self::over(Socket::open(client, &format!("/api/terminals/{}/attach{from}", id(terminal))).await)
    }

    /// The same over a connection that was opened otherwise.
    #[must_use]
    pub fn over(socket: Socket) -> Self {
        Self { socket, offset: 0, seen: Vec::new(), acknowledges: true }
    }

    /// Types.
    pub async fn types(&mut self, text: &str) {
        self.send(Message::binary(text.as_bytes().to_vec())).await;
    }

    /// Sends a text frame.
    pub async fn tells(&mut self, frame: Value) {
        self.send(Message::text(frame.to_string())).await;
    }

    /// Sends a frame as it is.
    pub async fn send(&mut self, message: Message) {
        self.socket.0.send(message).await.expect("the server takes frames");
    }

    /// The next thing that comes, if it comes in time.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Sent> {
        let next = async {
            loop {
                match self.socket.0.next().await {
                    Some(Ok(Message::Binary(bytes))) => break Ok(bytes),
                    Some(Ok(Message::Text(text))) => {
                        break Err(Sent::Frame(
                            serde_json::from_str(text.as_str()).expect("frames are JSON"),
                        ));
                    }
                    Some(Ok(Message::Close(Some(frame)))) => {
                        break Err(Sent::Closed(frame.code.into(), frame.reason.to_string()));
                    }
                    Some(Ok(Message::Close(None)) | Err(_)) | None => {
                        break Err(Sent::Closed(0, String::new()));
                    }
                    Some(Ok(_)) => {}
                }
            }
        };
        match timeout(patience, next).await.ok()? {
            Ok(bytes) => {
                self.offset += bytes.len() as u64;
                self.seen.extend_from_slice(&bytes);
                if self.acknowledges {
                    // The server may be gone already, which the next read tells.
                    let ack = json!({"type": "ack", "offset": self.offset}).to_string();
                    let _ = self.socket.0.send(Message::text(ack)).await;
                }
                Some(Sent::Output)
            }
            Err(sent) => {
                if let Sent::Frame(frame) = &sent
                    && let Some(from) = frame["from"].as_u64()
                {
                    self.offset = from;
                }
                Some(sent)
            }
        }
    }

    /// The next thing that comes.
    pub async fn next(&mut self) -> Sent {
        let next = self.next_within(NOISE).await;
        next.unwrap_or_else(|| panic!("nothing comes after {:?}", String::from_utf8_lossy(&self.seen)))
    }

    /// Reads until the output has `wanted` in it; answers and forgets all of it.
    pub async fn until(&mut self, wanted: &str) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.seen).into_owned();
            if text.contains(wanted) {
                self.seen.clear();
                return text;
            }
            if let Sent::Closed(code, reason) = self.next().await {
                panic!("closed with {code} {reason} before {wanted:?}: {text:?}");
            }
        }
    }

    /// Types a line and reads until its output.
    pub async fn runs(&mut self, line: &str, says: &str) -> String {
        self.types(&format!("{line}\r")).await;
        self.until(says).await
    }

    /// The next text frame, reading over output.
    pub async fn frame(&mut self) -> Value {
        loop {
            match self.next().await {
                Sent::Frame(frame) => return frame,
                Sent::Output => {}
                Sent::Closed(code, reason) => panic!("closed with {code} {reason}"),
            }
        }
    }

    /// Reads to the end; answers the last text frame and the code of the close.
    pub async fn end(mut self) -> (Value, u16, String) {
        let mut last = Value::Null;
        loop {
            match self.next().await {
                Sent::Frame(frame) => last = frame,
                Sent::Output => {}
                Sent::Closed(code, reason) => return (last, code, reason),
            }
        }
    }
}
