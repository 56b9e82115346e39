//! Messages from people to agents.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::message::{Message, MessageStatus};
use switchyard_domain::session::Session;
use switchyard_domain::store::{Act, Messages};
use switchyard_domain::{Error, MessageId, ProjectId, Result, Scope, SessionId};

use crate::database::Database;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Change, Write};
use crate::{idempotency, sessions};

const COLUMNS: &str = "id, session_id, text, status, created_at";

fn read(row: &mut Columns<'_>) -> Result<Message> {
    Ok(Message {
        id: row.id()?,
        session_id: row.id()?,
        text: row.get()?,
        status: row.name()?,
        created_at: row.get()?,
    })
}

pub(crate) async fn find(tx: &mut Tx, scope: &Scope, id: MessageId) -> Result<Message> {
    let sql = format!(
        "SELECT {COLUMNS} FROM messages m WHERE org_id = $1 AND id = $2
             AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = m.session_id AND reaches_project(s.project_id))"
    );
    tx.found(&sql, &values![scope.org(), id], read).await
}

/// The message that began a session.
pub(crate) async fn first(tx: &mut Tx, scope: &Scope, session: SessionId) -> Result<Message> {
    let sql =
        format!("SELECT {COLUMNS} FROM messages WHERE org_id = $1 AND session_id = $2 ORDER BY id LIMIT 1");
    tx.found(&sql, &values![scope.org(), session], read).await
}

async fn queued(tx: &mut Tx, scope: &Scope, session: SessionId) -> Result<Vec<Message>> {
    sessions::require(tx, scope, session).await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE org_id = $1 AND session_id = $2 AND status <> 'delivered' ORDER BY id"
    );
    tx.rows(&sql, &values![scope.org(), session], read).await
}

fn event(id: MessageId, project: ProjectId, verb: Verb, version: i64) -> Change {
    Change { verb, entity: Entity::Message, id: id.0, project_id: Some(project), version }
}

/// Queues a message in a write that does more than that.
pub(crate) async fn queue(write: &mut Write<'_>, session: &Session, text: &str) -> Result<Message> {
    let (scope, at) = (write.scope(), write.act.at);
    let id = MessageId::new();
    write
        .tx
        .send(
            "INSERT INTO messages (id, org_id, user_id, session_id, text, status, created_at, version)
             VALUES ($1, $2, $3, $4, $5, 'queued', $6, 1)",
            &values![id, scope.org(), scope.user(), session.id, text, at],
        )
        .await?;
    write.event(event(id, session.project_id, Verb::Created, 1)).await?;
    find(write.tx, &scope, id).await
}

async fn create(write: &mut Write<'_>, session: SessionId, text: &str) -> Result<Message> {
    let scope = write.scope();
    if let Some(id) = idempotency::made_before(write).await? {
        return find(write.tx, &scope, id).await;
    }
    let session = sessions::find(write.tx, &scope, session).await?;
    write.require(session.project_id, ProjectRole::Editor).await?;
    let message = queue(write, &session, text).await?;
    idempotency::remember(write, message.id).await?;
    write.audit(Entity::Message, message.id.0, &[("session", session.id.to_string())]).await?;
    Ok(message)
}

/// Sets the status; answers the new version unless the message has that status already, or is not there.
async fn put_status(
    write: &mut Write<'_>,
    session: SessionId,
    id: MessageId,
    status: MessageStatus,
) -> Result<Option<i64>> {
    let scope = write.scope();
    write
        .tx
        .row(
            "UPDATE messages SET status = $4, version = version + 1
             WHERE org_id = $1 AND session_id = $2 AND id = $3 AND status <> $4 RETURNING version",
            &values![scope.org(), session, id, status.as_str()],
            |row| row.get(),
        )
        .await
}

/// Notes that the transcript has a message.
pub(crate) async fn delivered(write: &mut Write<'_>, session: &Session, id: MessageId) -> Result<()> {
    match put_status(write, session.id, id, MessageStatus::Delivered).await? {
        Some(version) => write.event(event(id, session.project_id, Verb::Updated, version)).await,
        None => Ok(()),
    }
}

async fn set_status(write: &mut Write<'_>, id: MessageId, status: MessageStatus) -> Result<Message> {
    let scope = write.scope();
    let message = find(write.tx, &scope, id).await?;
    let session = sessions::find(write.tx, &scope, message.session_id).await?;
    write.require(session.project_id, ProjectRole::Editor).await?;
    if let Some(version) = put_status(write, session.id, id, status).await? {
        let change = event(id, session.project_id, Verb::Updated, version);
        write.record(change, &[("status", status.as_str().to_owned())]).await?;
    }
    find(write.tx, &scope, id).await
}

async fn delete(write: &mut Write<'_>, id: MessageId) -> Result<()> {
    let scope = write.scope();
    let message = find(write.tx, &scope, id).await?;
    let session = sessions::find(write.tx, &scope, message.session_id).await?;
    write.require(session.project_id, ProjectRole::Editor).await?;
    if message.status == MessageStatus::Delivered {
        return Err(Error::conflict("message_delivered", "The agent has this message already."));
    }
    let version: i64 = write
        .tx
        .found(
            "DELETE FROM messages WHERE org_id = $1 AND id = $2 RETURNING version",
            &values![scope.org(), id],
            |row| row.get(),
        )
        .await?;
    write.record(event(id, session.project_id, Verb::Deleted, version + 1), &[]).await
}

#[async_trait]
impl Messages for Database {
    async fn create_message(&self, act: &Act, session: SessionId, text: &str) -> Result<Message> {
        let text = text.to_owned();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, session, &text).await }))
            .await
    }

    async fn message(&self, scope: &Scope, id: MessageId) -> Result<Message> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope, id).await })).await
    }

    async fn queued_messages(&self, scope: &Scope, session: SessionId) -> Result<Vec<Message>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { queued(tx, &scope, session).await })).await
    }

    async fn set_message_status(&self, act: &Act, id: MessageId, status: MessageStatus) -> Result<Message> {
        self.write(act, move |mut write| Box::pin(async move { set_status(&mut write, id, status).await }))
            .await
    }

    async fn delete_message(&self, act: &Act, id: MessageId) -> Result<()> {
        self.write(act, move |mut write| Box::pin(async move { delete(&mut write, id).await })).await
    }
}
