//! Changes to tasks: made, edited, moved, deleted, restored; one or many.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::Verb;
use switchyard_domain::store::{BulkChange, BulkOutcome};
use switchyard_domain::task::{NewTask, Task, TaskPatch, validate_labels};
use switchyard_domain::{Error, PageRequest, ProjectId, Result, TaskId};

use super::place::{Column, Spot, position, taken};
use super::{event, find};
use crate::idempotency;
use crate::projects;
use crate::value::{json, values};
use crate::write::{Write, check_living, check_version};

pub(super) async fn create(write: &mut Write<'_>, project: ProjectId, new: &NewTask) -> Result<Task> {
    let (scope, at) = (write.scope(), write.act.at);
    if let Some(id) = idempotency::made_before(write).await? {
        return find(write.tx, &scope, id).await;
    }
    projects::require_living(write.tx, &scope, project).await?;
    write.require(project, ProjectRole::Editor).await?;
    let id = TaskId::new();
    let column = Column { project, status: new.status, task: id };
    let task = Task {
        id,
        project_id: project,
        title: new.title.clone(),
        description: new.description.clone(),
        status: new.status,
        priority: new.priority,
        labels: new.labels.clone(),
        assignee: new.assignee,
        position: position(write, column, Spot::End).await?,
        latest_session: None,
        workspace_count: 0,
        created_by: scope.user(),
        created_at: at,
        updated_at: at,
        deleted_at: None,
        version: 1,
    };
    insert(write, &task).await?;
    idempotency::remember(write, id).await?;
    write.record(event(&task, Verb::Created), &[("title", task.title.clone())]).await?;
    Ok(task)
}

async fn insert(write: &mut Write<'_>, task: &Task) -> Result<()> {
    let [
        id,
        org,
        user,
        project,
        title,
        description,
        status,
        priority,
        assignee,
        position,
        created,
        updated,
        version,
    ] = values![
        task.id,
        write.scope().org(),
        task.created_by,
        task.project_id,
        &task.title,
        &task.description,
        task.status.as_str(),
        task.priority.as_str(),
        task.assignee,
        &task.position,
        task.created_at,
        task.updated_at,
        task.version
    ];
    let labels = json(&task.labels)?;
    write
        .tx
        .send(
            "INSERT INTO tasks (id, org_id, user_id, project_id, title, description, status, priority, assignee,
                                position, created_at, updated_at, version, labels)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            &[
                id, org, user, project, title, description, status, priority, assignee, position, created, updated,
                version, labels,
            ],
        )
        .await
}

pub(super) async fn update(
    write: &mut Write<'_>,
    id: TaskId,
    version: i64,
    patch: &TaskPatch,
) -> Result<Task> {
    let scope = write.scope();
    let before = find(write.tx, &scope, id).await?;
    write.require(before.project_id, ProjectRole::Editor).await?;
    check_version(before.version, version)?;
    check_living(before.deleted_at.is_some())?;
    let mut task = before.clone();
    set(&mut task.title, patch.title.as_ref());
    set(&mut task.description, patch.description.as_ref());
    set(&mut task.status, patch.status.as_ref());
    set(&mut task.priority, patch.priority.as_ref());
    set(&mut task.labels, patch.labels.as_ref());
    set(&mut task.assignee, patch.assignee.as_ref());
    let column = Column { project: task.project_id, status: task.status, task: id };
    match (patch.after, patch.before) {
        (Some(after), _) => task.position = position(write, column, Spot::After(after)).await?,
        (None, Some(next)) => task.position = position(write, column, Spot::Before(next)).await?,
        (None, None) if task.status != before.status => {
            task.position = position(write, column, Spot::End).await?
        }
        (None, None) => {}
    }
    store(write, &before, &task).await
}

fn set<T: Clone>(field: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        field.clone_from(new);
    }
}

/// Writes what differs, if anything does.
async fn store(write: &mut Write<'_>, before: &Task, task: &Task) -> Result<Task> {
    let (scope, at) = (write.scope(), write.act.at);
    let fields = differences(before, task);
    if fields.is_empty() {
        return Ok(task.clone());
    }
    let [org, id, title, description, status, priority, assignee, position, updated] = values![
        scope.org(),
        task.id,
        &task.title,
        &task.description,
        task.status.as_str(),
        task.priority.as_str(),
        task.assignee,
        &task.position,
        at
    ];
    let labels = json(&task.labels)?;
    write
        .tx
        .send(
            "UPDATE tasks SET title = $3, description = $4, status = $5, priority = $6, assignee = $7, position = $8,
                 updated_at = $9, labels = $10, version = version + 1
             WHERE org_id = $1 AND id = $2",
            &[org, id, title, description, status, priority, assignee, position, updated, labels],
        )
        .await?;
    let task = Task { updated_at: at, version: task.version + 1, ..task.clone() };
    write.record(event(&task, Verb::Updated), &[("fields", fields.join(","))]).await?;
    Ok(task)
}

