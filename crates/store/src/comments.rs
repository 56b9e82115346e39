//! Review comments on a workspace's diff.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::comment::{Comment, CommentAnchor};
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::message::Message;
use switchyard_domain::store::{Act, Comments};
use switchyard_domain::{CommentId, Error, ProjectId, Result, Scope, SessionId, WorkspaceId};

use crate::database::Database;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Change, Write, check_version};
use crate::{idempotency, messages, sessions, workspaces};

const COLUMNS: &str =
    "project_id, id, workspace_id, repo_id, path, side, line, end_line, quote, text, status,
    user_id, created_at, version";

/// A comment with the project that its events belong to.
struct Found {
    project: ProjectId,
    comment: Comment,
}

fn read(row: &mut Columns<'_>) -> Result<Found> {
    let line = |line: i64| u32::try_from(line).map_err(Error::internal);
    Ok(Found {
        project: row.id()?,
        comment: Comment {
            id: row.id()?,
            workspace_id: row.id()?,
            anchor: CommentAnchor {
                repo_id: row.id()?,
                path: row.get()?,
                side: row.name()?,
                line: line(row.get()?)?,
                end_line: line(row.get()?)?,
                quote: row.get()?,
            },
            text: row.get()?,
            status: row.name()?,
            created_by: row.id()?,
            created_at: row.get()?,
            version: row.get()?,
        },
    })
}

async fn find(tx: &mut Tx, scope: &Scope, id: CommentId) -> Result<Found> {
    let sql = format!(
        "SELECT {COLUMNS} FROM comments WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)"
    );
    tx.found(&sql, &values![scope.org(), id], read).await
}

async fn list(tx: &mut Tx, scope: &Scope, workspace: WorkspaceId) -> Result<Vec<Comment>> {
    workspaces::require(tx, scope, workspace).await?;
    let sql = format!("SELECT {COLUMNS} FROM comments WHERE org_id = $1 AND workspace_id = $2 ORDER BY id");
    let found = tx.rows(&sql, &values![scope.org(), workspace], read).await?;
    Ok(found.into_iter().map(|found| found.comment).collect())
}

fn event(found: &Found, verb: Verb) -> Change {
    let Found { project, comment } = found;
    Change {
        verb,
        entity: Entity::Comment,
        id: comment.id.0,
        project_id: Some(*project),
        version: comment.version,
    }
}

async fn create(
    write: &mut Write<'_>,
    workspace: WorkspaceId,
    anchor: &CommentAnchor,
    text: &str,
) -> Result<Comment> {
    let (scope, at) = (write.scope(), write.act.at);
    if let Some(id) = idempotency::made_before(write).await? {
        return Ok(find(write.tx, &scope, id).await?.comment);
    }
    let workspace = workspaces::find(write.tx, &scope, workspace).await?;
    write.require(workspace.project_id, ProjectRole::Editor).await?;
    if !workspace.repos.iter().any(|repo| repo.repo_id == anchor.repo_id) {
        return Err(Error::not_found());
    }
    let id = CommentId::new();
    let CommentAnchor { repo_id, path, side, line, end_line, quote } = anchor;
    write
        .tx
        .send(
            "INSERT INTO comments (id, org_id, user_id, project_id, workspace_id, repo_id, path, side, line, end_line,
                                   quote, text, status, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, 1)",
            &values![
                id,
                scope.org(),
                scope.user(),
                workspace.project_id,
                workspace.id,
                *repo_id,
                path,
                side.as_str(),
                *line,
                *end_line,
                quote,
                text,
                at
            ],
        )
        .await?;
    idempotency::remember(write, id).await?;
    let found = find(write.tx, &scope, id).await?;
    write.record(event(&found, Verb::Created), &[("path", path.clone())]).await?;
    Ok(found.comment)
}

