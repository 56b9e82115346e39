//! The change feed on the wire.

use serde::{Deserialize, Serialize};
use switchyard_app::{Change, Resource};
use utoipa::ToSchema;
use uuid::Uuid;

use super::approval::Approval;
use super::comment::Comment;
use super::config::Config;
use super::message::Message;
use super::project::Project;
use super::repo::Repo;
use super::session::Session;
use super::task::Task;
use super::terminal::Terminal;
use super::workspace::Workspace;

/// One change. `data` is the resource as it is now, null when it is gone. Changes of organisations, members, invitations,
/// API keys, groups and access lists carry none: ask for them again.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedEvent {
    seq: i64,
    /// `task.created`, `session.updated`, `comment.deleted` …
    #[serde(rename = "type")]
    type_: String,
    id: Uuid,
    #[schema(required = true)]
    project_id: Option<Uuid>,
    version: i64,
    #[schema(value_type = Object, required = true)]
    data: serde_json::Value,
}

/// The client's first frame: where it wants to go on; null for from now on.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Subscribe {
    pub(crate) since: Option<i64>,
}

/// The server's first frame, and after a break that cannot be bridged (`reset`): where the feed stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedPosition {
    pub(crate) since: i64,
    /// Read everything anew.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) reset: bool,
}

impl FeedEvent {
    /// The frame for a change.
    pub(crate) fn render(change: &Change) -> String {
        let event = &change.event;
        let frame = Self {
            seq: event.seq,
            type_: format!("{}.{}", event.entity.as_str(), event.verb.as_str()),
            id: event.id,
            project_id: event.project_id.map(Into::into),
            version: event.version,
            data: change.resource.as_ref().map_or(serde_json::Value::Null, represent),
        };
        serde_json::to_string(&frame).unwrap_or_default()
    }
}

fn represent(resource: &Resource) -> serde_json::Value {
    let value = match resource {
        Resource::Project(project) => serde_json::to_value(Project::from(project.clone())),
        Resource::Repo(repo) => serde_json::to_value(Repo::from(repo.clone())),
        Resource::Task(task) => serde_json::to_value(Task::from(task.clone())),
        Resource::Workspace(workspace) => serde_json::to_value(Workspace::from(workspace.clone())),
        Resource::Session(session) => serde_json::to_value(Session::from(session.clone())),
        Resource::Message(message) => serde_json::to_value(Message::from(message.clone())),
        Resource::Approval(approval) => serde_json::to_value(Approval::from(approval.clone())),
        Resource::Comment(comment) => serde_json::to_value(Comment::from(comment.clone())),
        Resource::Terminal(terminal) => serde_json::to_value(Terminal::from(terminal.clone())),
        Resource::Config(config) => serde_json::to_value(Config::from(config.clone())),
    };
    value.unwrap_or_default()
}
