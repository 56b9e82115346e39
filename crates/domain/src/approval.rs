//! Approvals: permission requests that people answer.

use crate::task::names;
use crate::transcript::PermissionOption;
use crate::{ApprovalId, ProjectId, SessionId, TaskId, Timestamp, UserId, WorkspaceId};

/// Where an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApprovalStatus {
    /// Waits for an answer.
    Pending,
    /// Answered; the agent may not have heard yet.
    Answered,
    /// The turn ended first.
    Cancelled,
    /// Nobody answered in time.
    Expired,
}
names!(ApprovalStatus { Pending = "pending", Answered = "answered", Cancelled = "cancelled", Expired = "expired" });

/// An agent's permission request.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The session that asks.
    pub session_id: SessionId,
    /// That session's workspace.
    pub workspace_id: WorkspaceId,
    /// That workspace's task.
    pub task_id: TaskId,
    /// That task's project.
    pub project_id: ProjectId,
    /// The runner's id of the question.
    pub permission_id: String,
    /// What the agent wants to do.
    pub title: String,
    /// The tool call it is about.
    pub tool_call_id: Option<String>,
    /// What can be answered.
    pub options: Vec<PermissionOption>,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// The option picked.
    pub option_id: Option<String>,
    /// Who picked it.
    pub answered_by: Option<UserId>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// When the agent asked.
    pub created_at: Timestamp,
    /// Counts up with each change.
    pub version: i64,
}