async fn update(write: &mut Write<'_>, id: CommentId, version: i64, text: &str) -> Result<Comment> {
    let scope = write.scope();
    let found = find(write.tx, &scope, id).await?;
    write.require(found.project, ProjectRole::Editor).await?;
    check_version(found.comment.version, version)?;
    if found.comment.text == text {
        return Ok(found.comment);
    }
    write
        .tx
        .send(
            "UPDATE comments SET text = $3, version = version + 1 WHERE org_id = $1 AND id = $2",
            &values![scope.org(), id, text],
        )
        .await?;
    let found = find(write.tx, &scope, id).await?;
    write.record(event(&found, Verb::Updated), &[("fields", "text".to_owned())]).await?;
    Ok(found.comment)
}

async fn delete(write: &mut Write<'_>, id: CommentId, version: i64) -> Result<()> {
    let scope = write.scope();
    let mut found = find(write.tx, &scope, id).await?;
    write.require(found.project, ProjectRole::Editor).await?;
    check_version(found.comment.version, version)?;
    write.tx.send("DELETE FROM comments WHERE org_id = $1 AND id = $2", &values![scope.org(), id]).await?;
    found.comment.version += 1;
    write.record(event(&found, Verb::Deleted), &[("path", found.comment.anchor.path.clone())]).await
}

async fn send(
    write: &mut Write<'_>,
    session: SessionId,
    comments: &[CommentId],
    text: &str,
) -> Result<Message> {
    let scope = write.scope();
    if let Some(id) = idempotency::made_before(write).await? {
        return messages::find(write.tx, &scope, id).await;
    }
    let session = sessions::find(write.tx, &scope, session).await?;
    write.require(session.project_id, ProjectRole::Editor).await?;
    for id in comments {
        let found = find(write.tx, &scope, *id).await?;
        if found.comment.workspace_id != session.workspace_id {
            return Err(Error::not_found());
        }
        write
            .tx
            .send(
                "UPDATE comments SET status = 'sent', version = version + 1 WHERE org_id = $1 AND id = $2",
                &values![scope.org(), *id],
            )
            .await?;
        let sent = find(write.tx, &scope, *id).await?;
        write.event(event(&sent, Verb::Updated)).await?;
    }
    let message = messages::queue(write, &session, text).await?;
    idempotency::remember(write, message.id).await?;
    let details = [("session", session.id.to_string()), ("comments", comments.len().to_string())];
    write.audit(Entity::Message, message.id.0, &details).await?;
    Ok(message)
}

#[async_trait]
impl Comments for Database {
    async fn create_comment(
        &self,
        act: &Act,
        workspace: WorkspaceId,
        anchor: &CommentAnchor,
        text: &str,
    ) -> Result<Comment> {
        let (anchor, text) = (anchor.clone(), text.to_owned());
        self.write(act, move |mut write| {
            Box::pin(async move { create(&mut write, workspace, &anchor, &text).await })
        })
        .await
    }

    async fn comments(&self, scope: &Scope, workspace: WorkspaceId) -> Result<Vec<Comment>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { list(tx, &scope, workspace).await })).await
    }

    async fn comment(&self, scope: &Scope, id: CommentId) -> Result<Comment> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { Ok(find(tx, &scope, id).await?.comment) })).await
    }

    async fn update_comment(&self, act: &Act, id: CommentId, version: i64, text: &str) -> Result<Comment> {
        let text = text.to_owned();
        self.write_version(act, (Entity::Comment, id.0), move |mut write| {
            Box::pin(async move { update(&mut write, id, version, &text).await })
        })
        .await
    }

    async fn delete_comment(&self, act: &Act, id: CommentId, version: i64) -> Result<()> {
        self.write_version(act, (Entity::Comment, id.0), move |mut write| {
            Box::pin(async move { delete(&mut write, id, version).await })
        })
        .await
    }

    async fn send_review(
        &self,
        act: &Act,
        session: SessionId,
        comments: &[CommentId],
        text: &str,
    ) -> Result<Message> {
        let (comments, text) = (comments.to_vec(), text.to_owned());
        self.write(act, move |mut write| {
            Box::pin(async move { send(&mut write, session, &comments, &text).await })
        })
        .await
    }
}
