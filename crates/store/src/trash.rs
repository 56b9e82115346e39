//! The trash: what was thrown away long enough ago, and forgetting it.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::{Act, CloneSettled, Expired, RemovedClone, Trash};
use switchyard_domain::{Error, OrgId, ProjectId, RepoId, Result, Scope, TaskId, Timestamp, UserId};

use crate::database::Database;
use crate::reach::Reach;
use crate::removed_clones;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Change, Write};

/// Most rows of a kind that are named at once.
const MOST: u32 = 1_000;

async fn expired(tx: &mut Tx, scope: &Scope, before: Timestamp) -> Result<Expired> {
    let values = values![scope.org(), scope.user(), before, MOST];
    let workspaces = "SELECT id FROM workspaces
         WHERE org_id = $1 AND user_id = $2 AND status = 'discarded' AND discarded_at <= $3
             AND reaches_project(project_id)
         ORDER BY discarded_at, id LIMIT $4";
    let tasks = "SELECT id FROM tasks
         WHERE org_id = $1 AND user_id = $2 AND deleted_at <= $3 AND reaches_project(project_id)
         ORDER BY deleted_at, id LIMIT $4";
    let projects = "SELECT id FROM projects
         WHERE org_id = $1 AND user_id = $2 AND deleted_at <= $3 AND reaches_project(id)
         ORDER BY deleted_at, id LIMIT $4";
    Ok(Expired {
        workspaces: tx.rows(workspaces, &values, |row| row.id()).await?,
        tasks: tx.rows(tasks, &values, |row| row.id()).await?,
        projects: tx.rows(projects, &values, |row| row.id()).await?,
    })
}

fn check_expired(deleted_at: Option<Timestamp>, before: Timestamp) -> Result<()> {
    if deleted_at.is_some_and(|deleted| deleted <= before) {
        return Ok(());
    }
    Err(Error::conflict("not_expired", "This was not deleted long enough ago to be removed for good."))
}

/// Refuses while a workspace is left, in the trash or not: its work is worth more than tidiness.
fn check_unused(workspaces: i64) -> Result<()> {
    if workspaces == 0 {
        return Ok(());
    }
    Err(Error::conflict("still_in_use", "It still has workspaces. They are removed first."))
}

async fn purge_task(write: &mut Write<'_>, id: TaskId, before: Timestamp) -> Result<()> {
    let org = write.scope().org();
    let sql = "SELECT t.project_id, t.deleted_at, t.title, t.version,
            (SELECT count(*) FROM workspaces w WHERE w.task_id = t.id)
         FROM tasks t WHERE t.org_id = $1 AND t.id = $2 AND reaches_project(t.project_id)";
    let read = |row: &mut crate::row::Columns<'_>| {
        Ok((row.id::<ProjectId>()?, row.optional()?, row.get::<String>()?, row.get::<i64>()?, row.get()?))
    };
    let (project, deleted_at, title, version, workspaces) =
        write.tx.found(sql, &values![org, id], read).await?;
    write.require(project, ProjectRole::Editor).await?;
    check_expired(deleted_at, before)?;
    check_unused(workspaces)?;
    write.tx.send("DELETE FROM tasks WHERE org_id = $1 AND id = $2", &values![org, id]).await?;
    let change = Change {
        verb: Verb::Deleted,
        entity: Entity::Task,
        id: id.0,
        project_id: Some(project),
        version: version + 1,
    };
    write.record(change, &[("title", title)]).await
}

async fn purge_project(write: &mut Write<'_>, id: ProjectId, before: Timestamp) -> Result<()> {
    let org = write.scope().org();
    let sql = "SELECT p.deleted_at, p.name, p.version,
            (SELECT count(*) FROM workspaces w WHERE w.org_id = $1 AND w.project_id = p.id)
         FROM projects p WHERE p.org_id = $1 AND p.id = $2 AND reaches_project(p.id)";
    let read = |row: &mut crate::row::Columns<'_>| {
        Ok((row.optional()?, row.get::<String>()?, row.get::<i64>()?, row.get()?))
    };
    let (deleted_at, name, version, workspaces) = write.tx.found(sql, &values![org, id], read).await?;
    write.require(id, ProjectRole::Admin).await?;
    check_expired(deleted_at, before)?;
    check_unused(workspaces)?;
    let of_project = values![org, id];
    removed_clones::note_project(write.tx, org, id, write.act.at).await?;
    let tasks =
        write.tx.execute("DELETE FROM tasks WHERE org_id = $1 AND project_id = $2", &of_project).await?;
    let repos =
        write.tx.execute("DELETE FROM repos WHERE org_id = $1 AND project_id = $2", &of_project).await?;
    write.tx.send("DELETE FROM projects WHERE org_id = $1 AND id = $2", &of_project).await?;
    let change = Change {
        verb: Verb::Deleted,
        entity: Entity::Project,
        id: id.0,
        project_id: Some(id),
        version: version + 1,
    };
    let details = [("name", name), ("tasks", tasks.to_string()), ("repos", repos.to_string())];
    write.record(change, &details).await
}

#[async_trait]
impl Trash for Database {
    async fn trash_owners(&self) -> Result<Vec<(OrgId, UserId)>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(tx.rows(
                "SELECT org_id, user_id FROM workspaces WHERE status = 'discarded'
                 UNION SELECT org_id, user_id FROM tasks WHERE deleted_at IS NOT NULL
                 UNION SELECT org_id, user_id FROM projects WHERE deleted_at IS NOT NULL",
                &[],
                |row| Ok((row.id()?, row.id()?)),
            ))
        })
        .await
    }

    async fn expired(&self, scope: &Scope, before: Timestamp) -> Result<Expired> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { expired(tx, &scope, before).await })).await
    }

    async fn purge_task(&self, act: &Act, id: TaskId, before: Timestamp) -> Result<()> {
        self.write(act, move |mut write| Box::pin(async move { purge_task(&mut write, id, before).await }))
            .await
    }

    async fn purge_project(&self, act: &Act, id: ProjectId, before: Timestamp) -> Result<()> {
        // Everybody's clones of its repos go.
        self.write_within(Reach::Colleagues(act.scope), act, move |mut write| {
            Box::pin(async move { purge_project(&mut write, id, before).await })
        })
        .await
    }

    async fn removed_clones(&self) -> Result<Vec<RemovedClone>> {
        self.read(Reach::Instance, move |tx| Box::pin(removed_clones::unused(tx))).await
    }

    async fn settle_clone(&self, act: &Act, repo: RepoId, settled: CloneSettled) -> Result<()> {
        self.write(act, move |mut write| {
            Box::pin(async move { removed_clones::settle(&mut write, repo, settled).await })
        })
        .await
    }
}
