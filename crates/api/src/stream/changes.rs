//! A frame each time a workspace's files change.

use axum::extract::ws::WebSocket;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use switchyard_domain::Result;

use super::{Gone, gone, split};
use crate::wire::diff::ChangeFrame;

pub(crate) async fn serve(mut changes: BoxStream<'static, Result<()>>, socket: WebSocket) {
    let (mut sender, mut incoming) = split(socket);
    loop {
        tokio::select! {
            change = changes.next() => match change {
                Some(Ok(())) => {
                    let frame = serde_json::to_string(&ChangeFrame { changed: true }).unwrap_or_default();
                    if let Err(Gone) = sender.text(frame).await {
                        return;
                    }
                }
                Some(Err(_)) | None => return sender.close("Watching broke off; connect again.").await,
            },
            probed = sender.probe() => if let Err(Gone) = probed { return },
            () = gone(&mut incoming) => return,
        }
    }
}
