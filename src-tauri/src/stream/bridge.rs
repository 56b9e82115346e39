//! One stream, from end to end.

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use switchyard_core::{WINDOW_ORIGIN, Window};
use tauri::http::{HeaderValue, header};
use tauri::ipc::{Channel, InvokeResponseBody};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Message;

use super::batch::{self, Batch};
use super::credit::Credit;

/// Bytes after which a batch goes though more is there.
const FULL: usize = 64 * 1024;

type Socket = WebSocketStream<DuplexStream>;

/// Opens the WebSocket of `path` and carries its messages both ways until either side ends it.
pub(super) async fn carry(
    window: &Window,
    path: &str,
    frames: &Channel<InvokeResponseBody>,
    outgoing: mpsc::Receiver<Vec<u8>>,
    credit: &Credit,
) {
    let socket = match open(window, path).await {
        Ok(socket) => socket,
        Err(error) => {
            tracing::debug!(%error, path, "a stream was not opened");
            return tell(frames, Batch::failed());
        }
    };
    credit.spend(Batch::opened().len()).await;
    tell(frames, Batch::opened());
    let (sink, stream) = socket.split();
    tokio::select! {
        () = to_page(stream, frames, credit) => {}
        () = from_page(outgoing, sink) => {}
    }
}

async fn open(window: &Window, path: &str) -> Result<Socket, Box<dyn std::error::Error + Send + Sync>> {
    if !path.starts_with('/') {
        return Err("a path starts at the root".into());
    }
    let mut request = format!("ws://localhost/api{path}").into_client_request()?;
    request.headers_mut().insert(header::ORIGIN, HeaderValue::from_static(WINDOW_ORIGIN));
    let connection = window.connect().await.map_err(|error| error.message)?;
    let (socket, _) = tokio_tungstenite::client_async(request, connection).await?;
    Ok(socket)
}

/// Until the server ends the stream. All that is there goes in one batch.
async fn to_page(mut stream: SplitStream<Socket>, frames: &Channel<InvokeResponseBody>, credit: &Credit) {
    loop {
        let mut batch = Batch::default();
        let mut goes_on = put(&mut batch, stream.next().await);
        while goes_on && batch.len() < FULL {
            match stream.next().now_or_never() {
                Some(message) => goes_on = put(&mut batch, message),
                None => break,
            }
        }
        if !batch.is_empty() {
            credit.spend(batch.len()).await;
            tell(frames, batch);
        }
        if !goes_on {
            return;
        }
    }
}

/// Answers whether more may come.
fn put(batch: &mut Batch, message: Option<Result<Message, Error>>) -> bool {
    match message {
        Some(Ok(message)) => batch.add(message),
        Some(Err(_)) | None => {
            batch.broke_off();
            false
        }
    }
}

/// Until the page closes the stream, or sends what no page of ours would.
async fn from_page(mut outgoing: mpsc::Receiver<Vec<u8>>, mut sink: SplitSink<Socket, Message>) {
    while let Some(body) = outgoing.recv().await {
        let Some(messages) = batch::read(&body) else {
            tracing::warn!("the page sent what is no batch of messages");
            break;
        };
        for message in messages {
            if sink.feed(message).await.is_err() {
                return std::future::pending().await;
            }
        }
        if sink.flush().await.is_err() {
            // The other half tells the page how it ended.
            return std::future::pending().await;
        }
    }
    let _ = sink.close().await;
}

fn tell(frames: &Channel<InvokeResponseBody>, batch: Batch) {
    if let Err(error) = frames.send(InvokeResponseBody::Raw(batch.into_bytes())) {
        tracing::debug!(%error, "the page is gone");
    }
}
