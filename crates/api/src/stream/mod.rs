//! What goes over the WebSockets.

pub(crate) mod changes;
pub(crate) mod events;
pub(crate) mod standing;
pub(crate) mod terminal;
pub(crate) mod transcript;

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseCode, CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::SplitStream;
use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant, sleep_until, timeout};

/// How long a client may leave a frame unread before it is cut off; it can resume.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a silent connection is probed.
const PING: Duration = Duration::from_secs(25);

/// The sending half: refuses to wait for a reader that does not read.
pub(crate) struct Sender {
    sink: futures_util::stream::SplitSink<WebSocket, Message>,
    ping_at: Instant,
}

/// The client is gone, or reads too slowly.
pub(crate) struct Gone;

/// Splits a socket into what is sent and what tells that the client is gone.
pub(crate) fn split(socket: WebSocket) -> (Sender, SplitStream<WebSocket>) {
    let (sink, stream) = socket.split();
    (Sender { sink, ping_at: Instant::now() + PING }, stream)
}

impl Sender {
    /// Sends a text frame.
    pub(crate) async fn text(&mut self, text: String) -> Result<(), Gone> {
        self.send(Message::Text(text.into())).await
    }

    /// Sends a binary frame.
    pub(crate) async fn binary(&mut self, bytes: Bytes) -> Result<(), Gone> {
        self.send(Message::Binary(bytes)).await
    }

    /// Sends what has been buffered and probes the client when it is time to.
    pub(crate) async fn probe(&mut self) -> Result<(), Gone> {
        sleep_until(self.ping_at).await;
        self.send(Message::Ping(Vec::new().into())).await
    }

    /// Ends the stream, saying that the client should try again.
    pub(crate) async fn close(self, reason: &'static str) {
        self.end(close_code::AGAIN, reason).await;
    }

    /// Ends the stream for a reason that a code says.
    pub(crate) async fn end(mut self, code: CloseCode, reason: &'static str) {
        let frame = CloseFrame { code, reason: reason.into() };
        let _ = self.send(Message::Close(Some(frame))).await;
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        self.ping_at = Instant::now() + PING;
        match timeout(PATIENCE, self.sink.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

/// Returns when the client closes the socket or breaks it; what it sends besides is passed over.
pub(crate) async fn gone(stream: &mut SplitStream<WebSocket>) {
    while let Some(Ok(message)) = stream.next().await {
        if matches!(message, Message::Close(_)) {
            return;
        }
    }
}
