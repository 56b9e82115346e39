//! WebSockets of the server: the change feed, a session's live transcript, a terminal.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::failure::{Failure, Result, told};

/// How long a frame may take to come. Far beyond any figure: to tell a loss from a delay.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open WebSocket.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens the WebSocket at `path`.
    pub(crate) async fn open(port: u16, token: &str, path: &str) -> Result<Self> {
        let mut request =
            told("make a request", format!("ws://127.0.0.1:{port}{path}").into_client_request())?;
        let bearer = told("make a header", format!("Bearer {token}").parse())?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let stream = told("connect", TcpStream::connect(("127.0.0.1", port)).await)?;
        told("set TCP_NODELAY", stream.set_nodelay(true))?;
        let (socket, _) = told(path, client_async(request, stream).await)?;
        Ok(Self(socket))
    }

    /// Subscribes to the change feed from now on.
    pub(crate) async fn subscribe(port: u16, token: &str) -> Result<Self> {
        let mut socket = Self::open(port, token, "/api/events").await?;
        let hello = Message::text(serde_json::json!({ "since": null }).to_string());
        socket.send(hello).await?;
        socket.next().await?;
        Ok(socket)
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, message: Message) -> Result<()> {
        told("write to the WebSocket", self.0.send(message).await)
    }

    /// The next text frame.
    pub(crate) async fn next(&mut self) -> Result<Value> {
        loop {
            if let Message::Text(text) = self.message().await? {
                return told("read a frame", serde_json::from_str(&text));
            }
        }
    }

    /// The next frame of whatever kind, but for the one that closes.
    pub(crate) async fn message(&mut self) -> Result<Message> {
        let frame = tokio::time::timeout(PATIENCE, self.0.next()).await;
        let frame = frame.map_err(|_| Failure::new("nothing came over the WebSocket for a minute"))?;
        match told("read the WebSocket", frame.unwrap_or(Ok(Message::Close(None))))? {
            Message::Close(_) => Err(Failure::new("the server closed the WebSocket")),
            message => Ok(message),
        }
    }
}
