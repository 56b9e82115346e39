//! A terminal: output as binary frames, input likewise, the rest as text.

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, close_code};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use switchyard_app::App;
use switchyard_domain::runner::{TerminalInput, TerminalInputs, TerminalOutput, TerminalOutputs};
use switchyard_domain::{ErrorKind, Scope, TerminalId};
use tokio::sync::oneshot;

use super::{Gone, Sender, heard, split};
use crate::wire::terminal::{TerminalCommand, TerminalFrame};

/// Most bytes of input in a frame.
const LARGEST_INPUT: usize = 64 * 1024;
/// Most bytes in a text frame.
const LARGEST_COMMAND: usize = 1024;
/// What is read of a frame at all; above the others, so that one that is a little too large is told why.
pub(crate) const LARGEST_MESSAGE: usize = 2 * LARGEST_INPUT;

/// What closes the connection of a client that sends what it must not.
type Offence = &'static str;

pub(crate) async fn serve(app: App, scope: Scope, id: TerminalId, from: Option<u64>, socket: WebSocket) {
    let (mut sender, incoming) = split(socket);
    let (tell, left) = oneshot::channel();
    let outputs = match app.attach_terminal(scope, id, from, inputs(incoming, tell)).await {
        Ok(outputs) => outputs,
        Err(error) => {
            tracing::warn!(terminal = %id, ?error, "a terminal cannot be attached to");
            return sender.close(refusal(error.kind)).await;
        }
    };
    // The runner may be done with what is sent before its last output has come.
    let left = async move {
        match left.await {
            Ok(offence) => offence,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        offence = left => if let Some(offence) = offence {
            sender.end(close_code::POLICY, offence).await;
        },
        forwarded = forward(outputs, &mut sender) => match forwarded {
            Forwarded::Whole => sender.end(close_code::NORMAL, "The terminal is closed.").await,
            Forwarded::BrokeOff => sender.close("The terminal's runner broke off; connect again.").await,
            Forwarded::Gone => {}
        },
    }
}

fn refusal(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "The terminal is gone.",
        _ => "The terminal cannot be reached; connect again.",
    }
}

/// How a viewer's output came to its end.
enum Forwarded {
    Whole,
    BrokeOff,
    Gone,
}

async fn forward(mut outputs: TerminalOutputs, sender: &mut Sender) -> Forwarded {
    loop {
        let output = tokio::select! {
            output = outputs.next() => output,
            probed = sender.probe() => match probed {
                Ok(()) => continue,
                Err(Gone) => return Forwarded::Gone,
            },
        };
        let (sent, last) = match output {
            Some(Ok(TerminalOutput::Bytes(bytes))) => (sender.binary(Bytes::from(bytes)).await, false),
            Some(Ok(TerminalOutput::Attached { from, end, size })) => {
                let frame = TerminalFrame::Attached { from, end, cols: size.cols, rows: size.rows };
                (sender.text(text(&frame)).await, false)
            }
            Some(Ok(TerminalOutput::Gap(from))) => {
                (sender.text(text(&TerminalFrame::Gap { from })).await, false)
            }
            Some(Ok(TerminalOutput::Size(size))) => {
                let frame = TerminalFrame::Size { cols: size.cols, rows: size.rows };
                (sender.text(text(&frame)).await, false)
            }
            Some(Ok(TerminalOutput::Ended(end))) => {
                (sender.text(text(&TerminalFrame::closed(end))).await, true)
            }
            Some(Err(_)) | None => return Forwarded::BrokeOff,
        };
        match (sent, last) {
            (Err(Gone), _) => return Forwarded::Gone,
            (Ok(()), true) => return Forwarded::Whole,
            (Ok(()), false) => {}
        }
    }
}

fn text(frame: &TerminalFrame) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}

/// What the client sends, until it goes or offends; `left` is told which.
fn inputs(incoming: SplitStream<WebSocket>, left: oneshot::Sender<Option<Offence>>) -> TerminalInputs {
    futures_util::stream::unfold((incoming, left), |(mut incoming, left)| async move {
        loop {
            let read = heard(&mut incoming).await.map_or(Read::Left, read);
            let offence = match read {
                Read::Input(input) => return Some((input, (incoming, left))),
                Read::Nothing => continue,
                Read::Left => None,
                Read::Offence(offence) => Some(offence),
            };
            // Nobody may be there to be told any more.
            let _ = left.send(offence);
            return None;
        }
    })
    .boxed()
}

enum Read {
    Input(TerminalInput),
    Nothing,
    Left,
    Offence(Offence),
}

fn read(message: Message) -> Read {
    match message {
        Message::Binary(bytes) if bytes.len() > LARGEST_INPUT => {
            Read::Offence("Input comes in frames of at most 64 KiB.")
        }
        Message::Binary(bytes) if bytes.is_empty() => Read::Nothing,
        Message::Binary(bytes) => Read::Input(TerminalInput::Bytes(bytes.into())),
        Message::Text(text) if text.len() > LARGEST_COMMAND => {
            Read::Offence("A text frame has at most 1024 bytes.")
        }
        Message::Text(text) => {
            let command = serde_json::from_str::<TerminalCommand>(&text).ok();
            match command.and_then(|command| TerminalInput::try_from(command).ok()) {
                Some(input) => Read::Input(input),
                None => Read::Offence("A text frame is {\"type\":\"ack\",…} or {\"type\":\"resize\",…}."),
            }
        }
        Message::Close(_) => Read::Left,
        Message::Ping(_) | Message::Pong(_) => Read::Nothing,
    }
}
