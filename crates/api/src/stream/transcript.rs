//! A transcript from any entry on, then live. What is sent is always read from the store, in order of its numbers,
//! so nothing can be lost or doubled between replay and live.

use axum::extract::ws::WebSocket;
use switchyard_app::App;
use switchyard_domain::store::EntryRange;
use switchyard_domain::{Result, Scope, SessionId};

use super::{Gone, Sender, gone, split};
use crate::wire::entry::Entry;
use crate::wire::session::EntryFrame;

/// Entries in a frame, at most.
const BATCH: u32 = 500;

pub(crate) async fn serve(app: App, scope: Scope, id: SessionId, after: i64, socket: WebSocket) {
    let (mut sender, mut incoming) = split(socket);
    let ended = tokio::select! {
        ended = forward(&app, scope, id, after, &mut sender) => ended,
        () = gone(&mut incoming) => return,
    };
    if let Err(error) = ended {
        tracing::warn!(session = %id, ?error, "a transcript stream broke off");
        sender.close("The stream broke off; connect again.").await;
    }
}

async fn forward(app: &App, scope: Scope, id: SessionId, mut after: i64, sender: &mut Sender) -> Result<()> {
    // Watch before reading, so that what is stored in between is not missed.
    let mut watch = app.watch_transcript(id);
    loop {
        let entries = app.entries(&scope, id, EntryRange::After(after), BATCH).await?;
        // What is stored after that was read is told by the watch.
        let more = entries.len() == BATCH as usize;
        if let Some(last) = entries.last() {
            after = last.seq;
            let frame =
                EntryFrame { entries: entries.into_iter().map(|entry| Entry::new(id, entry)).collect() };
            if sender.text(serde_json::to_string(&frame).unwrap_or_default()).await.is_err() {
                return Ok(());
            }
        }
        if more {
            continue;
        }
        loop {
            tokio::select! {
                () = watch.more() => break,
                probed = sender.probe() => if let Err(Gone) = probed { return Ok(()) },
            }
        }
    }
}
