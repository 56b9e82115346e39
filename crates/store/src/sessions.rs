//! Sessions: conversations with an agent.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::message::Message;
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::{Act, EntryRange, NewSession, Sessions};
use switchyard_domain::transcript::Entry;
use switchyard_domain::{Result, Scope, SessionId, WorkspaceId};

use crate::database::Database;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{document, values, without_nul};
use crate::write::{Change, Write};
use crate::{approvals, idempotency, messages, tasks, transcript, workspaces};

/// Longest title, in characters.
const TITLE: usize = 200;

const COLUMNS: &str =
    "id, workspace_id, task_id, project_id, agent, title, status, status_detail, last_seq, usage,
    modes, user_id, created_at, updated_at, version";

fn read(row: &mut Columns<'_>) -> Result<Session> {
    Ok(Session {
        id: row.id()?,
        workspace_id: row.id()?,
        task_id: row.id()?,
        project_id: row.id()?,
        agent: row.document()?,
        title: row.get()?,
        status: row.name()?,
        status_detail: row.optional()?,
        last_seq: row.get()?,
        usage: row.optional_document()?,
        modes: row.document()?,
        created_by: row.id()?,
        created_at: row.get()?,
        updated_at: row.get()?,
        version: row.get()?,
    })
}

pub(crate) async fn find(tx: &mut Tx, scope: &Scope, id: SessionId) -> Result<Session> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sessions WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)"
    );
    tx.found(&sql, &values![scope.org(), id], read).await
}

/// Refuses unless the session is there.
pub(crate) async fn require(tx: &mut Tx, scope: &Scope, id: SessionId) -> Result<()> {
    let sql = "SELECT id FROM sessions WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)";
    tx.found(sql, &values![scope.org(), id], |_| Ok(())).await
}

async fn of_workspace(tx: &mut Tx, scope: &Scope, workspace: WorkspaceId) -> Result<Vec<Session>> {
    workspaces::require(tx, scope, workspace).await?;
    let sql =
        format!("SELECT {COLUMNS} FROM sessions WHERE org_id = $1 AND workspace_id = $2 ORDER BY id DESC");
    tx.rows(&sql, &values![scope.org(), workspace], read).await
}

async fn agents_own_id(tx: &mut Tx, scope: &Scope, id: SessionId) -> Result<Option<String>> {
    let sql = "SELECT agent_session_id FROM sessions
         WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)";
    tx.found(sql, &values![scope.org(), id], |row| row.optional()).await
}

pub(crate) fn event(session: &Session, verb: Verb) -> Change {
    let project_id = Some(session.project_id);
    Change { verb, entity: Entity::Session, id: session.id.0, project_id, version: session.version }
}

/// The first line that says something, cut to [`TITLE`] characters.
fn title(prompt: &str) -> String {
    let line = prompt.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    without_nul(line).chars().take(TITLE).collect()
}

async fn create(write: &mut Write<'_>, new: &NewSession) -> Result<(Session, Message)> {
    let (scope, at) = (write.scope(), write.act.at);
    if let Some(id) = idempotency::made_before(write).await? {
        return Ok((find(write.tx, &scope, id).await?, messages::first(write.tx, &scope, id).await?));
    }
    let workspace = workspaces::find(write.tx, &scope, new.workspace_id).await?;
    write.require(workspace.project_id, ProjectRole::Editor).await?;
    let id = SessionId::new();
    let [id_value, org, user, project, task, workspace_id, title, created, updated] = values![
        id,
        scope.org(),
        scope.user(),
        workspace.project_id,
        workspace.task_id,
        workspace.id,
        title(&new.prompt),
        at,
        at
    ];
    write
        .tx
        .send(
            "INSERT INTO sessions (id, org_id, user_id, project_id, task_id, workspace_id, title, status, agent,
                                   created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'starting', $8, $9, $10, 1)",
            &[id_value, org, user, project, task, workspace_id, title, document(&new.agent)?, created, updated],
        )
        .await?;
    idempotency::remember(write, id).await?;
    let session = find(write.tx, &scope, id).await?;
    write.record(event(&session, Verb::Created), &[("agent", new.agent.id().to_owned())]).await?;
    let message = messages::queue(write, &session, &new.prompt).await?;
    tasks::session_started(write, workspace.task_id, id).await?;
    Ok((session, message))
}

async fn set_status(
    write: &mut Write<'_>,
    id: SessionId,
    status: SessionStatus,
    detail: Option<&str>,
) -> Result<Session> {
    let (scope, at) = (write.scope(), write.act.at);
    let project = find(write.tx, &scope, id).await?.project_id;
    write.require(project, ProjectRole::Editor).await?;
    let detail = detail.map(without_nul);
    write
        .tx
        .send(
            "UPDATE sessions SET status = $3, status_detail = $4, updated_at = $5, version = version + 1
             WHERE org_id = $1 AND id = $2",
            &values![scope.org(), id, status.as_str(), detail, at],
        )
        .await?;
    let session = find(write.tx, &scope, id).await?;
    let mut details = vec![("status", status.as_str().to_owned())];
    details.extend(session.status_detail.clone().map(|detail| ("detail", detail)));
    write.record(event(&session, Verb::Updated), &details).await?;
    if !status.is_active() {
        approvals::cancel_open(write, &session).await?;
    }
    Ok(session)
}

#[async_trait]
impl Sessions for Database {
    async fn create_session(&self, act: &Act, new: &NewSession) -> Result<(Session, Message)> {
        let new = new.clone();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, &new).await })).await
    }

    async fn session(&self, scope: &Scope, id: SessionId) -> Result<Session> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope, id).await })).await
    }

    async fn workspace_sessions(&self, scope: &Scope, workspace: WorkspaceId) -> Result<Vec<Session>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { of_workspace(tx, &scope, workspace).await })).await
    }

    async fn agent_session_id(&self, scope: &Scope, id: SessionId) -> Result<Option<String>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { agents_own_id(tx, &scope, id).await })).await
    }

    async fn set_session_status(
        &self,
        act: &Act,
        id: SessionId,
        status: SessionStatus,
        detail: Option<&str>,
    ) -> Result<Session> {
        let detail = detail.map(str::to_owned);
        self.write(act, move |mut write| {
            Box::pin(async move { set_status(&mut write, id, status, detail.as_deref()).await })
        })
        .await
    }

    async fn append_entries(&self, act: &Act, id: SessionId, entries: &[Entry]) -> Result<Session> {
        let batch = transcript::Batch::prepare(entries)?;
        self.write(act, move |mut write| {
            Box::pin(async move { transcript::append(&mut write, id, batch).await })
        })
        .await
    }

    async fn entries(
        &self,
        scope: &Scope,
        id: SessionId,
        range: EntryRange,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let scope = *scope;
        self.read(scope, move |tx| {
            Box::pin(async move { transcript::entries(tx, &scope, id, range, limit).await })
        })
        .await
    }
}
