//! Tasks on the wire.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use switchyard_domain::store::{BulkChange, BulkOutcome};
use switchyard_domain::{Error, Result, task as domain};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::session::SessionStatus;
use super::{Time, mirror, present};

mirror! {
    /// Where a task stands.
    TaskStatus = domain::TaskStatus { Todo, InProgress, InReview, Done, Cancelled }
}

mirror! {
    /// How much a task matters.
    Priority = domain::Priority { None, Low, Medium, High, Urgent }
}

/// A card.
#[derive(Serialize, ToSchema)]
pub(crate) struct Task {
    pub(crate) id: Uuid,
    project_id: Uuid,
    title: String,
    /// Markdown.
    description: String,
    status: TaskStatus,
    priority: Priority,
    labels: Vec<String>,
    #[schema(required = true)]
    assignee: Option<Uuid>,
    /// Order within its column: compare byte by byte.
    position: String,
    #[schema(required = true)]
    latest_session: Option<LatestSession>,
    workspace_count: i64,
    created_by: Uuid,
    created_at: Time,
    updated_at: Time,
    #[schema(required = true)]
    deleted_at: Option<Time>,
    pub(crate) version: i64,
}

/// The newest session of a task.
#[derive(Serialize, ToSchema)]
pub(crate) struct LatestSession {
    id: Uuid,
    workspace_id: Uuid,
    status: SessionStatus,
}

impl From<domain::Task> for Task {
    fn from(task: domain::Task) -> Self {
        Self {
            id: task.id.into(),
            project_id: task.project_id.into(),
            title: task.title,
            description: task.description,
            status: task.status.into(),
            priority: task.priority.into(),
            labels: task.labels,
            assignee: task.assignee.map(Into::into),
            position: task.position,
            latest_session: task.latest_session.map(|session| LatestSession {
                id: session.id.into(),
                workspace_id: session.workspace_id.into(),
                status: session.status.into(),
            }),
            workspace_count: task.workspace_count,
            created_by: task.created_by.into(),
            created_at: task.created_at.into(),
            updated_at: task.updated_at.into(),
            deleted_at: task.deleted_at.map(Time),
            version: task.version,
        }
    }
}

/// Makes a task.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTask {
    title: String,
    #[serde(default)]
    description: String,
    status: Option<TaskStatus>,
    priority: Option<Priority>,
    #[serde(default)]
    labels: Vec<String>,
    assignee: Option<Uuid>,
}

impl From<CreateTask> for domain::NewTask {
    fn from(task: CreateTask) -> Self {
        Self {
            title: task.title,
            description: task.description,
            status: task.status.map_or(domain::TaskStatus::Todo, Into::into),
            priority: task.priority.map_or(domain::Priority::None, Into::into),
            labels: task.labels,
            assignee: task.assignee.map(Into::into),
        }
    }
}

/// Changes a task, or moves it on the board.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchTask {
    pub(crate) version: Option<i64>,
    title: Option<String>,
    description: Option<String>,
    status: Option<TaskStatus>,
    priority: Option<Priority>,
    labels: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    assignee: Option<Option<Uuid>>,
    /// Put it directly before this task.
    before: Option<Uuid>,
    /// Put it directly after this task.
    after: Option<Uuid>,
}

impl From<PatchTask> for domain::TaskPatch {
    fn from(patch: PatchTask) -> Self {
        Self {
            title: patch.title,
            description: patch.description,
            status: patch.status.map(Into::into),
            priority: patch.priority.map(Into::into),
            labels: patch.labels,
            assignee: patch.assignee.map(|assignee| assignee.map(Into::into)),
            before: patch.before.map(Into::into),
            after: patch.after.map(Into::into),
        }
    }
}

/// Changes many tasks at once: all or none of those that are as the client has seen them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkTasks {
    pub(crate) ids: Vec<Uuid>,
    /// The versions that the client has seen. A task that has another is left alone; one without is changed as it is.
    #[serde(default)]
    versions: HashMap<Uuid, i64>,
    set: Option<BulkSet>,
    #[serde(default)]
    delete: bool,
}

/// What to set on each of them.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct BulkSet {
    status: Option<TaskStatus>,
    priority: Option<Priority>,
    add_labels: Vec<String>,
    remove_labels: Vec<String>,
}

impl BulkTasks {
    /// What it does to each task.
    pub(crate) fn change(self) -> BulkChange {
        let set = self.set.unwrap_or_default();
        BulkChange {
            status: set.status.map(Into::into),
            priority: set.priority.map(Into::into),
            add_labels: set.add_labels,
            remove_labels: set.remove_labels,
            delete: self.delete,
            versions: self.versions.into_iter().map(|(id, version)| (id.into(), version)).collect(),
        }
    }
}

/// What became of many tasks.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkResult {
    /// Changed, as they are now.
    items: Vec<Task>,
    /// Left alone, because they are no longer as the client has seen them; as they are now.
    stale: Vec<Task>,
}

impl From<BulkOutcome> for BulkResult {
    fn from(outcome: BulkOutcome) -> Self {
        let wire = |tasks: Vec<domain::Task>| tasks.into_iter().map(Into::into).collect();
        Self { items: wire(outcome.changed), stale: wire(outcome.stale) }
    }
}

/// Which tasks. Lists are separated by commas.
#[derive(Deserialize, IntoParams)]
pub(crate) struct TaskQuery {
    /// Words that all stand in title, description or labels; the last may be incomplete.
    q: Option<String>,
    /// Any of these statuses.
    status: Option<String>,
    /// Any of these priorities.
    priority: Option<String>,
    /// All of these labels.
    label: Option<String>,
    assignee: Option<Uuid>,
    /// Deleted tasks instead of living ones.
    #[serde(default)]
    deleted: bool,
    /// At most 1000.
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<String>,
}

impl TaskQuery {
    /// The filter that it asks for.
    pub(crate) fn filter(self) -> Result<domain::TaskFilter> {
        fn list<T: std::str::FromStr<Err = Error>>(
            field: &'static str,
            text: Option<&str>,
        ) -> Result<Vec<T>> {
            let parts = text.unwrap_or("").split(',').filter(|part| !part.is_empty());
            parts
                .map(|part| part.parse::<T>().map_err(|error| Error { field: Some(field), ..error }))
                .collect()
        }
        Ok(domain::TaskFilter {
            status: list("status", self.status.as_deref())?,
            priority: list("priority", self.priority.as_deref())?,
            labels: self
                .label
                .iter()
                .flat_map(|labels| labels.split(','))
                .filter(|label| !label.is_empty())
                .map(str::to_owned)
                .collect(),
            query: self.q.filter(|query| !query.trim().is_empty()),
            assignee: self.assignee.map(Into::into),
            deleted: self.deleted,
        })
    }
}
