//! What goes on for people who may not have it done any more: what they may do is looked up as it is now.

use async_trait::async_trait;
use switchyard_domain::access::{AccessLoss, Entitlement};
use switchyard_domain::session::SessionStatus;
use switchyard_domain::store::Withdrawal;
use switchyard_domain::{OrgId, RepoId, Result, Scope, SessionId, TerminalId, UserId};

use crate::access;
use crate::database::Database;
use crate::reach::Reach;
use crate::row::Columns;
use crate::sessions;
use crate::tx::{Tx, placeholders};
use crate::value::{Value, values};

/// Ids that go into one statement.
const IDS: usize = 256;

/// What the owner of `w`, a session, a terminal or a clone, may do in its project. [`OWNER`] joins them.
const ENTITLEMENT: &str = "u.disabled_at IS NOT NULL, m.role,
    EXISTS (SELECT 1 FROM restricted_projects r WHERE r.project_id = w.project_id),
    (SELECT max(a.role_rank) FROM project_access a
     WHERE a.project_id = w.project_id
         AND (a.kind = 'user' AND a.subject_id = w.user_id
              OR a.kind = 'group' AND EXISTS (SELECT 1 FROM group_members g
                                              WHERE g.group_id = a.subject_id AND g.user_id = w.user_id)))";
const OWNER: &str = "LEFT JOIN users u ON u.id = w.user_id
    LEFT JOIN memberships m ON m.org_id = w.org_id AND m.user_id = w.user_id";

/// Some of what is asked for, of which there is one at least, filled up to one of a few lengths: so there are few statements
/// to prepare.
fn padded<T>(some: &[T]) -> impl Iterator<Item = &T> {
    some.iter().chain(std::iter::repeat(&some[0])).take(some.len().next_power_of_two())
}

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

async fn sessions_amiss(tx: &mut Tx, between_turns: &[SessionId]) -> Result<Vec<(OrgId, UserId, SessionId)>> {
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
    let mut amiss: Vec<_> =
        found.into_iter().filter(|(_, active, may)| active != may).map(|(whose, ..)| whose).collect();
    for some in between_turns.chunks(IDS) {
        let values: Vec<Value> = padded(some).map(|id| Value::from(*id)).collect();
        let sql = format!(
            "SELECT w.org_id, w.user_id, w.id, w.status, {ENTITLEMENT} FROM sessions w {OWNER}
             WHERE w.id IN {} AND w.status = 'idle'",
            placeholders(1, values.len())
        );
        let found = tx.rows(&sql, &values, read).await?;
        amiss.extend(found.into_iter().filter(|(.., may)| !may).map(|(whose, ..)| whose));
    }
    Ok(amiss)
}

type AmissClone = (OrgId, UserId, RepoId, AccessLoss);

/// Those of `which`, clones `c`, whose users may not work in their projects any more.
async fn amiss_of(tx: &mut Tx, which: &str, values: &[Value]) -> Result<Vec<AmissClone>> {
    let sql = format!(
        "SELECT w.org_id, w.user_id, w.repo_id, {ENTITLEMENT}
         FROM (SELECT c.org_id, c.user_id, c.repo_id, r.project_id
               FROM repo_clones c JOIN repos r ON r.id = c.repo_id WHERE {which}) w {OWNER}"
    );
    let read = |row: &mut Columns<'_>| Ok(((row.id()?, row.id()?, row.id()?), read(row)?.loss()));
    let found = tx.rows(&sql, values, read).await?;
    Ok(found.into_iter().filter_map(|((org, user, repo), loss)| Some((org, user, repo, loss?))).collect())
}

async fn updates_amiss(tx: &mut Tx, under_way: &[(UserId, RepoId)]) -> Result<Vec<AmissClone>> {
    let mut amiss = Vec::new();
    for some in under_way.chunks(IDS) {
        let ids: Vec<Value> = padded(some).map(|(_, repo)| Value::from(*repo)).collect();
        let which = format!("c.repo_id IN {} AND c.status = 'ready'", placeholders(1, ids.len()));
        let found = amiss_of(tx, &which, &ids).await?;
        amiss.extend(found.into_iter().filter(|(_, user, repo, _)| some.contains(&(*user, *repo))));
    }
    Ok(amiss)
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

    async fn sessions_amiss(&self, between_turns: &[SessionId]) -> Result<Vec<(OrgId, UserId, SessionId)>> {
        let between_turns = between_turns.to_vec();
        self.read(Reach::Instance, move |tx| {
            Box::pin(async move { sessions_amiss(tx, &between_turns).await })
        })
        .await
    }

    async fn clones_amiss(&self) -> Result<Vec<AmissClone>> {
        self.read(Reach::Instance, move |tx| Box::pin(amiss_of(tx, "c.status = 'cloning'", &[]))).await
    }

    async fn updates_amiss(&self, under_way: &[(UserId, RepoId)]) -> Result<Vec<AmissClone>> {
        if under_way.is_empty() {
            return Ok(Vec::new());
        }
        let under_way = under_way.to_vec();
        self.read(Reach::Instance, move |tx| Box::pin(async move { updates_amiss(tx, &under_way).await }))
            .await
    }

    async fn terminals_amiss(&self) -> Result<Vec<(OrgId, UserId, TerminalId)>> {
        self.read(Reach::Instance, move |tx| Box::pin(terminals_amiss(tx))).await
    }
}
