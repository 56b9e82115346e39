//! What start-up needs before anybody has asked for anything.

use async_trait::async_trait;
use switchyard_domain::store::Recovery;
use switchyard_domain::{OrgId, RepoId, Result, SessionId, Timestamp, UserId, WorkspaceId};

use crate::database::Database;
use crate::identities::local;
use crate::reach::Reach;
use crate::value::values;

#[async_trait]
impl Recovery for Database {
    async fn local_identity(&self, at: Timestamp) -> Result<(UserId, OrgId)> {
        self.transact(Reach::Instance, move |tx| Box::pin(local::local(tx, at))).await
    }

    async fn unfinished_sessions(&self) -> Result<Vec<(OrgId, UserId, SessionId)>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(tx.rows(
                "SELECT org_id, user_id, id FROM sessions WHERE status IN ('starting', 'running', 'waiting_approval')
                 UNION
                 SELECT s.org_id, s.user_id, s.id FROM sessions s
                 WHERE s.id IN (SELECT session_id FROM messages WHERE status = 'queued')",
                &[],
                |row| Ok((row.id()?, row.id()?, row.id()?)),
            ))
        })
        .await
    }

    async fn idle_sessions(&self, since: Timestamp) -> Result<Vec<(OrgId, UserId, SessionId, i64)>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(async move {
                let sql =
                    "SELECT org_id, user_id, id, last_seq FROM sessions WHERE status = 'idle' AND updated_at >= $1
                     ORDER BY updated_at DESC LIMIT 4096";
                tx.rows(sql, &values![since], |row| Ok((row.id()?, row.id()?, row.id()?, row.get()?))).await
            })
        })
        .await
    }

    async fn session_owner(&self, id: SessionId) -> Result<Option<(OrgId, UserId)>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(async move {
                let sql = "SELECT org_id, user_id FROM sessions WHERE id = $1";
                tx.row(sql, &values![id], |row| Ok((row.id()?, row.id()?))).await
            })
        })
        .await
    }

    async fn unfinished_clones(&self) -> Result<Vec<(OrgId, UserId, RepoId)>> {
        self.read(Reach::Instance, move |tx| {
            let sql = "SELECT org_id, user_id, repo_id FROM repo_clones WHERE status = 'cloning'";
            Box::pin(tx.rows(sql, &[], |row| Ok((row.id()?, row.id()?, row.id()?))))
        })
        .await
    }

    async fn unfinished_workspaces(&self) -> Result<Vec<(OrgId, UserId, WorkspaceId)>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(tx.rows(
                "SELECT org_id, user_id, id FROM workspaces
                 WHERE status IN ('creating', 'merging', 'discarding', 'restoring')",
                &[],
                |row| Ok((row.id()?, row.id()?, row.id()?)),
            ))
        })
        .await
    }

    async fn ping(&self) -> Result<()> {
        self.answers().await
    }

    async fn close(&self) {
        self.shut().await;
    }
}
