//! What people do with tasks.

use switchyard_domain::store::{Act, BulkChange, BulkOutcome, TerminalPlace};
use switchyard_domain::task::{
    NewTask, Task, TaskFilter, TaskPatch, validate_description, validate_labels, validate_title,
};
use switchyard_domain::{Error, Page, PageRequest, ProjectId, Result, Scope, TaskId};

use crate::App;

impl App {
    /// Makes a task at the end of its column.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`.
    pub async fn create_task(&self, act: &Act, project: ProjectId, mut new: NewTask) -> Result<Task> {
        new.title = validate_title(&new.title)?;
        validate_description(&new.description)?;
        new.labels = validate_labels(&new.labels)?;
        self.store().create_task(act, project, &new).await
    }

    /// Tasks of a project.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for a cursor that is none.
    pub async fn tasks(
        &self,
        scope: &Scope,
        project: ProjectId,
        filter: &TaskFilter,
        page: &PageRequest,
    ) -> Result<Page<Task>> {
        self.store().tasks(scope, project, filter, page).await
    }

    /// One task.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn task(&self, scope: &Scope, id: TaskId) -> Result<Task> {
        self.store().task(scope, id).await
    }

    /// Changes a task, or moves it on the board.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Stale`.
    pub async fn update_task(
        &self,
        act: &Act,
        id: TaskId,
        version: i64,
        mut patch: TaskPatch,
    ) -> Result<Task> {
        if let Some(title) = &mut patch.title {
            *title = validate_title(title)?;
        }
        if let Some(description) = &patch.description {
            validate_description(description)?;
        }
        if let Some(labels) = &mut patch.labels {
            *labels = validate_labels(labels)?;
        }
        if patch.before == Some(id) || patch.after == Some(id) {
            return Err(Error::invalid("before", "A task cannot be put before or after itself."));
        }
        self.store().update_task(act, id, version, &patch).await
    }

    /// Changes many tasks at once, all or none of those that are as the caller has seen them; the others are left alone.
    ///
    /// # Errors
    /// `Invalid`, `NotFound` when one of them is not there.
    pub async fn update_tasks(
        &self,
        act: &Act,
        project: ProjectId,
        ids: &[TaskId],
        mut change: BulkChange,
    ) -> Result<BulkOutcome> {
        if ids.is_empty() || ids.len() > 1000 {
            return Err(Error::invalid("ids", "Name 1 to 1000 tasks."));
        }
        change.add_labels = validate_labels(&change.add_labels)?;
        let outcome = self.store().update_tasks(act, project, ids, &change).await?;
        if change.delete {
            for task in &outcome.changed {
                self.close_terminals_in(act.scope, TerminalPlace::Task(task.id)).await?;
            }
        }
        Ok(outcome)
    }

    /// Deletes a task and closes the terminals in its workspaces; [`App::restore_task`] takes the task back.
    ///
    /// # Errors
    /// `NotFound`, `Stale`, `Conflict` while an agent works on it.
    pub async fn delete_task(&self, act: &Act, id: TaskId, version: i64) -> Result<()> {
        let task = self.store().task(&act.scope, id).await?;
        if task.latest_session.is_some_and(|session| session.status.is_active()) {
            return Err(Error::conflict("session_active", "An agent works on this task. Stop it first."));
        }
        self.store().delete_task(act, id, version).await?;
        self.close_terminals_in(act.scope, TerminalPlace::Task(id)).await
    }

    /// Takes a deletion back.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn restore_task(&self, act: &Act, id: TaskId) -> Result<Task> {
        self.store().restore_task(act, id).await
    }
}
