//! The way in for the desktop app's own window: the same router as behind a port, without one.
//!
//! Requests are handed over as values. Streams are WebSockets, as in a browser, over connections that never leave
//! memory: the same routes, the same authorisation, the same frames.

use std::convert::Infallible;
use std::io;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::serve::Listener;
use axum::{Extension, Router};
use switchyard_api::OwnWindow;
use switchyard_domain::{Error, Result};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// Bytes that wait in a connection, in each direction, until the other side takes them.
const IN_FLIGHT: usize = 64 * 1024;
/// Connections that wait to be taken.
const MOST_WAITING: usize = 16;
/// The host that the window's requests name.
const HOST: &str = "localhost";

/// Answers one window.
pub struct Window {
    router: Router,
    connections: mpsc::Sender<DuplexStream>,
    serving: JoinHandle<()>,
}

impl Window {
    /// Lets a window of this process use `router`.
    pub(crate) fn open(router: Router) -> Self {
        let router = router.layer(Extension(OwnWindow));
        let (connections, waiting) = mpsc::channel(MOST_WAITING);
        let streams = router.clone();
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(InMemory(waiting), streams).await {
                tracing::error!(%error, "the window's streams ended");
            }
        });
        Self { router, connections, serving }
    }

    /// Answers a request, whole. Its path and query count; that it comes from the window is this method's to say.
    pub async fn answer(&self, request: axum::http::Request<Vec<u8>>) -> Response<Bytes> {
        let mut request: Request = request.map(Body::from);
        request.headers_mut().insert(header::HOST, HeaderValue::from_static(HOST));
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        match to_bytes(body, usize::MAX).await {
            Ok(body) => Response::from_parts(parts, body),
            Err(error) => {
                tracing::error!(%error, "an answer broke off");
                let mut broken = Response::new(Bytes::new());
                *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                broken
            }
        }
    }

    /// A connection that a WebSocket can be opened over.
    ///
    /// # Errors
    /// `Unavailable` when the instance is ending.
    pub async fn connect(&self) -> Result<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(IN_FLIGHT);
        let ending = |_| Error::unavailable("ending", "Switchyard is being ended.");
        self.connections.send(theirs).await.map_err(ending)?;
        Ok(ours)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Connections that come from this process instead of a network.
struct InMemory(mpsc::Receiver<DuplexStream>);

impl Listener for InMemory {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(connection) => (connection, ()),
            None => match std::future::pending::<Infallible>().await {},
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::ws::{Message, WebSocketUpgrade};
    use axum::routing::get;
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite;

    use super::*;

    /// Says whether a request is marked as the window's, by answer and by WebSocket.
    fn window() -> Window {
        let marked = |own: Option<Extension<OwnWindow>>| if own.is_some() { "ours" } else { "a stranger's" };
        let router = Router::new()
            .route("/request", get(move |own: Option<Extension<OwnWindow>>| async move { marked(own) }))
            .route(
                "/stream",
                get(move |own: Option<Extension<OwnWindow>>, socket: WebSocketUpgrade| async move {
                    socket.on_upgrade(move |mut socket| async move {
                        let _ = socket.send(Message::Text(marked(own).into())).await;
                        while let Some(Ok(message)) = socket.recv().await {
                            let _ = socket.send(message).await;
                        }
                    })
                }),
            );
        Window::open(router)
    }

    #[tokio::test]
    async fn what_the_window_asks_is_marked_as_its_own_and_answered_whole() {
        let request = axum::http::Request::get("app://localhost/request").body(Vec::new()).unwrap();
        let answer = window().answer(request).await;
        assert_eq!((answer.status(), &answer.body()[..]), (StatusCode::OK, &b"ours"[..]));
    }

    #[tokio::test]
    async fn a_stream_of_the_window_is_a_websocket_without_a_network() {
        let window = window();
        let connection = window.connect().await.unwrap();
        let (mut socket, _) =
            tokio_tungstenite::client_async("ws://localhost/stream", connection).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), tungstenite::Message::text("ours"));
        let large = tungstenite::Message::binary(vec![7; 4 * IN_FLIGHT]);
        socket.send(large.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), large);
    }
}
