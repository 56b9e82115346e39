//! Workspaces on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::runner::Updated;
use switchyard_domain::{Error, Result, workspace as domain};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::agent::AgentSpec;
use super::diff::Conflict;
use super::{Time, mirror};

mirror! {
    /// Where a workspace stands.
    WorkspaceStatus = domain::WorkspaceStatus {
        Creating, Ready, Merging, Merged, Discarding, Discarded, Restoring, Failed,
    }
}

mirror! {
    /// How work reaches the base branch.
    MergeStrategy = domain::MergeStrategy { Squash, Merge, Rebase }
}

mirror! {
    /// How the base branch's news comes in.
    UpdateStrategy = domain::UpdateStrategy { Merge, Rebase }
}

mirror! {
    /// What to do about conflicts.
    OnConflict = domain::OnConflict { Abort, Keep }
}

mirror! {
    /// What an update came to.
    UpdateStatus = domain::UpdateStatus { UpToDate, Updated, Conflicts }
}

mirror! {
    /// Why a checkpoint was taken.
    CheckpointReason = domain::CheckpointReason { Turn, Rewind, Merge, Rebase, Discard, Manual }
}

/// One attempt at a task.
#[derive(Serialize, ToSchema)]
pub(crate) struct Workspace {
    id: Uuid,
    task_id: Uuid,
    project_id: Uuid,
    branch: String,
    base_branch: String,
    status: WorkspaceStatus,
    /// Why it failed, or why the last operation did not go through.
    #[schema(required = true)]
    error: Option<String>,
    path: String,
    repos: Vec<WorkspaceRepo>,
    created_by: Uuid,
    created_at: Time,
    updated_at: Time,
    #[schema(required = true)]
    merged_at: Option<Time>,
    #[schema(required = true)]
    discarded_at: Option<Time>,
    pub(crate) version: i64,
}

/// The part of a workspace that lies in one repo.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkspaceRepo {
    repo_id: Uuid,
    name: String,
    path: String,
    base_branch: String,
    base_commit: String,
    #[schema(required = true)]
    merged_commit: Option<String>,
}

impl From<domain::Workspace> for Workspace {
    fn from(workspace: domain::Workspace) -> Self {
        Self {
            id: workspace.id.into(),
            task_id: workspace.task_id.into(),
            project_id: workspace.project_id.into(),
            branch: workspace.branch,
            base_branch: workspace.base_branch,
            status: workspace.status.into(),
            error: workspace.error,
            path: workspace.path,
            repos: workspace
                .repos
                .into_iter()
                .map(|repo| WorkspaceRepo {
                    repo_id: repo.repo_id.into(),
                    name: repo.name,
                    path: repo.path,
                    base_branch: repo.base_branch,
                    base_commit: repo.base_commit,
                    merged_commit: repo.merged_commit,
                })
                .collect(),
            created_by: workspace.created_by.into(),
            created_at: workspace.created_at.into(),
            updated_at: workspace.updated_at.into(),
            merged_at: workspace.merged_at.map(Time),
            discarded_at: workspace.discarded_at.map(Time),
            version: workspace.version,
        }
    }
}

/// Makes a workspace, and starts a session when an agent is named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateWorkspace {
    /// The project's, or each repo's own default, when left out.
    pub(crate) base_branch: Option<String>,
    pub(crate) agent: Option<AgentSpec>,
    /// The task's title and description when left out.
    pub(crate) prompt: Option<String>,
}

/// Which workspaces. Statuses are separated by commas.
#[derive(Deserialize, IntoParams)]
pub(crate) struct WorkspaceQuery {
    status: Option<String>,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<String>,
}

impl WorkspaceQuery {
    /// The statuses asked for.
    pub(crate) fn statuses(&self) -> Result<Vec<domain::WorkspaceStatus>> {
        let parts = self.status.as_deref().unwrap_or("").split(',').filter(|part| !part.is_empty());
        parts.map(|part| part.parse().map_err(|error| Error { field: Some("status"), ..error })).collect()
    }
}

/// How to merge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeWorkspace {
    pub(crate) strategy: MergeStrategy,
    /// The task's title when left out.
    pub(crate) message: Option<String>,
}

/// What a merge came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Merged {
    /// The commit on the base branch of the first repo that had work.
    pub(crate) commit: String,
    pub(crate) repos: Vec<RepoCommit>,
}

/// A commit in one repo.
#[derive(Serialize, ToSchema)]
pub(crate) struct RepoCommit {
    repo_id: Uuid,
    pub(crate) commit: String,
}

impl From<domain::RepoCommit> for RepoCommit {
    fn from(commit: domain::RepoCommit) -> Self {
        Self { repo_id: commit.repo_id.into(), commit: commit.commit }
    }
}

/// How to bring the base branch's news in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateWorkspace {
    pub(crate) strategy: UpdateStrategy,
    pub(crate) on_conflict: Option<OnConflict>,
}

/// What an update came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct UpdateReport {
    status: UpdateStatus,
    conflicts: Vec<Conflict>,
}

impl From<Updated> for UpdateReport {
    fn from(updated: Updated) -> Self {
        Self {
            status: updated.status.into(),
            conflicts: updated.conflicts.into_iter().map(Into::into).collect(),
        }
    }
}

/// Commits what is not committed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommitWorkspace {
    pub(crate) message: String,
}

/// Where to push.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PushWorkspace {
    pub(crate) remote: Option<String>,
}

/// What a push came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Pushed {
    remote: String,
    branch: String,
    /// What git said.
    output: String,
}

impl From<domain::Pushed> for Pushed {
    fn from(pushed: domain::Pushed) -> Self {
        Self { remote: pushed.remote, branch: pushed.branch, output: pushed.output }
    }
}

/// Removes a discarded workspace for good.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurgeWorkspace {
    /// Its branch, so that it is not done by mistake.
    pub(crate) branch: String,
}

/// Goes back to a checkpoint.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewindWorkspace {
    pub(crate) checkpoint: u32,
}

/// A restorable state of a workspace.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checkpoint {
    number: u32,
    #[schema(required = true)]
    session_id: Option<Uuid>,
    turn: u32,
    commits: Vec<RepoCommit>,
    reason: CheckpointReason,
    created_at: Time,
}

impl From<domain::Checkpoint> for Checkpoint {
    fn from(checkpoint: domain::Checkpoint) -> Self {
        Self {
            number: checkpoint.number,
            session_id: checkpoint.session_id.map(Into::into),
            turn: checkpoint.turn,
            commits: checkpoint.commits.into_iter().map(Into::into).collect(),
            reason: checkpoint.reason.into(),
            created_at: checkpoint.created_at.into(),
        }
    }
}

/// A commit that the base branch does not have.
#[derive(Serialize, ToSchema)]
pub(crate) struct CommitInfo {
    repo_id: Uuid,
    id: String,
    subject: String,
    author: String,
    at: Time,
}

impl From<domain::CommitInfo> for CommitInfo {
    fn from(commit: domain::CommitInfo) -> Self {
        Self {
            repo_id: commit.repo_id.into(),
            id: commit.id,
            subject: commit.subject,
            author: commit.author,
            at: commit.at.into(),
        }
    }
}
