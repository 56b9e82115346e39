//! The methods for terminals.

use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::BoxStream;
use switchyard_domain::runner::{TerminalInput, TerminalOutput, TerminalProgram, TerminalStart};
use switchyard_domain::terminal::{ClosedReason, SCROLLBACK_LINES, TerminalEnd, TerminalSize};
use switchyard_domain::{Error, Result, TerminalId};
use tonic::{Status, Streaming};

use super::fault::status;
use super::{decode, proto};
use crate::terminal::Terminals;

/// A viewer's output as it travels.
pub(super) type Outputs = BoxStream<'static, Result<proto::TerminalOutput, Status>>;
/// Terminals that end, as they travel.
pub(super) type Ends = BoxStream<'static, Result<proto::EndedTerminal, Status>>;

/// A terminal to be opened.
pub(super) fn start(start: proto::TerminalStart) -> Result<TerminalStart> {
    Ok(TerminalStart {
        id: decode::parse("terminal_id", &start.id)?,
        site: decode::site(start.site)?,
        program: start.script.map_or(TerminalProgram::Shell, TerminalProgram::Script),
        size: size(start.size)?,
        scrollback_lines: match start.scrollback_lines {
            0 => SCROLLBACK_LINES,
            lines => lines,
        },
    })
}

pub(super) async fn attach(
    terminals: &Terminals,
    mut messages: Streaming<proto::TerminalInput>,
) -> Result<Outputs, Status> {
    let Some(proto::TerminalInput { input: Some(proto::terminal_input::Input::Attach(attach)) }) =
        messages.message().await?
    else {
        return Err(status(Error::invalid("attach", "The first message attaches.")));
    };
    let id = decode::parse("terminal_id", &attach.terminal_id).map_err(status)?;
    // A viewer that breaks off, or sends what cannot be read, is one that is gone.
    let inputs = messages
        .map(|message| message.ok().and_then(input))
        .take_while(|input| ready(input.is_some()))
        .filter_map(ready);
    let outputs = terminals.attach(id, attach.from, inputs.boxed()).map_err(status)?;
    Ok(outputs.map(|output| output.map(encode_output).map_err(status)).boxed())
}

pub(super) async fn close(terminals: &Terminals, request: proto::CloseTerminalRequest) -> Result<()> {
    let id: TerminalId = decode::parse("terminal_id", &request.terminal_id)?;
    let reason: ClosedReason = decode::parse("reason", &request.reason)?;
    terminals.close(id, reason).await;
    Ok(())
}

pub(super) fn list(terminals: &Terminals) -> proto::TerminalList {
    let item = |known: switchyard_domain::runner::KnownTerminal| proto::KnownTerminal {
        id: known.id.to_string(),
        idle_millis: u64::try_from(known.idle.as_millis()).unwrap_or(u64::MAX),
        busy: known.busy,
        end: known.end.map(encode_end),
    };
    proto::TerminalList { items: terminals.list().into_iter().map(item).collect() }
}

pub(super) fn ended(terminals: &Terminals) -> Ends {
    let encode = |(id, end): (TerminalId, TerminalEnd)| proto::EndedTerminal {
        id: id.to_string(),
        end: Some(encode_end(end)),
    };
    terminals.ended().map(move |ended| ended.map(encode).map_err(status)).boxed()
}

fn size(size: Option<proto::TerminalSize>) -> Result<TerminalSize> {
    let size = size.ok_or_else(|| Error::invalid("size", "This is missing."))?;
    TerminalSize::new(size.cols, size.rows)
}

fn input(message: proto::TerminalInput) -> Option<TerminalInput> {
    use proto::terminal_input::Input;
    Some(match message.input? {
        Input::Attach(_) => return None,
        Input::Bytes(bytes) => TerminalInput::Bytes(bytes),
        Input::Ack(offset) => TerminalInput::Ack(offset),
        Input::Resize(given) => TerminalInput::Resize(size(Some(given)).ok()?),
    })
}

fn encode_size(size: TerminalSize) -> proto::TerminalSize {
    proto::TerminalSize { cols: size.cols.into(), rows: size.rows.into() }
}

fn encode_end(end: TerminalEnd) -> proto::TerminalEnd {
    proto::TerminalEnd { reason: end.reason.as_str().to_owned(), exit_code: end.exit_code }
}

fn encode_output(output: TerminalOutput) -> proto::TerminalOutput {
    use proto::terminal_output::{Attached, Output};
    let output = match output {
        TerminalOutput::Attached { from, end, size } => {
            Output::Attached(Attached { from, end, size: Some(encode_size(size)) })
        }
        TerminalOutput::Bytes(bytes) => Output::Bytes(bytes),
        TerminalOutput::Gap(from) => Output::Gap(from),
        TerminalOutput::Size(size) => Output::Size(encode_size(size)),
        TerminalOutput::Ended(end) => Output::Ended(encode_end(end)),
    };
    proto::TerminalOutput { output: Some(output) }
}
