//! What happens to a task because of its workspaces and sessions.

use switchyard_domain::event::Verb;
use switchyard_domain::task::{Task, TaskStatus};
use switchyard_domain::{Result, SessionId, TaskId};

use super::place::{Column, Spot, position};
use super::{event, find};
use crate::value::values;
use crate::write::Write;

/// Makes `session` the task's newest one and moves the task to `in_progress` where that says more.
pub(crate) async fn session_started(write: &mut Write<'_>, id: TaskId, session: SessionId) -> Result<()> {
    let scope = write.scope();
    let mut task = find(write.tx, &scope, id).await?;
    if matches!(task.status, TaskStatus::Todo | TaskStatus::InReview) {
        move_to(write, &mut task, TaskStatus::InProgress).await?;
    }
    write
        .tx
        .send(
            "UPDATE tasks SET latest_session_id = $3 WHERE org_id = $1 AND id = $2",
            &values![scope.org(), id, session],
        )
        .await?;
    touch(write, &task).await
}

/// Moves a task that is in review to `in_progress`: an agent was talked to again.
pub(crate) async fn turn_started(write: &mut Write<'_>, id: TaskId) -> Result<()> {
    move_from(write, id, TaskStatus::InReview, TaskStatus::InProgress).await
}

/// Moves a task that is in progress to `in_review`: an agent's turn is over.
pub(crate) async fn turn_ended(write: &mut Write<'_>, id: TaskId) -> Result<()> {
    move_from(write, id, TaskStatus::InProgress, TaskStatus::InReview).await
}

/// Moves a task from one column to another; one that a person has put elsewhere stays there.
async fn move_from(write: &mut Write<'_>, id: TaskId, from: TaskStatus, to: TaskStatus) -> Result<()> {
    let scope = write.scope();
    let mut task = find(write.tx, &scope, id).await?;
    if task.status != from || task.deleted_at.is_some() {
        return Ok(());
    }
    move_to(write, &mut task, to).await?;
    touch(write, &task).await
}

/// Brings the number of workspaces up to date after one came, went to the trash, or came back.
pub(crate) async fn recount_workspaces(write: &mut Write<'_>, id: TaskId) -> Result<()> {
    let scope = write.scope();
    let task = find(write.tx, &scope, id).await?;
    let changed = write
        .tx
        .execute(
            "UPDATE tasks SET workspace_count =
                 (SELECT count(*) FROM workspaces WHERE task_id = $2 AND status <> 'discarded')
             WHERE org_id = $1 AND id = $2 AND workspace_count <>
                 (SELECT count(*) FROM workspaces WHERE task_id = $2 AND status <> 'discarded')",
            &values![scope.org(), id],
        )
        .await?;
    if changed == 0 { Ok(()) } else { touch(write, &task).await }
}

/// Points the task to the newest session that is left.
pub(crate) async fn session_forgotten(write: &mut Write<'_>, id: TaskId) -> Result<()> {
    let scope = write.scope();
    write
        .tx
        .send(
            "UPDATE tasks SET latest_session_id =
                 (SELECT s.id FROM sessions s WHERE s.task_id = $2 ORDER BY s.id DESC LIMIT 1)
             WHERE org_id = $1 AND id = $2",
            &values![scope.org(), id],
        )
        .await?;
    let task = find(write.tx, &scope, id).await?;
    touch(write, &task).await
}

async fn move_to(write: &mut Write<'_>, task: &mut Task, status: TaskStatus) -> Result<()> {
    let scope = write.scope();
    let column = Column { project: task.project_id, status, task: task.id };
    task.position = position(write, column, Spot::End).await?;
    task.status = status;
    write
        .tx
        .send(
            "UPDATE tasks SET status = $3, position = $4 WHERE org_id = $1 AND id = $2",
            &values![scope.org(), task.id, status.as_str(), &task.position],
        )
        .await
}

/// Counts the task's version up and says so in the feed.
async fn touch(write: &mut Write<'_>, task: &Task) -> Result<()> {
    let (scope, at) = (write.scope(), write.act.at);
    write
        .tx
        .send(
            "UPDATE tasks SET version = version + 1, updated_at = $3 WHERE org_id = $1 AND id = $2",
            &values![scope.org(), task.id, at],
        )
        .await?;
    let task = find(write.tx, &scope, task.id).await?;
    write.event(event(&task, Verb::Updated)).await
}
