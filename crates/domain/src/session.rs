//! Sessions: conversations with an agent.

use serde::{Deserialize, Serialize};

use crate::agent::AgentSpec;
use crate::task::names;
use crate::transcript::Usage;
use crate::{ProjectId, SessionId, TaskId, Timestamp, UserId, WorkspaceId};

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionStatus {
    /// The agent is being started.
    Starting,
    /// The agent works.
    Running,
    /// The agent works, and waits for a permission.
    WaitingApproval,
    /// The agent's turn is over; it can be talked to.
    Idle,
    /// Somebody stopped it; it can be resumed by talking to it.
    Stopped,
    /// It ended badly; `status_detail` says why. It can be resumed by talking to it.
    Failed,
    /// A command ended well; talking to it runs it again.
    Completed,
}
names!(SessionStatus {
    Starting = "starting", Running = "running", WaitingApproval = "waiting_approval", Idle = "idle",
    Stopped = "stopped", Failed = "failed", Completed = "completed",
});

impl SessionStatus {
    /// Whether a turn is under way.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::WaitingApproval)
    }
}

/// One conversation with one agent in a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The workspace that the agent works in.
    pub workspace_id: WorkspaceId,
    /// That workspace's task.
    pub task_id: TaskId,
    /// That task's project.
    pub project_id: ProjectId,
    /// The agent.
    pub agent: AgentSpec,
    /// First line of the first message.
    pub title: String,
    /// Where it stands.
    pub status: SessionStatus,
    /// Why it failed, or why the last turn stopped.
    pub status_detail: Option<String>,
    /// Number of the last transcript entry that is stored; 0 for none.
    pub last_seq: i64,
    /// What the agent last said of its context and cost.
    pub usage: Option<Usage>,
    /// What can be chosen of the agent (model, mode), as it last said.
    pub modes: Vec<AgentOption>,
    /// Who started it.
    pub created_by: UserId,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts up with each change.
    pub version: i64,
}

/// Something that can be chosen of an agent, such as its model or mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentOption {
    /// The agent's id for it.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The choice in force.
    pub current: String,
    /// What there is to choose from.
    pub choices: Vec<AgentChoice>,
}

/// One value of an [`AgentOption`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentChoice {
    /// The agent's id for it.
    pub id: String,
    /// Its name for people.
    pub name: String,
}
