//! The store port: everything that is kept, in parts by noun.
//!
//! Reads take a [`Scope`], writes an [`Act`]; there is no way to ask without one. A row of another organisation is
//! as absent as one that never was ([`Error::not_found`]). Each write appends its event to the change feed and its
//! entry to the audit log in its own transaction, and is on disk when the call returns.
//!
//! [`Error::not_found`]: crate::Error::not_found

mod access;
mod approvals;
mod comments;
mod identities;
mod limits;
mod metrics;
mod operating;
mod organisations;
mod recovery;
mod replicas;
mod terminals;
mod trash;
mod withdrawal;

use std::collections::HashMap;

use async_trait::async_trait;

pub use access::{Groups, ProjectAccess};
pub use approvals::{Approvals, Expiry};
pub use comments::Comments;
pub use identities::{Identities, Known};
pub use limits::Limits;
pub use metrics::{Connections, Gauges, Metrics};
pub use operating::{Operating, Whom};
pub use organisations::{ApiKeys, Organisations};
pub use recovery::Recovery;
pub use replicas::{Claim, Held, Replicas, Signal, Signals, Work};
pub use terminals::{NewTerminal, TerminalPlace, Terminals};
pub use trash::{CloneSettled, Expired, RemovedClone, Trash};
pub use withdrawal::Withdrawal;

use crate::agent::AgentSpec;
use crate::audit::{AuditEntry, AuditFilter, AuditRecord};
use crate::config::{Config, StoredConfig};
use crate::event::FeedSlice;
use crate::message::{Message, MessageStatus};
use crate::project::{Project, ProjectPatch, ProjectSettings};
use crate::repo::{CloneChange, NewRepo, Repo};
use crate::session::{AgentOption, Session, SessionStatus};
use crate::task::{NewTask, Task, TaskFilter, TaskPatch};
use crate::transcript::{Entry, Usage};
use crate::workspace::{Workspace, WorkspaceRepo, WorkspaceStatus};
use crate::{
    MessageId, Page, PageRequest, ProjectId, RepoId, Result, Scope, SessionId, TaskId, Timestamp, WorkspaceId,
};

/// A write: by whom, when, and what the audit log calls it.
#[derive(Clone, Debug)]
pub struct Act {
    /// By whom, and within what.
    pub scope: Scope,
    /// When.
    pub at: Timestamp,
    /// `noun.verb` for the audit log.
    pub action: &'static str,
    /// A client's key: a second creation under the same key answers with what the first one made. At most 200
    /// characters, kept for a day at least.
    pub idempotency_key: Option<String>,
    /// What it is done for, where that is work that a server sees to by itself: refused (`Conflict`, code `lease_lost`)
    /// once another server does.
    pub held: Option<Held>,
}

/// All of the store.
pub trait Store:
    Projects
    + Repos
    + Tasks
    + Workspaces
    + Sessions
    + Messages
    + Metrics
    + Approvals
    + Expiry
    + Comments
    + Identities
    + Limits
    + Organisations
    + ApiKeys
    + Groups
    + ProjectAccess
    + Terminals
    + Configs
    + Feed
    + Audit
    + Recovery
    + Replicas
    + Trash
    + Withdrawal
{
}

/// Projects.
#[async_trait]
pub trait Projects: Send + Sync {
    /// Makes a project.
    async fn create_project(&self, act: &Act, name: &str, settings: &ProjectSettings) -> Result<Project>;
    /// Projects in order of name; archived ones alone or living ones alone. Deleted ones are left out.
    async fn projects(&self, scope: &Scope, archived: bool, page: &PageRequest) -> Result<Page<Project>>;
    /// One project; a deleted one is found too, so that it can be restored.
    async fn project(&self, scope: &Scope, id: ProjectId) -> Result<Project>;
    /// Changes a project if `version` is still its version (`Stale` otherwise).
    async fn update_project(
        &self,
        act: &Act,
        id: ProjectId,
        version: i64,
        patch: &ProjectPatch,
    ) -> Result<Project>;
    /// Marks a project deleted; its rows stay.
    async fn delete_project(&self, act: &Act, id: ProjectId, version: i64) -> Result<()>;
    /// Takes a deletion back.
    async fn restore_project(&self, act: &Act, id: ProjectId) -> Result<Project>;
}

/// Repos.
#[async_trait]
pub trait Repos: Send + Sync {
    /// Adds a repository. `Conflict` with code `repo_exists` when the project has that path or remote already.
    async fn create_repo(&self, act: &Act, project: ProjectId, new: &NewRepo) -> Result<Repo>;
    /// The project's repos in order of name.
    async fn repos(&self, scope: &Scope, project: ProjectId) -> Result<Vec<Repo>>;
    /// One repo.
    async fn repo(&self, scope: &Scope, id: RepoId) -> Result<Repo>;
    /// Takes a repo off its project (nothing on disk changes). `Conflict` with code `repo_in_use` while a workspace
    /// that is neither merged nor discarded uses it.
    async fn delete_repo(&self, act: &Act, id: RepoId, version: i64) -> Result<()>;
    /// Notes how the acting user's clone of a remote stands. A change that changes nothing tells nobody.
    async fn change_clone(&self, act: &Act, id: RepoId, change: &CloneChange) -> Result<Repo>;
}

