//! Terminals of a runner at the end of a Unix socket.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{Stream, StreamExt};
use switchyard_domain::runner::{
    EndedTerminals, KnownTerminal, RunsTerminals, TerminalInputs, TerminalOutputs, TerminalProgram,
    TerminalStart,
};
use switchyard_domain::terminal::ClosedReason;
use switchyard_domain::{Result, TerminalId};
use tonic::transport::{Channel, Endpoint};

use super::connection::channel;
use super::{RemoteRunner, answer};
use crate::fault::decode_status;
use crate::proto::runner_client::RunnerClient;
use crate::{decode, encode, proto};

/// What one viewer's connection holds at most before the runner waits: as much as the runner sends beyond the viewer's
/// last acknowledgement, and what goes with it.
const WINDOW: u32 = 512 * 1024;

impl RemoteRunner {
    /// A connection of its own for one viewer: what a flood in one terminal fills is not in the way of another.
    fn own_connection(&self) -> RunnerClient<Channel> {
        let tune = |endpoint: Endpoint| {
            endpoint.initial_connection_window_size(WINDOW).initial_stream_window_size(WINDOW)
        };
        RunnerClient::new(channel(&self.address, &self.trouble, Duration::ZERO, tune))
    }
}

/// What a viewer says, beginning with what it attaches to. A type of its own, since the compiler cannot see that a
/// future which holds a boxed stream may go from thread to thread.
struct Messages {
    attach: Option<proto::TerminalInput>,
    input: TerminalInputs,
}

impl Stream for Messages {
    type Item = proto::TerminalInput;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.attach.take() {
            Some(attach) => Poll::Ready(Some(attach)),
            None => self.input.poll_next_unpin(cx).map(|input| input.map(encode::terminal_input)),
        }
    }
}

#[async_trait]
impl RunsTerminals for RemoteRunner {
    async fn open_terminal(&self, start: &TerminalStart) -> Result<()> {
        let request = proto::TerminalStart {
            id: start.id.to_string(),
            site: Some(encode::site(&start.site)),
            size: Some(encode::terminal_size(start.size)),
            script: match &start.program {
                TerminalProgram::Shell => None,
                TerminalProgram::Script(script) => Some(script.clone()),
            },
            scrollback_lines: start.scrollback_lines,
        };
        answer(self.client().open_terminal(request).await).map(drop)
    }

    async fn attach_terminal(
        &self,
        id: TerminalId,
        from: Option<u64>,
        input: TerminalInputs,
    ) -> Result<TerminalOutputs> {
        let messages = Messages { attach: Some(encode::attach_terminal(id, from)), input };
        let output = answer(self.own_connection().attach_terminal(messages).await)?;
        let decoded = output.map(|message| match message {
            Ok(message) => decode::terminal_output(message),
            Err(status) => Err(decode_status(&status)),
        });
        Ok(decoded.boxed())
    }

    async fn close_terminal(&self, id: TerminalId, reason: ClosedReason) -> Result<()> {
        let request =
            proto::CloseTerminalRequest { terminal_id: id.to_string(), reason: reason.as_str().to_owned() };
        answer(self.client().close_terminal(request).await).map(drop)
    }

    async fn terminals(&self) -> Result<Vec<KnownTerminal>> {
        answer(self.client().terminals(proto::Empty {}).await).and_then(decode::terminals)
    }

    async fn ended_terminals(&self) -> Result<EndedTerminals> {
        let ended = answer(self.client().ended_terminals(proto::Empty {}).await)?;
        let decoded = ended.map(|message| match message {
            Ok(message) => decode::ended_terminal(message),
            Err(status) => Err(decode_status(&status)),
        });
        Ok(decoded.boxed())
    }
}
