//! Places on the board: a position between two neighbours of a column.

use switchyard_domain::event::Verb;
use switchyard_domain::position::between;
use switchyard_domain::task::TaskStatus;
use switchyard_domain::{Error, ProjectId, Result, Scope, TaskId};

use super::list::rank;
use super::{event, find};
use crate::tx::Tx;
use crate::value::values;
use crate::write::Write;

/// Longest position; past it the column is spaced out anew.
const LONGEST: usize = 64;

/// A column of a board, as seen by a task that is to be placed in it.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) project: ProjectId,
    pub(super) status: TaskStatus,
    /// The task to be placed, which is no neighbour of itself.
    pub(super) task: TaskId,
}

/// Where in a column.
#[derive(Clone, Copy)]
pub(super) enum Spot {
    End,
    Before(TaskId),
    After(TaskId),
}

type Neighbours = (Option<String>, Option<String>);

/// A position at `spot`; at the end when the task that the spot names has left the column.
pub(super) async fn position(write: &mut Write<'_>, column: Column, spot: Spot) -> Result<String> {
    let scope = write.scope();
    let (before, after) = neighbours(write.tx, &scope, column, spot).await?;
    if let Some(position) =
        between(before.as_deref(), after.as_deref()).filter(|found| found.len() <= LONGEST)
    {
        return Ok(position);
    }
    space_out(write, column).await?;
    let (before, after) = neighbours(write.tx, &scope, column, spot).await?;
    between(before.as_deref(), after.as_deref())
        .ok_or_else(|| Error::internal("a column has no room for a task"))
}

/// Whether another task of the column has `position`.
pub(super) async fn taken(tx: &mut Tx, scope: &Scope, column: Column, position: &str) -> Result<bool> {
    let Column { project, status, task } = column;
    let found = tx
        .row(
            "SELECT id FROM tasks WHERE org_id = $1 AND project_id = $2 AND status_rank = $3 AND position = $4
                 AND deleted_at IS NULL AND id <> $5",
            &values![scope.org(), project, rank(status), position, task],
            |_| Ok(()),
        )
        .await?;
    Ok(found.is_some())
}

async fn neighbours(tx: &mut Tx, scope: &Scope, column: Column, spot: Spot) -> Result<Neighbours> {
    match spot {
        Spot::End => {}
        Spot::Before(anchor) => {
            if let Some(at) = position_of(tx, scope, column, anchor).await? {
                return Ok((next_to(tx, scope, column, Side::Below, (&at, anchor)).await?, Some(at)));
            }
        }
        Spot::After(anchor) => {
            if let Some(at) = position_of(tx, scope, column, anchor).await? {
                let above = next_to(tx, scope, column, Side::Above, (&at, anchor)).await?;
                return Ok((Some(at), above));
            }
        }
    }
    Ok((last(tx, scope, column).await?, None))
}

async fn position_of(tx: &mut Tx, scope: &Scope, column: Column, anchor: TaskId) -> Result<Option<String>> {
    let Column { project, status, task } = column;
    tx.row(
        "SELECT position FROM tasks WHERE org_id = $1 AND project_id = $2 AND status_rank = $3 AND id = $4
             AND deleted_at IS NULL AND id <> $5",
        &values![scope.org(), project, rank(status), anchor, task],
        |row| row.get(),
    )
    .await
}

async fn last(tx: &mut Tx, scope: &Scope, column: Column) -> Result<Option<String>> {
    let Column { project, status, task } = column;
    tx.row(
        "SELECT position FROM tasks WHERE org_id = $1 AND project_id = $2 AND status_rank = $3
             AND deleted_at IS NULL AND id <> $4
         ORDER BY position DESC, id DESC LIMIT 1",
        &values![scope.org(), project, rank(status), task],
        |row| row.get(),
    )
    .await
}

#[derive(Clone, Copy)]
enum Side {
    Below,
    Above,
}

/// The position of the task directly on one side of another.
async fn next_to(
    tx: &mut Tx,
    scope: &Scope,
    column: Column,
    side: Side,
    (position, anchor): (&str, TaskId),
) -> Result<Option<String>> {
    let Column { project, status, task } = column;
    let (than, order) = match side {
        Side::Below => ("<", "DESC"),
        Side::Above => (">", "ASC"),
    };
    let sql = format!(
        "SELECT position FROM tasks WHERE org_id = $1 AND project_id = $2 AND status_rank = $3
             AND deleted_at IS NULL AND id <> $4 AND (position, id) {than} ($5, $6)
         ORDER BY position {order}, id {order} LIMIT 1"
    );
    tx.row(&sql, &values![scope.org(), project, rank(status), task, position, anchor], |row| row.get()).await
}

/// Gives the column's tasks positions with room between them, in the order that they have.
async fn space_out(write: &mut Write<'_>, column: Column) -> Result<()> {
    let (scope, at) = (write.scope(), write.act.at);
    let Column { project, status, task } = column;
    let tasks: Vec<TaskId> = write
        .tx
        .rows(
            "SELECT id FROM tasks WHERE org_id = $1 AND project_id = $2 AND status_rank = $3 AND deleted_at IS NULL
                 AND id <> $4
             ORDER BY position, id",
            &values![scope.org(), project, rank(status), task],
            |row| row.id(),
        )
        .await?;
    let mut position = None;
    for id in tasks {
        position = between(position.as_deref(), None);
        write
            .tx
            .send(
                "UPDATE tasks SET position = $3, updated_at = $4, version = version + 1 WHERE org_id = $1 AND id = $2",
                &values![scope.org(), id, position.as_deref().unwrap_or_default(), at],
            )
            .await?;
        let moved = find(write.tx, &scope, id).await?;
        write.event(event(&moved, Verb::Updated)).await?;
    }
    Ok(())
}
