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
use futures_util::{SinkExt, Stream, StreamExt};
use tokio::time::{Instant, sleep_until, timeout};

/// What the streams are spoken as, for clients that offer subprotocols: who brings a token as one is answered this, and
/// never the token.
pub(crate) const PROTOCOL: &str = "switchyard";

/// How long a client may leave a frame unread before it is cut off; it can resume.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a client is probed.
const PING: Duration = Duration::from_secs(25);
/// How long a client may say nothing at all: it answers probes by itself, so it is gone, and the network did not tell.
const SILENCE: Duration = Duration::from_secs(60);

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

    /// Probes the client when it is time to.
    pub(crate) async fn probe(&mut self) -> Result<(), Gone> {
        sleep_until(self.ping_at).await;
        self.ping_at = Instant::now() + PING;
        self.send(probe()).await
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
        // Who is sent so much that there is no pause to probe in is probed too.
        let due = Instant::now() >= self.ping_at;
        let sending = async {
            if due {
                self.sink.feed(probe()).await?;
            }
            self.sink.send(message).await
        };
        let sent = timeout(PATIENCE, sending).await;
        if due {
            self.ping_at = Instant::now() + PING;
        }
        match sent {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

fn probe() -> Message {
    Message::Ping(Vec::new().into())
}

/// What the client says next; `None` when it broke the connection off, or has been silent for so long that it is gone.
pub(crate) async fn heard<E>(
    stream: &mut (impl Stream<Item = Result<Message, E>> + Unpin),
) -> Option<Message> {
    timeout(SILENCE, stream.next()).await.ok().flatten()?.ok()
}

/// Returns when the client closes the socket, breaks it or is gone; what it sends besides is passed over.
pub(crate) async fn gone(stream: &mut SplitStream<WebSocket>) {
    while let Some(message) = heard(stream).await {
        if matches!(message, Message::Close(_)) {
            return;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_answers_probes_stays_and_one_that_says_nothing_is_gone() {
        let answering = stream::unfold((), |()| async {
            sleep_until(Instant::now() + PING).await;
            Some((Ok::<_, axum::Error>(Message::Pong(Vec::new().into())), ()))
        });
        let mut answering = Box::pin(answering);
        for _ in 0..100 {
            assert!(heard(&mut answering).await.is_some());
        }
        let begun = Instant::now();
        assert!(heard(&mut stream::pending::<Result<_, axum::Error>>()).await.is_none());
        assert_eq!(begun.elapsed(), SILENCE);
    }
}