/// Tasks.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Makes a task at the end of its column.
    async fn create_task(&self, act: &Act, project: ProjectId, new: &NewTask) -> Result<Task>;
    /// Tasks of a project in order of status, position and id.
    async fn tasks(
        &self,
        scope: &Scope,
        project: ProjectId,
        filter: &TaskFilter,
        page: &PageRequest,
    ) -> Result<Page<Task>>;
    /// One task; a deleted one is found too.
    async fn task(&self, scope: &Scope, id: TaskId) -> Result<Task>;
    /// Those of `ids` that exist, in no particular order.
    async fn tasks_by_id(&self, scope: &Scope, ids: &[TaskId]) -> Result<Vec<Task>>;
    /// Changes a task if `version` is still its version (`Stale` otherwise). A new status without `before` or
    /// `after` puts it at the end of that column.
    async fn update_task(&self, act: &Act, id: TaskId, version: i64, patch: &TaskPatch) -> Result<Task>;
    /// Changes many tasks of a project at once, all or none of those that have the versions that the change names, if it
    /// does; the others are left alone. `delete` marks them deleted.
    async fn update_tasks(
        &self,
        act: &Act,
        project: ProjectId,
        ids: &[TaskId],
        change: &BulkChange,
    ) -> Result<BulkOutcome>;
    /// Marks a task deleted; its rows stay.
    async fn delete_task(&self, act: &Act, id: TaskId, version: i64) -> Result<()>;
    /// Takes a deletion back.
    async fn restore_task(&self, act: &Act, id: TaskId) -> Result<Task>;
}

/// What a bulk action does to each task.
#[derive(Clone, Debug, Default)]
pub struct BulkChange {
    /// A new column.
    pub status: Option<crate::task::TaskStatus>,
    /// A new priority.
    pub priority: Option<crate::task::Priority>,
    /// Labels to add.
    pub add_labels: Vec<String>,
    /// Labels to take off.
    pub remove_labels: Vec<String>,
    /// Delete (restorable).
    pub delete: bool,
    /// The versions that the caller has seen. A task that has another is left alone; one without is changed as it is.
    pub versions: HashMap<TaskId, i64>,
}

/// What became of the tasks of a bulk action.
#[derive(Clone, Debug, Default)]
pub struct BulkOutcome {
    /// Changed, as they are now.
    pub changed: Vec<Task>,
    /// Left alone, because they are no longer as the caller has seen them; as they are now.
    pub stale: Vec<Task>,
}

/// A workspace as it begins.
#[derive(Clone, Debug)]
pub struct NewWorkspace {
    /// Its id, which its branch name has a part of.
    pub id: WorkspaceId,
    /// The task.
    pub task_id: TaskId,
    /// The branch to be made.
    pub branch: String,
    /// The branch to start from.
    pub base_branch: String,
    /// One per repo, without what only making it tells.
    pub repos: Vec<WorkspaceRepo>,
}

/// A change to a workspace; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceChange {
    /// A new status. `Merged` sets `merged_at`, `Discarded` sets `discarded_at`, `Ready` clears both.
    pub status: Option<WorkspaceStatus>,
    /// Refuse (`Conflict`, code `workspace_busy`) unless the status is one of these.
    pub only_from: Vec<WorkspaceStatus>,
    /// Why the last operation did not go through, or nothing.
    pub error: Option<Option<String>>,
    /// Where its folder is.
    pub path: Option<String>,
    /// Its worktrees.
    pub repos: Option<Vec<WorkspaceRepo>>,
    /// The branch it starts from, where that was not known before.
    pub base_branch: Option<String>,
}

/// Workspaces.
#[async_trait]
pub trait Workspaces: Send + Sync {
    /// Makes the row of a workspace, in status `creating`.
    async fn create_workspace(&self, act: &Act, new: &NewWorkspace) -> Result<Workspace>;
    /// One workspace.
    async fn workspace(&self, scope: &Scope, id: WorkspaceId) -> Result<Workspace>;
    /// Workspaces of a task, newest first.
    async fn task_workspaces(&self, scope: &Scope, task: TaskId) -> Result<Vec<Workspace>>;
    /// Workspaces of a project in any of `status` (all where empty), newest first.
    async fn project_workspaces(
        &self,
        scope: &Scope,
        project: ProjectId,
        status: &[WorkspaceStatus],
        page: &PageRequest,
    ) -> Result<Page<Workspace>>;
    /// Changes a workspace.
    async fn change_workspace(
        &self,
        act: &Act,
        id: WorkspaceId,
        change: &WorkspaceChange,
    ) -> Result<Workspace>;
    /// Forgets a discarded or failed workspace with its sessions, transcripts and comments.
    async fn delete_workspace(&self, act: &Act, id: WorkspaceId) -> Result<()>;
}

