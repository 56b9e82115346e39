//! Approvals: permission requests, made and settled by the transcript, answered by people, given up in time.

use std::collections::HashSet;

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::approval::{Approval, ApprovalStatus};
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::session::Session;
use switchyard_domain::store::{Act, Approvals, Expiry};
use switchyard_domain::transcript::{PermissionOption, PermissionOutcome};
use switchyard_domain::{
    ApprovalId, Error, OrgId, Page, PageRequest, Result, Scope, SessionId, Timestamp, UserId,
};

use crate::database::Database;
use crate::reach::Reach;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{Value, document, values, without_nul};
use crate::write::{Change, Write};
use crate::{cursor, sessions};

/// Most requests that are given up at once.
const MOST: u32 = 1_000;

const COLUMNS: &str =
    "id, session_id, workspace_id, task_id, project_id, permission_id, title, tool_call_id, options,
    status, option_id, answered_by, answered_at, created_at, version";

fn read(row: &mut Columns<'_>) -> Result<Approval> {
    Ok(Approval {
        id: row.id()?,
        session_id: row.id()?,
        workspace_id: row.id()?,
        task_id: row.id()?,
        project_id: row.id()?,
        permission_id: row.get()?,
        title: row.get()?,
        tool_call_id: row.optional()?,
        options: row.document()?,
        status: row.name()?,
        option_id: row.optional()?,
        answered_by: row.optional_id()?,
        answered_at: row.optional()?,
        created_at: row.get()?,
        version: row.get()?,
    })
}

async fn find(tx: &mut Tx, scope: &Scope, id: ApprovalId) -> Result<Approval> {
    let sql = format!(
        "SELECT {COLUMNS} FROM approvals WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)"
    );
    tx.found(&sql, &values![scope.org(), id], read).await
}

async fn list(
    tx: &mut Tx,
    scope: &Scope,
    status: Option<ApprovalStatus>,
    page: &PageRequest,
) -> Result<Page<Approval>> {
    let mut values = values![scope.org(), i64::from(page.limit) + 1].to_vec();
    let mut conditions = String::new();
    if let Some(status) = status {
        values.push(Value::from(status.as_str()));
        conditions.push_str(&format!(" AND status = ${}", values.len()));
    }
    if let Some([id]) = cursor::decode::<1>(page)? {
        values.push(Value::from(id.parse::<ApprovalId>().map_err(|_| cursor::invalid())?));
        conditions.push_str(&format!(" AND id < ${}", values.len()));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM approvals WHERE org_id = $1 AND reaches_project(project_id){conditions} ORDER BY id DESC LIMIT $2"
    );
    let found = tx.rows(&sql, &values, read).await?;
    Ok(cursor::page(found, page, |approval| vec![approval.id.to_string()]))
}

async fn unheard(tx: &mut Tx, scope: &Scope, session: SessionId) -> Result<Vec<Approval>> {
    sessions::require(tx, scope, session).await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM approvals
         WHERE org_id = $1 AND session_id = $2 AND status IN ('answered', 'expired') AND settled = $3
         ORDER BY id"
    );
    tx.rows(&sql, &values![scope.org(), session, false], read).await
}

/// The permission requests of a session whose outcome the transcript does not have.
pub(crate) async fn open(tx: &mut Tx, session: SessionId) -> Result<HashSet<String>> {
    let sql = "SELECT permission_id FROM approvals WHERE session_id = $1 AND settled = $2";
    Ok(tx.rows(sql, &values![session, false], |row| row.get()).await?.into_iter().collect())
}

fn event(approval: &Approval, verb: Verb) -> Change {
    let project_id = Some(approval.project_id);
    Change { verb, entity: Entity::Approval, id: approval.id.0, project_id, version: approval.version }
}

/// A permission request as the transcript has it.
pub(crate) struct Asked<'e> {
    pub(crate) permission_id: &'e str,
    pub(crate) tool_call_id: Option<&'e str>,
    pub(crate) title: &'e str,
    pub(crate) options: &'e [PermissionOption],
}

