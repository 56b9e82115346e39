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
    /// Nobody answered in time; the agent may not have heard yet.
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
    /// Who picked it; `None` where time did.
    pub answered_by: Option<UserId>,
    /// When it was picked, or the request given up.
    pub answered_at: Option<Timestamp>,
    /// When the agent asked.
    pub created_at: Timestamp,
    /// Counts up with each change.
    pub version: i64,
}

impl Approval {
    /// The option that says no and binds nobody further than it must: for this once rather than for always. `None`
    /// when the agent takes no such answer.
    #[must_use]
    pub fn rejection(&self) -> Option<&str> {
        let of_kind = |kind: &str| self.options.iter().find(|option| option.kind == kind);
        of_kind("reject_once").or_else(|| of_kind("reject_always")).map(|option| option.id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offering(kinds: &[&str]) -> Approval {
        let options = kinds.iter().map(|kind| PermissionOption {
            id: format!("the {kind}"),
            name: String::new(),
            kind: (*kind).to_owned(),
        });
        Approval {
            id: ApprovalId::new(),
            session_id: SessionId::new(),
            workspace_id: WorkspaceId::new(),
            task_id: TaskId::new(),
            project_id: ProjectId::new(),
            permission_id: String::new(),
            title: String::new(),
            tool_call_id: None,
            options: options.collect(),
            status: ApprovalStatus::Pending,
            option_id: None,
            answered_by: None,
            answered_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    #[test]
    fn a_request_is_rejected_this_once_where_it_can_be_and_never_allowed() {
        let all = ["allow_once", "reject_always", "reject_once", "allow_always"];
        assert_eq!(offering(&all).rejection(), Some("the reject_once"));
        assert_eq!(offering(&all[..2]).rejection(), Some("the reject_always"));
        assert_eq!(offering(&["allow_once", "something_new"]).rejection(), None);
    }
}
