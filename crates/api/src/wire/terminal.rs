//! Terminals on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::runner::TerminalInput;
use switchyard_domain::terminal as domain;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Time, mirror};

mirror! {
    /// What runs in a terminal.
    TerminalKind = domain::TerminalKind { Shell, DevServer }
}

mirror! {
    /// Whether a terminal's program is there.
    TerminalStatus = domain::TerminalStatus { Open, Closed }
}

mirror! {
    /// Why a terminal was closed.
    ClosedReason = domain::ClosedReason { Exited, Closed, Idle, Lost }
}

/// A terminal in a workspace, its caller's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct Terminal {
    id: Uuid,
    workspace_id: Uuid,
    kind: TerminalKind,
    name: String,
    status: TerminalStatus,
    /// The size that it was opened with; attaching tells the one in force.
    cols: u16,
    rows: u16,
    /// Lines of output that are kept.
    scrollback_lines: u32,
    /// What the program ended with; null while it is open, and where nobody knows.
    #[schema(required = true)]
    exit_code: Option<i32>,
    #[schema(required = true)]
    closed_reason: Option<ClosedReason>,
    created_at: Time,
    #[schema(required = true)]
    closed_at: Option<Time>,
    version: i64,
}

impl From<domain::Terminal> for Terminal {
    fn from(terminal: domain::Terminal) -> Self {
        Self {
            id: terminal.id.into(),
            workspace_id: terminal.workspace_id.into(),
            kind: terminal.kind.into(),
            name: terminal.name,
            status: terminal.status.into(),
            cols: terminal.size.cols,
            rows: terminal.size.rows,
            scrollback_lines: terminal.scrollback_lines,
            exit_code: terminal.end.and_then(|end| end.exit_code),
            closed_reason: terminal.end.map(|end| end.reason.into()),
            created_at: terminal.created_at.into(),
            closed_at: terminal.closed_at.map(Into::into),
            version: terminal.version,
        }
    }
}

/// Opens a terminal. All of it may be left out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTerminal {
    /// The smallest free “Terminal N” where it is left out.
    pub(crate) name: Option<String>,
    /// 1 to 1000; 80 where it is left out.
    cols: Option<u32>,
    /// 1 to 1000; 24 where it is left out.
    rows: Option<u32>,
}

impl CreateTerminal {
    pub(crate) fn size(&self) -> switchyard_domain::Result<domain::TerminalSize> {
        size(self.cols, self.rows)
    }
}

/// Starts a dev server. All of it may be left out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartDevServer {
    /// 1 to 1000; 80 where it is left out.
    cols: Option<u32>,
    /// 1 to 1000; 24 where it is left out.
    rows: Option<u32>,
}

impl StartDevServer {
    pub(crate) fn size(&self) -> switchyard_domain::Result<domain::TerminalSize> {
        size(self.cols, self.rows)
    }
}

fn size(cols: Option<u32>, rows: Option<u32>) -> switchyard_domain::Result<domain::TerminalSize> {
    let usual = domain::TerminalSize::default();
    domain::TerminalSize::new(cols.unwrap_or(usual.cols.into()), rows.unwrap_or(usual.rows.into()))
}

/// Renames a terminal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchTerminal {
    pub(crate) version: Option<i64>,
    pub(crate) name: String,
}

/// Where a terminal's output goes on.
#[derive(Deserialize, IntoParams)]
pub(crate) struct AttachQuery {
    /// Offset of the first byte that the client does not have; the oldest byte that is kept where it is left out.
    pub(crate) from: Option<u64>,
}

/// A text frame that the server sends; its binary frames are output, as the program wrote it. Offsets count the bytes
/// of output from the terminal's start.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum TerminalFrame {
    /// Comes first.
    Attached {
        /// Offset of the next byte.
        from: u64,
        /// Offset behind the newest byte.
        end: u64,
        cols: u16,
        rows: u16,
    },
    /// What was before this offset is not kept any more: clear the screen, and go on from here.
    Gap { from: u64 },
    /// Somebody changed the size.
    Size { cols: u16, rows: u16 },
    /// The program is gone and all of its output was sent. Comes last.
    Closed {
        reason: ClosedReason,
        #[schema(required = true)]
        exit_code: Option<i32>,
    },
}

impl TerminalFrame {
    pub(crate) fn closed(end: domain::TerminalEnd) -> Self {
        Self::Closed { reason: end.reason.into(), exit_code: end.exit_code }
    }
}

/// A text frame that the client sends; its binary frames are input.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum TerminalCommand {
    /// All bytes below this offset have been shown. At most 256 KiB beyond it are sent.
    Ack { offset: u64 },
    /// The size for everybody who is attached: 1 to 1000 columns and rows.
    Resize { cols: u32, rows: u32 },
}

impl TryFrom<TerminalCommand> for TerminalInput {
    type Error = switchyard_domain::Error;

    fn try_from(command: TerminalCommand) -> switchyard_domain::Result<Self> {
        Ok(match command {
            TerminalCommand::Ack { offset } => Self::Ack(offset),
            TerminalCommand::Resize { cols, rows } => Self::Resize(domain::TerminalSize::new(cols, rows)?),
        })
    }
}
