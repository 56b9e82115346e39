//! Transcript entries on the wire.

use serde::Serialize;
use switchyard_domain::session::AgentOption as DomainOption;
use switchyard_domain::{SessionId, transcript as domain};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Time;
use super::session::AgentOption;

/// One entry of a transcript. `seq` counts up from 1 without gaps.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entry {
    session_id: Uuid,
    seq: i64,
    turn: u32,
    at: Time,
    #[serde(flatten)]
    body: EntryBody,
}

impl Entry {
    pub(crate) fn new(session: SessionId, entry: domain::Entry) -> Self {
        Self {
            session_id: session.into(),
            seq: entry.seq,
            turn: entry.turn,
            at: entry.at.into(),
            body: entry.body.into(),
        }
    }
}

/// What an entry says.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum EntryBody {
    UserMessage {
        #[schema(required = true)]
        message_id: Option<Uuid>,
        text: String,
    },
    /// A piece: consecutive entries with the same item are one message.
    AgentMessage {
        item: String,
        text: String,
    },
    /// A piece, likewise.
    Thought {
        item: String,
        text: String,
    },
    /// Replaces any earlier plan.
    Plan {
        items: Vec<PlanItem>,
    },
    ToolCall(ToolCall),
    /// A question, and later once more with its outcome.
    Permission {
        permission_id: String,
        #[schema(required = true)]
        tool_call_id: Option<String>,
        title: String,
        options: Vec<PermissionOption>,
        #[schema(required = true)]
        outcome: Option<PermissionOutcome>,
    },
    Usage(Usage),
    Error {
        code: String,
        text: String,
    },
    System(SystemEntry),
}

/// A step of a plan.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlanItem {
    content: String,
    /// `high`, `medium` or `low`.
    priority: String,
    /// `pending`, `in_progress` or `completed`.
    status: String,
}

/// The state of a tool call. Null fields are unchanged since the last entry with this id.
#[derive(Serialize, ToSchema)]
pub(crate) struct ToolCall {
    tool_call_id: String,
    title: String,
    /// `read`, `edit`, `delete`, `move`, `search`, `execute`, `think`, `fetch`, `switch_mode` or `other`.
    tool_kind: String,
    /// `pending`, `in_progress`, `completed` or `failed`.
    status: String,
    #[schema(required = true)]
    content: Option<Vec<ToolContent>>,
    #[schema(required = true)]
    locations: Option<Vec<Location>>,
    /// JSON text.
    #[schema(required = true)]
    input: Option<String>,
    /// JSON text.
    #[schema(required = true)]
    output: Option<String>,
}

/// A piece of what a tool call produced.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToolContent {
    Text {
        text: String,
    },
    Diff {
        path: String,
        #[schema(required = true)]
        old_text: Option<String>,
        new_text: String,
    },
    Terminal {
        output: String,
        #[schema(required = true)]
        exit_code: Option<i32>,
        truncated: bool,
    },
}

/// A place in a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct Location {
    path: String,
    #[schema(required = true)]
    line: Option<u32>,
}

/// An answer that a permission request offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct PermissionOption {
    id: String,
    name: String,
    /// `allow_once`, `allow_always`, `reject_once` or `reject_always`.
    kind: String,
}

/// How a permission request was settled.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PermissionOutcome {
    Selected { option_id: String },
    Cancelled,
}

/// What an agent says of its context and cost.
#[derive(Serialize, ToSchema)]
pub(crate) struct Usage {
    /// Tokens in the context.
    #[schema(required = true)]
    used: Option<u64>,
    /// Size of the context, in tokens.
    #[schema(required = true)]
    size: Option<u64>,
    /// Cost of the session so far.
    #[schema(required = true)]
    cost: Option<f64>,
    /// ISO 4217.
    #[schema(required = true)]
    currency: Option<String>,
}

/// Something that happened to the session itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct SystemEntry {
    text: String,
    #[serde(flatten)]
    event: SystemEvent,
}

/// What happened to a session.
#[derive(Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum SystemEvent {
    Script,
    Started {
        #[schema(required = true)]
        agent_session_id: Option<String>,
    },
    Options {
        options: Vec<AgentOption>,
    },
    TurnStarted,
    TurnEnded {
        stop_reason: String,
    },
    Checkpoint {
        number: u32,
    },
    Exited {
        #[schema(required = true)]
        code: Option<i32>,
        #[schema(required = true)]
        signal: Option<i32>,
    },
    Stopped,
    Resumed {
        remembered: bool,
    },
    Quiet {
        seconds: u64,
    },
    Notice,
}