/// Makes the approval that a permission request asks for, once.
pub(crate) async fn ask(write: &mut Write<'_>, session: &Session, asked: Asked<'_>) -> Result<()> {
    let (scope, at) = (write.scope(), write.act.at);
    let id = ApprovalId::new();
    let Session { id: session_id, workspace_id, task_id, project_id, created_by, .. } = session;
    let [id_value, org, user, project, task, workspace, session, permission, title, call, at] = values![
        id,
        scope.org(),
        *created_by,
        *project_id,
        *task_id,
        *workspace_id,
        *session_id,
        without_nul(asked.permission_id),
        without_nul(asked.title),
        asked.tool_call_id.map(without_nul),
        at
    ];
    let made = write
        .tx
        .execute(
            "INSERT INTO approvals (id, org_id, user_id, project_id, task_id, workspace_id, session_id, permission_id,
                                    title, tool_call_id, created_at, options, status, settled, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'pending', $13, 1)
             ON CONFLICT (session_id, permission_id) DO NOTHING",
            &[
                id_value, org, user, project, task, workspace, session, permission, title, call, at,
                document(&asked.options)?, Value::from(false),
            ],
        )
        .await?;
    if made == 0 {
        return Ok(());
    }
    let approval = find(write.tx, &scope, id).await?;
    write.event(event(&approval, Verb::Created)).await
}

/// Notes the outcome of a permission request. One that expired stays so: its outcome is what that led to.
pub(crate) async fn settle(
    write: &mut Write<'_>,
    session: &Session,
    permission_id: &str,
    outcome: &PermissionOutcome,
) -> Result<()> {
    let (scope, at) = (write.scope(), write.act.at);
    let (status, option) = match outcome {
        PermissionOutcome::Selected { option_id } => (ApprovalStatus::Answered, Some(without_nul(option_id))),
        PermissionOutcome::Cancelled => (ApprovalStatus::Cancelled, None),
    };
    let answered_at = option.is_some().then_some(at);
    let settled = write
        .tx
        .row(
            &format!(
                "UPDATE approvals SET status = CASE WHEN status = 'expired' THEN status ELSE $4 END,
                     option_id = COALESCE($5, option_id), answered_at = COALESCE(answered_at, $6), settled = $7, version = version + 1
                 WHERE org_id = $1 AND session_id = $2 AND permission_id = $3 AND settled <> $7
                 RETURNING {COLUMNS}"
            ),
            &values![
                scope.org(),
                session.id,
                without_nul(permission_id),
                status.as_str(),
                option,
                answered_at,
                true
            ],
            read,
        )
        .await?;
    match settled {
        Some(approval) => write.event(event(&approval, Verb::Updated)).await,
        None => Ok(()),
    }
}

/// Cancels what a session still asks: its turn is over. What expired was given up before.
pub(crate) async fn cancel_open(write: &mut Write<'_>, session: &Session) -> Result<()> {
    let scope = write.scope();
    let cancelled = write
        .tx
        .rows(
            &format!(
                "UPDATE approvals SET status = CASE WHEN status = 'expired' THEN status ELSE 'cancelled' END, settled = $3, version = version + 1
                 WHERE org_id = $1 AND session_id = $2 AND settled <> $3 RETURNING {COLUMNS}"
            ),
            &values![scope.org(), session.id, true],
            read,
        )
        .await?;
    for approval in &cancelled {
        write.event(event(approval, Verb::Updated)).await?;
    }
    Ok(())
}

/// Refuses what is settled already, and an option that is not offered.
fn check_open(approval: &Approval, option_id: Option<&str>) -> Result<()> {
    if approval.status != ApprovalStatus::Pending {
        return Err(Error::conflict(
            "approval_settled",
            "This request does not wait for an answer any more.",
        ));
    }
    let offered = |picked: &str| approval.options.iter().any(|option| option.id == picked);
    if option_id.is_some_and(|picked| !offered(picked)) {
        return Err(Error::invalid("option_id", "Pick one of the options that the request offers."));
    }
    Ok(())
}

