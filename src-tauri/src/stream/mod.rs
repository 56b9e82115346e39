//! The page's streams: the API's WebSockets, carried over the shell's channels.
//!
//! A web view opens no WebSocket to a scheme of ours, so each is opened here, over a connection in memory. What comes
//! is put together into batches, and no more is on its way to the page than it has acknowledged room for: a page that
//! does not read holds its stream up, as a socket would, and nothing else.

mod batch;
mod bridge;
mod credit;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tauri::State;
use tauri::ipc::{Channel, InvokeBody, InvokeResponseBody, Request};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use self::credit::Credit;
use crate::running::Starting;

/// Streams that one page may have open.
const MOST_STREAMS: usize = 256;
/// Messages of the page that wait to be sent.
const MOST_WAITING: usize = 16;
/// The header that says which stream a body is for.
const STREAM: &str = "stream";

/// The open streams.
#[derive(Default)]
pub(crate) struct Streams {
    open: Mutex<HashMap<u32, Open>>,
    last: AtomicU32,
}

struct Open {
    outgoing: mpsc::Sender<Vec<u8>>,
    credit: Arc<Credit>,
    task: AbortHandle,
}

impl Streams {
    /// Ends all streams: the page that opened them went.
    pub(crate) fn page_went(&self) {
        for (_, stream) in self.lock().drain() {
            stream.task.abort();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a stream on `path`, below `/api`; what comes of it is told on `frames`.
#[tauri::command]
pub(crate) async fn stream_open(
    starting: State<'_, Starting>,
    streams: State<'_, Streams>,
    path: String,
    frames: Channel<InvokeResponseBody>,
) -> Result<u32, String> {
    let id = streams.last.fetch_add(1, Ordering::Relaxed);
    let (outgoing, waiting) = mpsc::channel(MOST_WAITING);
    let credit = Arc::new(Credit::default());
    let (starting, room) = (starting.inner().clone(), Arc::clone(&credit));
    let mut open = streams.lock();
    if open.len() >= MOST_STREAMS {
        open.retain(|_, stream| !stream.task.is_finished());
    }
    if open.len() >= MOST_STREAMS {
        return Err(format!("{MOST_STREAMS} streams are open, which is the most."));
    }
    let task = tauri::async_runtime::spawn(async move {
        let window = &starting.running().await.window;
        bridge::carry(window, &path, &frames, waiting, &room).await;
    });
    open.insert(id, Open { outgoing, credit, task: task.inner().abort_handle() });
    Ok(id)
}

/// Sends a batch of messages. The answer comes when there is room for the next.
#[tauri::command]
pub(crate) async fn stream_send(streams: State<'_, Streams>, request: Request<'_>) -> Result<(), String> {
    let id = request.headers().get(STREAM).and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let (Some(id), InvokeBody::Raw(batch)) = (id, request.body()) else {
        return Err("A batch is bytes, for the stream that a header names.".to_owned());
    };
    let outgoing = streams.lock().get::<u32>(&id).map(|stream| stream.outgoing.clone());
    // A stream that ended meanwhile has told so on its channel.
    if let Some(outgoing) = outgoing {
        let _ = outgoing.send(batch.clone()).await;
    }
    Ok(())
}

/// The page has taken so many more batches.
#[tauri::command]
pub(crate) fn stream_acknowledge(streams: State<'_, Streams>, id: u32, batches: usize) {
    if let Some(stream) = streams.lock().get(&id) {
        stream.credit.give_back(batches);
    }
}

/// The page wants no more of a stream.
#[tauri::command]
pub(crate) fn stream_close(streams: State<'_, Streams>, id: u32) {
    // What the page has sent before is still sent: the task ends when it has nothing left to take.
    streams.lock().remove(&id);
}
