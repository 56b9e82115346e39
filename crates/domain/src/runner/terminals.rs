//! Terminals as the runner has them: opened, attached to, closed.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::WorkspaceSite;
use crate::terminal::{ClosedReason, TerminalEnd, TerminalSize};
use crate::{Result, TerminalId};

/// What is started in a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalProgram {
    /// The user's own shell, interactive.
    Shell,
    /// A script for `/bin/sh`. It is told of ten ports that are its workspace's own.
    Script(String),
}

/// A terminal to be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct TerminalStart {
    /// Its id.
    pub id: TerminalId,
    /// Where its program is started; the workspace has been made.
    pub site: WorkspaceSite,
    /// What is started.
    pub program: TerminalProgram,
    /// Its size.
    pub size: TerminalSize,
    /// Lines of output that are kept.
    pub scrollback_lines: u32,
}

/// What a viewer sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalInput {
    /// Bytes for the program, as they are.
    Bytes(Vec<u8>),
    /// Everything below this offset has been shown.
    Ack(u64),
    /// A new size.
    Resize(TerminalSize),
}

/// What a viewer gets. Offsets count the bytes of output from the terminal's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalOutput {
    /// Comes first: where output goes on, how far it is known, and the size in force.
    Attached {
        /// Offset of the next byte that is sent.
        from: u64,
        /// Offset behind the newest byte.
        end: u64,
        /// The size.
        size: TerminalSize,
    },
    /// Output, as the program wrote it.
    Bytes(Vec<u8>),
    /// What was before this offset is not kept any more, and output goes on from here.
    Gap(u64),
    /// Somebody changed the size.
    Size(TerminalSize),
    /// The program is gone and all of its output was sent; nothing follows.
    Ended(TerminalEnd),
}

/// A viewer's input as it comes; its end is the viewer's.
pub type TerminalInputs = BoxStream<'static, TerminalInput>;
/// A viewer's output as it comes.
pub type TerminalOutputs = BoxStream<'static, Result<TerminalOutput>>;
/// Terminals as they end.
pub type EndedTerminals = BoxStream<'static, Result<(TerminalId, TerminalEnd)>>;

/// A terminal that the runner knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTerminal {
    /// Its id.
    pub id: TerminalId,
    /// How long it had neither input nor output.
    pub idle: Duration,
    /// Whether something other than a shell at its prompt is in its foreground: a script always is.
    pub busy: bool,
    /// How it ended, if it did.
    pub end: Option<TerminalEnd>,
}

/// The part of the data plane that terminals are.
#[async_trait]
pub trait RunsTerminals: Send + Sync {
    /// Opens a terminal in the workspace's folder. Opening one that is there does nothing.
    async fn open_terminal(&self, start: &TerminalStart) -> Result<()>;
    /// Attaches a viewer, from an offset or from the oldest byte that is kept. At most 256 KiB beyond its last
    /// acknowledgement are sent.
    async fn attach_terminal(
        &self,
        id: TerminalId,
        from: Option<u64>,
        input: TerminalInputs,
    ) -> Result<TerminalOutputs>;
    /// Ends a terminal with everything that it started, and forgets it. One that is not there is passed over.
    async fn close_terminal(&self, id: TerminalId, reason: ClosedReason) -> Result<()>;
    /// The terminals that the runner has, those that ended and were not yet forgotten included.
    async fn terminals(&self) -> Result<Vec<KnownTerminal>>;
    /// Terminals that have ended and were not yet forgotten, then each one that ends.
    async fn ended_terminals(&self) -> Result<EndedTerminals>;
}
