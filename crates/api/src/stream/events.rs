//! The change feed: `{"since": n}` from the client, its position from the server, then one frame per change.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt;
use switchyard_app::{App, Delivery};
use switchyard_domain::{Result, Scope};
use tokio::time::timeout;

use super::{Gone, Sender, gone, split};
use crate::wire::event::{FeedEvent, FeedPosition, Subscribe};

/// How long a client may take to say where it wants to go on.
const FIRST_FRAME: Duration = Duration::from_secs(10);

pub(crate) async fn serve(app: App, scope: Scope, socket: WebSocket) {
    let (mut sender, mut incoming) = split(socket);
    let text = match timeout(FIRST_FRAME, incoming.next()).await {
        Ok(Some(Ok(Message::Text(text)))) => text,
        Ok(_) => return,
        Err(_) => return sender.close("No first frame came: send {\"since\": number or null}.").await,
    };
    let Ok(subscribe) = serde_json::from_str::<Subscribe>(&text) else {
        return sender.close("The first frame must be {\"since\": number or null}.").await;
    };
    let ended = tokio::select! {
        ended = forward(&app, scope, subscribe.since, &mut sender) => ended,
        () = gone(&mut incoming) => return,
    };
    if let Err(error) = ended {
        tracing::warn!(?error, "a feed subscription broke off");
        sender.close("The feed broke off; connect again.").await;
    }
}

async fn forward(app: &App, scope: Scope, since: Option<i64>, sender: &mut Sender) -> Result<()> {
    let mut reader = app.subscribe(scope, since).await?;
    let position = FeedPosition { since: reader.seen(), reset: false };
    if sender.text(frame(&position)).await.is_err() {
        return Ok(());
    }
    loop {
        let delivery = tokio::select! {
            delivery = reader.next() => delivery?,
            probed = sender.probe() => match probed {
                Ok(()) => continue,
                Err(Gone) => return Ok(()),
            },
        };
        let sent = match delivery {
            Delivery::Reset(head) => sender.text(frame(&FeedPosition { since: head, reset: true })).await,
            Delivery::Changes(changes) => {
                let mut sent = Ok(());
                for change in changes {
                    sent = sender.text(change.rendered(FeedEvent::render).to_owned()).await;
                    if sent.is_err() {
                        break;
                    }
                }
                sent
            }
        };
        if sent.is_err() {
            return Ok(());
        }
    }
}

fn frame(position: &FeedPosition) -> String {
    serde_json::to_string(position).unwrap_or_default()
}
