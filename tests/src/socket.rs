//! WebSockets to an instance.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header::HeaderName};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::client::Client;
use crate::patience::NOISE;

/// A connection.
#[derive(Debug)]
pub struct Socket(pub(crate) WebSocketStream<TcpStream>);

impl Socket {
    /// Connects with the client's token.
    pub async fn open(client: &Client, path: &str) -> Self {
        let bearer = client.bearer();
        let opened = Self::try_open(client, path, &[("authorization", &bearer)]).await;
        opened.unwrap_or_else(|status| panic!("{path} answered {status}"))
    }

    /// Connects with these headers and no credential besides.
    ///
    /// # Errors
    /// The HTTP status with which the server refused.
    pub async fn try_open(client: &Client, path: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let url = format!("ws://{}{path}", client.host());
        let mut request = url.into_client_request().expect("a well-formed address");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header value"));
        }
        let stream = TcpStream::connect(("127.0.0.1", client.port())).await.expect("the server listens");
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{path}: {error}"),
        }
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.expect("the server takes frames");
    }

    /// The next frame; `None` when the connection ends.
    ///
    /// # Panics
    /// When neither happens for long.
    pub async fn next(&mut self) -> Option<Value> {
        self.next_within(NOISE).await.unwrap_or_else(|| panic!("the server sends nothing"))
    }

    /// The next frame, if one comes in time; inside of it `None` when the connection ends.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Option<Value>> {
        let frame = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        break Some(serde_json::from_str(text.as_str()).expect("frames are JSON"));
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                    Some(Ok(_)) => {}
                }
            }
        };
        timeout(patience, frame).await.ok()
    }

    /// Why the server closed the connection, reading over everything else.
    pub async fn closed(mut self) -> (u16, String) {
        let closing = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => {
                        break (frame.code.into(), frame.reason.to_string());
                    }
                    Some(Ok(Message::Close(None)) | Err(_)) | None => break (0, String::new()),
                    Some(Ok(_)) => {}
                }
            }
        };
        timeout(NOISE, closing).await.expect("the server closes the connection")
    }
}

/// A subscription to the change feed.
#[derive(Debug)]
pub struct Feed {
    socket: Socket,
    /// Number of the last event that came, or where the feed stood at the start.
    pub seen: i64,
}

impl Feed {
    /// Subscribes to what comes after event `since`, or from now on.
    pub async fn subscribe(client: &Client, since: Option<i64>) -> Self {
        let mut socket = Socket::open(client, "/api/events").await;
        socket.send(json!({ "since": since })).await;
        let first = socket.next().await.expect("the feed's position");
        let seen = first["since"].as_i64().expect("a number");
        assert!(since.is_none_or(|since| since == seen), "asked for {since:?}, got {first}");
        Self { socket, seen }
    }

    /// The next event, which must be the one after the last; `None` when the connection ends.
    pub async fn next(&mut self) -> Option<Value> {
        let event = self.socket.next().await?;
        let seq = event["seq"].as_i64().unwrap_or_else(|| panic!("not an event: {event}"));
        assert_eq!(seq, self.seen + 1, "an event is lost, doubled or out of order: {event}");
        self.seen = seq;
        Some(event)
    }

    /// The client's address of the connection.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.socket.0.get_ref().local_addr().expect("a connected socket")
    }

    /// The next frame, whatever it is.
    pub async fn frame(&mut self) -> Option<Value> {
        self.socket.next().await
    }

    /// Reads on until an event satisfies `wanted`.
    pub async fn until(&mut self, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let event = self.next().await.expect("the feed goes on");
            if wanted(&event) {
                return event;
            }
        }
    }
}
