//! Transcripts: what was said and done in a session, in order, append-only.
//!
//! The runner's journal and the store keep an entry's body as the same document ([`EntryBody`]). Entries are
//! numbered from 1 without gaps; everything that changes a session's state is an entry, so that one number tells
//! how far a reader is.

use serde::{Deserialize, Serialize};

use crate::session::{AgentOption, SessionStatus};
use crate::{MessageId, Timestamp};

/// One entry of a transcript.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Counts up from 1 within the session, without gaps.
    pub seq: i64,
    /// The turn it belongs to, from 1; 0 before the first.
    pub turn: u32,
    /// When the runner wrote it.
    pub at: Timestamp,
    /// What it says.
    pub body: EntryBody,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryBody {
    /// A person spoke.
    UserMessage {
        /// The message that this delivers.
        message_id: Option<MessageId>,
        /// What was said.
        text: String,
    },
    /// The agent spoke: a piece of a message.
    AgentMessage {
        /// Consecutive entries with the same item are one message.
        item: String,
        /// The piece.
        text: String,
    },
    /// The agent thought aloud: a piece of a thought.
    Thought {
        /// Consecutive entries with the same item are one thought.
        item: String,
        /// The piece.
        text: String,
    },
    /// The agent's plan, replacing any earlier one.
    Plan {
        /// Its steps.
        items: Vec<PlanItem>,
    },
    /// A tool call began or went on; the newest entry of an id tells its state.
    ToolCall(ToolCall),
    /// The agent asks for a permission, or (with an outcome) the question is settled.
    Permission {
        /// The runner's id of the question, unique in the session.
        permission_id: String,
        /// The tool call it is about.
        tool_call_id: Option<String>,
        /// What the agent wants to do.
        title: String,
        /// What can be answered.
        options: Vec<PermissionOption>,
        /// How it was settled; `None` while it waits.
        outcome: Option<PermissionOutcome>,
    },
    /// What the agent says of its context and cost.
    Usage(Usage),
    /// Something went wrong.
    Error {
        /// Stable, `snake_case`.
        code: String,
        /// What happened and what to do.
        text: String,
    },
    /// Something happened to the session itself.
    System(SystemEntry),
}

impl EntryBody {
    /// The kind's name in tables and on the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UserMessage { .. } => "user_message",
            Self::AgentMessage { .. } => "agent_message",
            Self::Thought { .. } => "thought",
            Self::Plan { .. } => "plan",
            Self::ToolCall(_) => "tool_call",
            Self::Permission { .. } => "permission",
            Self::Usage(_) => "usage",
            Self::Error { .. } => "error",
            Self::System(_) => "system",
        }
    }
}

/// A step of a plan. Values as in the Agent Client Protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// What is to be done.
    pub content: String,
    /// `high`, `medium` or `low`.
    pub priority: String,
    /// `pending`, `in_progress` or `completed`.
    pub status: String,
}

/// The state of a tool call. Values as in the Agent Client Protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The agent's id for it, unique in the session.
    pub tool_call_id: String,
    /// What it does.
    pub title: String,
    /// `read`, `edit`, `delete`, `move`, `search`, `execute`, `think`, `fetch`, `switch_mode` or `other`.
    pub tool_kind: String,
    /// `pending`, `in_progress`, `completed` or `failed`.
    pub status: String,
    /// What it produced; `None` when unchanged since the last entry of this id.
    pub content: Option<Vec<ToolContent>>,
    /// The files it touches; `None` when unchanged.
    pub locations: Option<Vec<Location>>,
    /// What it was called with, as JSON text; `None` when unchanged or not said.
    pub input: Option<String>,
    /// What it answered, as JSON text; `None` when unchanged or not said.
    pub output: Option<String>,
}

