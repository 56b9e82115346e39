//! What goes on for people who may not have it done any more: what they may do is looked up as it is now.

use async_trait::async_trait;
use switchyard_domain::access::{AccessLoss, Entitlement};
use switchyard_domain::session::SessionStatus;
use switchyard_domain::store::Withdrawal;
use switchyard_domain::{OrgId, Result, Scope, SessionId, TerminalId, UserId};

use crate::access;
use crate::database::Database;
use crate::reach::Reach;
use crate::row::Columns;
use crate::sessions;
use crate::tx::Tx;
use crate::value::values;

/// What the owner of `w`, a session or a terminal, may do in its project. [`OWNER`] joins them.
const ENTITLEMENT: &str = "u.disabled_at IS NOT NULL, m.role,
    EXISTS (SELECT 1 FROM restricted_projects r WHERE r.project_id = w.project_id),
    (SELECT max(a.role_rank) FROM project_access a
     WHERE a.project_id = w.project_id
         AND (a.kind = 'user' AND a.subject_id = w.user_id
              OR a.kind = 'group' AND EXISTS (SELECT 1 FROM group_members g
                                              WHERE g.group_id = a.subject_id AND g.user_id = w.user_id)))";
const OWNER: &str = "LEFT JOIN users u ON u.id = w.user_id
    LEFT JOIN memberships m ON m.org_id = w.org_id AND m.user_id = w.user_id";

fn read(row: &mut Columns<'_>) -> Result<Entitlement> {
    Ok(Entitlement {
        account_closed: row.get()?,
        role: row.optional::<String>()?.map(|role| role.parse()).transpose()?,
        restricted: row.get()?,
        named: row.optional::<i64>()?.map(access::of_rank).transpose()?,
    })
}

async fn of_session(tx: &mut Tx, scope: &Scope, id: SessionId) -> Result<Option<AccessLoss>> {
    sessions::require(tx, scope, id).await?;
    let sql = format!("SELECT {ENTITLEMENT} FROM sessions w {OWNER} WHERE w.org_id = $1 AND w.id = $2");
    Ok(tx.found(&sql, &values![scope.org(), id], read).await?.loss())
}

async fn sessions_amiss(tx: &mut Tx) -> Result<Vec<(OrgId, UserId, SessionId)>> {
    // Each part as its index is.
    let sql = format!(
        "SELECT w.org_id, w.user_id, w.id, w.status, {ENTITLEMENT} FROM sessions w {OWNER}
         WHERE w.id IN (SELECT id FROM sessions WHERE status IN ('starting', 'running', 'waiting_approval')
                        UNION SELECT session_id FROM messages WHERE status = 'queued')"
    );
    let read = |row: &mut Columns<'_>| {
        let whose = (row.id()?, row.id()?, row.id()?);
        let status: SessionStatus = row.name()?;
        Ok((whose, status.is_active(), read(row)?.loss().is_none()))
    };
    let found = tx.rows(&sql, &[], read).await?;
    Ok(found.into_iter().filter(|(_, active, may)| active != may).map(|(whose, ..)| whose).collect())
}

async fn terminals_amiss(tx: &mut Tx) -> Result<Vec<(OrgId, UserId, TerminalId)>> {
    // By organisation, as the index of what is open is.
    let sql = format!(
        "SELECT w.org_id, w.user_id, w.id, {ENTITLEMENT} FROM terminals w {OWNER}
         WHERE w.org_id IN (SELECT id FROM organisations) AND w.status = 'open'"
    );
    let read = |row: &mut Columns<'_>| Ok(((row.id()?, row.id()?, row.id()?), read(row)?.loss()));
    let found = tx.rows(&sql, &[], read).await?;
    Ok(found.into_iter().filter(|(_, loss)| loss.is_some()).map(|(whose, _)| whose).collect())
}

#[async_trait]
impl Withdrawal for Database {
    async fn session_loss(&self, scope: &Scope, id: SessionId) -> Result<Option<AccessLoss>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { of_session(tx, &scope, id).await })).await
    }

    async fn sessions_amiss(&self) -> Result<Vec<(OrgId, UserId, SessionId)>> {
        self.read(Reach::Instance, move |tx| Box::pin(sessions_amiss(tx))).await
    }

    async fn terminals_amiss(&self) -> Result<Vec<(OrgId, UserId, TerminalId)>> {
        self.read(Reach::Instance, move |tx| Box::pin(terminals_amiss(tx))).await
    }
}