fn all<A, B: From<A>>(items: Vec<A>) -> Vec<B> {
    items.into_iter().map(B::from).collect()
}

impl From<domain::EntryBody> for EntryBody {
    fn from(body: domain::EntryBody) -> Self {
        match body {
            domain::EntryBody::UserMessage { message_id, text } => {
                Self::UserMessage { message_id: message_id.map(Into::into), text }
            }
            domain::EntryBody::AgentMessage { item, text } => Self::AgentMessage { item, text },
            domain::EntryBody::Thought { item, text } => Self::Thought { item, text },
            domain::EntryBody::Plan { items } => Self::Plan { items: all(items) },
            domain::EntryBody::ToolCall(call) => Self::ToolCall(call.into()),
            domain::EntryBody::Permission { permission_id, tool_call_id, title, options, outcome } => {
                Self::Permission {
                    permission_id,
                    tool_call_id,
                    title,
                    options: all(options),
                    outcome: outcome.map(Into::into),
                }
            }
            domain::EntryBody::Usage(usage) => Self::Usage(usage.into()),
            domain::EntryBody::Error { code, text } => Self::Error { code, text },
            domain::EntryBody::System(system) => {
                Self::System(SystemEntry { text: system.text, event: system.event.into() })
            }
        }
    }
}

impl From<domain::PlanItem> for PlanItem {
    fn from(item: domain::PlanItem) -> Self {
        Self { content: item.content, priority: item.priority, status: item.status }
    }
}

impl From<domain::ToolCall> for ToolCall {
    fn from(call: domain::ToolCall) -> Self {
        Self {
            tool_call_id: call.tool_call_id,
            title: call.title,
            tool_kind: call.tool_kind,
            status: call.status,
            content: call.content.map(all),
            locations: call.locations.map(all),
            input: call.input,
            output: call.output,
        }
    }
}

impl From<domain::ToolContent> for ToolContent {
    fn from(content: domain::ToolContent) -> Self {
        match content {
            domain::ToolContent::Text { text } => Self::Text { text },
            domain::ToolContent::Diff { path, old_text, new_text } => Self::Diff { path, old_text, new_text },
            domain::ToolContent::Terminal { output, exit_code, truncated } => {
                Self::Terminal { output, exit_code, truncated }
            }
        }
    }
}

impl From<domain::Location> for Location {
    fn from(location: domain::Location) -> Self {
        Self { path: location.path, line: location.line }
    }
}

impl From<domain::PermissionOption> for PermissionOption {
    fn from(option: domain::PermissionOption) -> Self {
        Self { id: option.id, name: option.name, kind: option.kind }
    }
}

impl From<domain::PermissionOutcome> for PermissionOutcome {
    fn from(outcome: domain::PermissionOutcome) -> Self {
        match outcome {
            domain::PermissionOutcome::Selected { option_id } => Self::Selected { option_id },
            domain::PermissionOutcome::Cancelled => Self::Cancelled,
        }
    }
}

impl From<domain::Usage> for Usage {
    fn from(usage: domain::Usage) -> Self {
        Self { used: usage.used, size: usage.size, cost: usage.cost, currency: usage.currency }
    }
}

impl From<domain::SystemEvent> for SystemEvent {
    fn from(event: domain::SystemEvent) -> Self {
        use domain::SystemEvent as D;
        match event {
            D::Script => Self::Script,
            D::Started { agent_session_id } => Self::Started { agent_session_id },
            D::Options { options } => Self::Options { options: all::<DomainOption, _>(options) },
            D::TurnStarted => Self::TurnStarted,
            D::TurnEnded { stop_reason } => Self::TurnEnded { stop_reason },
            D::Checkpoint { number } => Self::Checkpoint { number },
            D::Exited { code, signal } => Self::Exited { code, signal },
            D::Stopped => Self::Stopped,
            D::Resumed { remembered } => Self::Resumed { remembered },
            D::Quiet { seconds } => Self::Quiet { seconds },
            D::Notice => Self::Notice,
        }
    }
}