/// A piece of what a tool call produced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToolContent {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// A changed file.
    Diff {
        /// Its path.
        path: String,
        /// Before; `None` for a new file.
        old_text: Option<String>,
        /// After.
        new_text: String,
    },
    /// What a command printed.
    Terminal {
        /// Its output, at most the last 64 KiB.
        output: String,
        /// Its exit code, once it has ended.
        exit_code: Option<i32>,
        /// Whether the beginning was left out.
        truncated: bool,
    },
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Its path.
    pub path: String,
    /// From 1.
    pub line: Option<u32>,
}

/// An answer that a permission request offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionOption {
    /// The agent's id for it.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// `allow_once`, `allow_always`, `reject_once` or `reject_always`.
    pub kind: String,
}

/// How a permission request was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PermissionOutcome {
    /// Somebody picked an option.
    Selected {
        /// The option.
        option_id: String,
    },
    /// The turn ended before anybody did.
    Cancelled,
}

/// What an agent says of its context window and cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens in the context.
    pub used: Option<u64>,
    /// Size of the context, in tokens.
    pub size: Option<u64>,
    /// Cost of the session so far.
    pub cost: Option<f64>,
    /// ISO 4217.
    pub currency: Option<String>,
}

/// Something that happened to the session itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SystemEntry {
    /// For people; may be empty where the event says it all.
    pub text: String,
    /// What happened.
    #[serde(flatten)]
    pub event: SystemEvent,
}

/// What happened to a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SystemEvent {
    /// The set-up script printed `text`.
    Script,
    /// The agent's process runs and is ready.
    Started {
        /// The agent's own id of the conversation, to resume it by.
        agent_session_id: Option<String>,
    },
    /// What can be chosen of the agent changed.
    Options {
        /// All of it.
        options: Vec<AgentOption>,
    },
    /// A turn began.
    TurnStarted,
    /// A turn ended.
    TurnEnded {
        /// As in the Agent Client Protocol (`end_turn`, `cancelled`, `max_tokens` …), or `exit` for a command.
        stop_reason: String,
    },
    /// The workspace's files were saved as a checkpoint.
    Checkpoint {
        /// Its number.
        number: u32,
    },
    /// The agent's process is gone and nobody asked for that, or a command has ended.
    Exited {
        /// Exit code, unless a signal ended it.
        code: Option<i32>,
        /// The signal that ended it.
        signal: Option<i32>,
    },
    /// Somebody stopped it.
    Stopped,
    /// The agent was started again and has its memory back.
    Resumed {
        /// Whether the agent itself remembers; if not, it was told the transcript.
        remembered: bool,
    },
    /// The agent has said nothing for a while.
    Quiet {
        /// For how long, in seconds.
        seconds: u64,
    },
    /// Anything else worth telling.
    Notice,
}

/// How an entry changes the status of its session; `None` when it does not.
///
/// `open_permissions` is the number of permission requests that wait once this entry is taken in.
#[must_use]
pub fn status_after(body: &EntryBody, open_permissions: usize) -> Option<(SessionStatus, Option<String>)> {
    match body {
        EntryBody::Permission { outcome: None, .. } => Some((SessionStatus::WaitingApproval, None)),
        EntryBody::Permission { outcome: Some(_), .. } if open_permissions == 0 => {
            Some((SessionStatus::Running, None))
        }
        EntryBody::System(SystemEntry { event, text }) => match event {
            SystemEvent::TurnStarted => Some((SessionStatus::Running, None)),
            SystemEvent::TurnEnded { stop_reason } if stop_reason == "exit" => None,
            SystemEvent::TurnEnded { stop_reason } => Some((SessionStatus::Idle, Some(stop_reason.clone()))),
            SystemEvent::Exited { code: Some(0), .. } => Some((SessionStatus::Completed, None)),
            SystemEvent::Exited { .. } => Some((SessionStatus::Failed, Some(text.clone()))),
            SystemEvent::Stopped => Some((SessionStatus::Stopped, None)),
            _ => None,
        },
        _ => None,
    }
}
