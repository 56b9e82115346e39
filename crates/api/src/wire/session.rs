//! Sessions on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::session as domain;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::agent::AgentSpec;
use super::entry::{Entry, Usage};
use super::{Time, mirror};

mirror! {
    /// Where a session stands.
    SessionStatus = domain::SessionStatus { Starting, Running, WaitingApproval, Idle, Stopped, Failed, Completed }
}

/// One conversation with one agent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    id: Uuid,
    workspace_id: Uuid,
    task_id: Uuid,
    project_id: Uuid,
    agent: AgentSpec,
    title: String,
    status: SessionStatus,
    /// Why it failed, or why the last turn stopped.
    #[schema(required = true)]
    status_detail: Option<String>,
    last_seq: i64,
    #[schema(required = true)]
    usage: Option<Usage>,
    /// What can be chosen of the agent, such as its model or mode.
    modes: Vec<AgentOption>,
    created_by: Uuid,
    created_at: Time,
    updated_at: Time,
    pub(crate) version: i64,
}

impl From<domain::Session> for Session {
    fn from(session: domain::Session) -> Self {
        Self {
            id: session.id.into(),
            workspace_id: session.workspace_id.into(),
            task_id: session.task_id.into(),
            project_id: session.project_id.into(),
            agent: session.agent.into(),
            title: session.title,
            status: session.status.into(),
            status_detail: session.status_detail,
            last_seq: session.last_seq,
            usage: session.usage.map(Into::into),
            modes: session.modes.into_iter().map(Into::into).collect(),
            created_by: session.created_by.into(),
            created_at: session.created_at.into(),
            updated_at: session.updated_at.into(),
            version: session.version,
        }
    }
}

/// Something that can be chosen of an agent.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgentOption {
    id: String,
    name: String,
    current: String,
    choices: Vec<AgentChoice>,
}

/// One value of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgentChoice {
    id: String,
    name: String,
}

impl From<domain::AgentOption> for AgentOption {
    fn from(option: domain::AgentOption) -> Self {
        let choices =
            option.choices.into_iter().map(|choice| AgentChoice { id: choice.id, name: choice.name });
        Self { id: option.id, name: option.name, current: option.current, choices: choices.collect() }
    }
}

/// Starts a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSession {
    pub(crate) agent: AgentSpec,
    pub(crate) prompt: String,
}

/// Sets one of the agent's options.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetOption {
    pub(crate) option_id: String,
    pub(crate) choice_id: String,
}

/// Which stretch of a transcript: after an entry, or before one; the end of it when neither is given.
#[derive(Deserialize, IntoParams)]
pub(crate) struct EntryQuery {
    pub(crate) after: Option<i64>,
    pub(crate) before: Option<i64>,
    /// At most 1000.
    pub(crate) limit: Option<u32>,
}

/// Where a transcript is followed from.
#[derive(Deserialize, IntoParams)]
pub(crate) struct StreamQuery {
    /// The last entry that the client has.
    #[serde(default)]
    pub(crate) after: i64,
}

/// Entries as they come.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryFrame {
    pub(crate) entries: Vec<Entry>,
}