async fn answer(write: &mut Write<'_>, id: ApprovalId, option_id: &str) -> Result<Approval> {
    let (scope, at) = (write.scope(), write.act.at);
    let approval = find(write.tx, &scope, id).await?;
    write.require(approval.project_id, ProjectRole::Editor).await?;
    check_open(&approval, Some(option_id))?;
    write
        .tx
        .send(
            "UPDATE approvals SET status = 'answered', option_id = $3, answered_by = $4, answered_at = $5,
                 version = version + 1
             WHERE org_id = $1 AND id = $2",
            &values![scope.org(), id, option_id, scope.user(), at],
        )
        .await?;
    let approval = find(write.tx, &scope, id).await?;
    let details = [("title", approval.title.clone()), ("option", option_id.to_owned())];
    write.record(event(&approval, Verb::Updated), &details).await?;
    Ok(approval)
}

async fn unanswered(tx: &mut Tx, scope: &Scope, before: Timestamp) -> Result<Vec<Approval>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM approvals
         WHERE org_id = $1 AND user_id = $2 AND status = 'pending' AND created_at <= $3 AND reaches_project(project_id)
         ORDER BY id LIMIT $4"
    );
    tx.rows(&sql, &values![scope.org(), scope.user(), before, MOST], read).await
}

async fn expire(write: &mut Write<'_>, id: ApprovalId, option_id: Option<&str>) -> Result<Approval> {
    let (scope, at) = (write.scope(), write.act.at);
    let approval = find(write.tx, &scope, id).await?;
    write.require(approval.project_id, ProjectRole::Editor).await?;
    check_open(&approval, option_id)?;
    write
        .tx
        .send(
            "UPDATE approvals SET status = 'expired', option_id = $3, answered_at = $4, version = version + 1
             WHERE org_id = $1 AND id = $2",
            &values![scope.org(), id, option_id, at],
        )
        .await?;
    let approval = find(write.tx, &scope, id).await?;
    let mut details = vec![("title", approval.title.clone())];
    details.extend(option_id.map(|option| ("option", option.to_owned())));
    write.record(event(&approval, Verb::Updated), &details).await?;
    Ok(approval)
}

#[async_trait]
impl Approvals for Database {
    async fn approvals(
        &self,
        scope: &Scope,
        status: Option<ApprovalStatus>,
        page: &PageRequest,
    ) -> Result<Page<Approval>> {
        let (scope, page) = (*scope, page.clone());
        self.read(scope, move |tx| Box::pin(async move { list(tx, &scope, status, &page).await })).await
    }

    async fn approval(&self, scope: &Scope, id: ApprovalId) -> Result<Approval> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope, id).await })).await
    }

    async fn answer_approval(&self, act: &Act, id: ApprovalId, option_id: &str) -> Result<Approval> {
        let option = option_id.to_owned();
        self.write(act, move |mut write| Box::pin(async move { answer(&mut write, id, &option).await })).await
    }

    async fn unheard_answers(&self, scope: &Scope, session: SessionId) -> Result<Vec<Approval>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { unheard(tx, &scope, session).await })).await
    }
}

#[async_trait]
impl Expiry for Database {
    async fn asked_users(&self) -> Result<Vec<(OrgId, UserId)>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(tx.rows(
                // By organisation, as the index of what is pending is.
                "SELECT DISTINCT org_id, user_id FROM approvals
                 WHERE org_id IN (SELECT id FROM organisations) AND status = 'pending'",
                &[],
                |row| Ok((row.id()?, row.id()?)),
            ))
        })
        .await
    }

    async fn unanswered(&self, scope: &Scope, before: Timestamp) -> Result<Vec<Approval>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { unanswered(tx, &scope, before).await })).await
    }

    async fn expire_approval(&self, act: &Act, id: ApprovalId, option_id: Option<&str>) -> Result<Approval> {
        let option = option_id.map(str::to_owned);
        self.write(act, move |mut write| {
            Box::pin(async move { expire(&mut write, id, option.as_deref()).await })
        })
        .await
    }
}