/// A session as it begins.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The agent.
    pub agent: AgentSpec,
    /// The first message, queued in the same transaction.
    pub prompt: String,
}

/// What a batch of transcript entries does to its session, besides being stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionChange {
    /// A new status, with the detail that goes with it.
    pub status: Option<(SessionStatus, Option<String>)>,
    /// What the agent says of its context and cost.
    pub usage: Option<Usage>,
    /// What can be chosen of the agent.
    pub modes: Option<Vec<AgentOption>>,
    /// The agent's own id of the conversation.
    pub agent_session_id: Option<String>,
}

/// Which stretch of a transcript is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryRange {
    /// Those after this number, oldest first.
    After(i64),
    /// The last ones before this number (the very last where `None`), oldest first.
    Before(Option<i64>),
}

/// Sessions and their transcripts.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Makes a session in status `starting` with its first message, makes it its task's newest session, and moves a
    /// task that is `todo`, `in_review` to `in_progress`.
    async fn create_session(&self, act: &Act, new: &NewSession) -> Result<(Session, Message)>;
    /// One session.
    async fn session(&self, scope: &Scope, id: SessionId) -> Result<Session>;
    /// Sessions of a workspace, newest first.
    async fn workspace_sessions(&self, scope: &Scope, workspace: WorkspaceId) -> Result<Vec<Session>>;
    /// The agent's own id of the conversation, as it last said.
    async fn agent_session_id(&self, scope: &Scope, id: SessionId) -> Result<Option<String>>;
    /// Sets the status outside of the transcript: when a session is started again, or its runner is lost.
    async fn set_session_status(
        &self,
        act: &Act,
        id: SessionId,
        status: SessionStatus,
        detail: Option<&str>,
    ) -> Result<Session>;
    /// Stores transcript entries and what they change, in one transaction: the status of the session, approvals
    /// asked and settled, messages delivered, and the task moved to `in_progress` when a turn begins and to
    /// `in_review` when it ends. The session's event is left out when nothing but its `last_seq` changed.
    ///
    /// Entries that are stored already are passed over, so that a batch may be sent again. `Conflict` with code
    /// `transcript_gap` when the first new entry does not follow the last stored one.
    async fn append_entries(&self, act: &Act, id: SessionId, entries: &[Entry]) -> Result<Session>;
    /// A stretch of a transcript, at most `limit` entries, oldest first.
    async fn entries(
        &self,
        scope: &Scope,
        id: SessionId,
        range: EntryRange,
        limit: u32,
    ) -> Result<Vec<Entry>>;
}

/// Messages to agents.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Queues a message.
    async fn create_message(&self, act: &Act, session: SessionId, text: &str) -> Result<Message>;
    /// One message.
    async fn message(&self, scope: &Scope, id: MessageId) -> Result<Message>;
    /// The session's messages that are queued or failed, oldest first.
    async fn queued_messages(&self, scope: &Scope, session: SessionId) -> Result<Vec<Message>>;
    /// Notes what became of a message.
    async fn set_message_status(&self, act: &Act, id: MessageId, status: MessageStatus) -> Result<Message>;
    /// Takes a queued or failed message back. `Conflict` with code `message_delivered` when the agent has it.
    async fn delete_message(&self, act: &Act, id: MessageId) -> Result<()>;
}

/// Users' configurations.
#[async_trait]
pub trait Configs: Send + Sync {
    /// The acting user's configuration, or the default one with version 0.
    async fn config(&self, scope: &Scope) -> Result<StoredConfig>;
    /// Replaces it if `version` is still its version.
    async fn put_config(&self, act: &Act, version: i64, config: &Config) -> Result<StoredConfig>;
}

/// The change feed.
#[async_trait]
pub trait Feed: Send + Sync {
    /// The number of the organisation's newest event; 0 before the first.
    async fn feed_head(&self, scope: &Scope) -> Result<i64>;
    /// At most `limit` events after `since`.
    async fn events(&self, scope: &Scope, since: i64, limit: u32) -> Result<FeedSlice>;
    /// A signal that fires after each commit by which the organisation's feed grew, and maybe now and then without one;
    /// readers then ask for events. It carries nothing: missing one is harmless as long as a later one comes.
    fn wake_ups(&self, scope: &Scope) -> Box<dyn WakeUps>;
    /// Forgets events before the newest `keep` ones.
    async fn prune_events(&self, scope: &Scope, keep: i64) -> Result<()>;
}

/// Waits for the feed to grow.
#[async_trait]
pub trait WakeUps: Send {
    /// Returns when the feed may have grown since the last call.
    async fn woken(&mut self);
}

/// The audit log.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Appends an entry for something that is no write itself, such as a refusal.
    async fn append_audit(&self, scope: &Scope, entry: &AuditEntry) -> Result<()>;
    /// Entries that `filter` admits, newest first: all of the organisation's for its admins, their own for others.
    async fn audit(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>>;
}