fn differences(before: &Task, after: &Task) -> Vec<&'static str> {
    let all = [
        ("title", before.title != after.title),
        ("description", before.description != after.description),
        ("status", before.status != after.status),
        ("priority", before.priority != after.priority),
        ("labels", before.labels != after.labels),
        ("assignee", before.assignee != after.assignee),
        ("position", before.position != after.position),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

pub(super) async fn update_many(
    write: &mut Write<'_>,
    project: ProjectId,
    ids: &[TaskId],
    change: &BulkChange,
) -> Result<BulkOutcome> {
    if ids.len() > PageRequest::MAX as usize {
        return Err(Error::invalid("ids", "Change at most 1,000 tasks at once."));
    }
    let scope = write.scope();
    projects::require(write.tx, &scope, project).await?;
    write.require(project, ProjectRole::Editor).await?;
    let mut outcome = BulkOutcome::default();
    let mut wanted = Vec::with_capacity(ids.len());
    // All before any is changed: making room for one may move another, and so give it a new version.
    for id in ids {
        let task = find(write.tx, &scope, *id).await?;
        if task.project_id != project {
            return Err(Error::not_found());
        }
        if change.versions.get(id).is_some_and(|seen| *seen != task.version) {
            outcome.stale.push(task);
            continue;
        }
        check_living(task.deleted_at.is_some())?;
        wanted.push(id);
    }
    for id in wanted {
        let before = find(write.tx, &scope, *id).await?;
        check_living(before.deleted_at.is_some())?;
        let task = edited(write, &before, change).await?;
        let task = store(write, &before, &task).await?;
        let task = if change.delete { mark(write, &task, Verb::Deleted).await? } else { task };
        outcome.changed.push(task);
    }
    Ok(outcome)
}

async fn edited(write: &mut Write<'_>, before: &Task, change: &BulkChange) -> Result<Task> {
    let mut task = before.clone();
    set(&mut task.priority, change.priority.as_ref());
    task.labels.retain(|label| !change.remove_labels.contains(label));
    for label in &change.add_labels {
        if !task.labels.contains(label) {
            task.labels.push(label.clone());
        }
    }
    task.labels = validate_labels(&task.labels)?;
    if let Some(status) = change.status.filter(|status| *status != before.status) {
        task.status = status;
        let column = Column { project: task.project_id, status, task: task.id };
        task.position = position(write, column, Spot::End).await?;
    }
    Ok(task)
}

/// Marks a task deleted, or living again.
async fn mark(write: &mut Write<'_>, task: &Task, verb: Verb) -> Result<Task> {
    let (scope, at) = (write.scope(), write.act.at);
    let deleted_at = (verb == Verb::Deleted).then_some(at);
    write
        .tx
        .send(
            "UPDATE tasks SET deleted_at = $3, position = $4, updated_at = $5, version = version + 1
             WHERE org_id = $1 AND id = $2",
            &values![scope.org(), task.id, deleted_at, &task.position, at],
        )
        .await?;
    let task = Task { deleted_at, updated_at: at, version: task.version + 1, ..task.clone() };
    write.record(event(&task, verb), &[("title", task.title.clone())]).await?;
    Ok(task)
}

pub(super) async fn delete(write: &mut Write<'_>, id: TaskId, version: i64) -> Result<()> {
    let scope = write.scope();
    let task = find(write.tx, &scope, id).await?;
    write.require(task.project_id, ProjectRole::Editor).await?;
    check_version(task.version, version)?;
    check_living(task.deleted_at.is_some())?;
    mark(write, &task, Verb::Deleted).await.map(drop)
}

pub(super) async fn restore(write: &mut Write<'_>, id: TaskId) -> Result<Task> {
    let scope = write.scope();
    let mut task = find(write.tx, &scope, id).await?;
    write.require(task.project_id, ProjectRole::Editor).await?;
    if task.deleted_at.is_none() {
        return Ok(task);
    }
    let column = Column { project: task.project_id, status: task.status, task: id };
    if taken(write.tx, &scope, column, &task.position).await? {
        task.position = position(write, column, Spot::End).await?;
    }
    mark(write, &task, Verb::Created).await
}
