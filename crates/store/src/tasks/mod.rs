//! Tasks: cards.

mod change;
mod list;
mod place;
mod progress;
mod search;

use async_trait::async_trait;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::{Act, BulkChange, BulkOutcome, Tasks};
use switchyard_domain::task::{LatestSession, NewTask, Task, TaskFilter, TaskPatch};
use switchyard_domain::{Page, PageRequest, ProjectId, Result, Scope, SessionId, TaskId};

use crate::database::Database;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::Change;

pub(crate) use progress::{recount_workspaces, session_forgotten, session_started, turn_ended, turn_started};

const COLUMNS: &str =
    "t.id, t.project_id, t.title, t.description, t.status, t.priority, t.labels, t.assignee,
    t.position, s.id, s.workspace_id, s.status, t.workspace_count, t.user_id, t.created_at, t.updated_at,
    t.deleted_at, t.version";

/// What follows the tasks in `FROM`.
const WITH_SESSION: &str = "t LEFT JOIN sessions s ON s.id = t.latest_session_id";

fn read(row: &mut Columns<'_>) -> Result<Task> {
    Ok(Task {
        id: row.id()?,
        project_id: row.id()?,
        title: row.get()?,
        description: row.get()?,
        status: row.name()?,
        priority: row.name()?,
        labels: row.json()?,
        assignee: row.optional_id()?,
        position: row.get()?,
        latest_session: read_latest_session(row)?,
        workspace_count: row.get()?,
        created_by: row.id()?,
        created_at: row.get()?,
        updated_at: row.get()?,
        deleted_at: row.optional()?,
        version: row.get()?,
    })
}

fn read_latest_session(row: &mut Columns<'_>) -> Result<Option<LatestSession>> {
    let (id, workspace_id) = (row.optional_id::<SessionId>()?, row.optional_id()?);
    let status: Option<String> = row.optional()?;
    match (id, workspace_id, status) {
        (Some(id), Some(workspace_id), Some(status)) => {
            Ok(Some(LatestSession { id, workspace_id, status: status.parse()? }))
        }
        _ => Ok(None),
    }
}

async fn find(tx: &mut Tx, scope: &Scope, id: TaskId) -> Result<Task> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tasks {WITH_SESSION} WHERE t.org_id = $1 AND t.id = $2 AND reaches_project(t.project_id)"
    );
    tx.found(&sql, &values![scope.org(), id], read).await
}

/// The project of a task that is there and not deleted.
pub(crate) async fn living_project(tx: &mut Tx, scope: &Scope, id: TaskId) -> Result<ProjectId> {
    let sql = "SELECT project_id FROM tasks
         WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL AND reaches_project(project_id)";
    tx.found(sql, &values![scope.org(), id], |row| row.id()).await
}

/// Refuses unless the task is there, deleted or not.
pub(crate) async fn require(tx: &mut Tx, scope: &Scope, id: TaskId) -> Result<()> {
    let sql = "SELECT id FROM tasks WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)";
    tx.found(sql, &values![scope.org(), id], |_| Ok(())).await
}

fn event(task: &Task, verb: Verb) -> Change {
    let project_id = Some(task.project_id);
    Change { verb, entity: Entity::Task, id: task.id.0, project_id, version: task.version }
}

#[async_trait]
impl Tasks for Database {
    async fn create_task(&self, act: &Act, project: ProjectId, new: &NewTask) -> Result<Task> {
        let new = new.clone();
        self.write(act, move |mut write| {
            Box::pin(async move { change::create(&mut write, project, &new).await })
        })
        .await
    }

    async fn tasks(
        &self,
        scope: &Scope,
        project: ProjectId,
        filter: &TaskFilter,
        page: &PageRequest,
    ) -> Result<Page<Task>> {
        if filter.query.is_some() {
            search::catch_up(self).await?;
        }
        let (scope, filter, page) = (*scope, filter.clone(), page.clone());
        self.read(scope, move |tx| {
            Box::pin(async move { list::list(tx, &scope, project, &filter, &page).await })
        })
        .await
    }

    async fn task(&self, scope: &Scope, id: TaskId) -> Result<Task> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope, id).await })).await
    }

    async fn tasks_by_id(&self, scope: &Scope, ids: &[TaskId]) -> Result<Vec<Task>> {
        let (scope, ids) = (*scope, ids.to_vec());
        self.read(scope, move |tx| Box::pin(async move { list::by_id(tx, &scope, &ids).await })).await
    }

    async fn update_task(&self, act: &Act, id: TaskId, version: i64, patch: &TaskPatch) -> Result<Task> {
        let patch = patch.clone();
        self.write_version(act, (Entity::Task, id.0), move |mut write| {
            Box::pin(async move { change::update(&mut write, id, version, &patch).await })
        })
        .await
    }

    async fn update_tasks(
        &self,
        act: &Act,
        project: ProjectId,
        ids: &[TaskId],
        change: &BulkChange,
    ) -> Result<BulkOutcome> {
        let (ids, change) = (ids.to_vec(), change.clone());
        self.write(act, move |mut write| {
            Box::pin(async move { change::update_many(&mut write, project, &ids, &change).await })
        })
        .await
    }

    async fn delete_task(&self, act: &Act, id: TaskId, version: i64) -> Result<()> {
        self.write_version(act, (Entity::Task, id.0), move |mut write| {
            Box::pin(async move { change::delete(&mut write, id, version).await })
        })
        .await
    }

    async fn restore_task(&self, act: &Act, id: TaskId) -> Result<Task> {
        self.write(act, move |mut write| Box::pin(async move { change::restore(&mut write, id).await })).await
    }
}
