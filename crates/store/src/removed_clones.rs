//! Clones of repos that are gone: whose folders are still to be seen to.

use switchyard_domain::event::Entity;
use switchyard_domain::store::{CloneSettled, RemovedClone};
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{OrgId, ProjectId, RepoId, Result, Timestamp};

use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{Value, values};
use crate::write::Write;

/// Most that are named at once.
const MOST: u32 = 1_000;

/// Notes everybody's clones of a repo that is about to go. The transaction reaches colleagues.
pub(crate) async fn note_repo(tx: &mut Tx, org: OrgId, repo: RepoId, at: Timestamp) -> Result<()> {
    note(tx, "r.id", &values![org, repo, at]).await
}

/// The same of all repos of a project.
pub(crate) async fn note_project(tx: &mut Tx, org: OrgId, project: ProjectId, at: Timestamp) -> Result<()> {
    note(tx, "r.project_id", &values![org, project, at]).await
}

/// Those whose column `by` is the second value.
async fn note(tx: &mut Tx, by: &str, values: &[Value]) -> Result<()> {
    let sql = format!(
        "INSERT INTO removed_clones (repo_id, org_id, user_id, project_id, name, url, removed_at, tries)
         SELECT c.repo_id, c.org_id, c.user_id, r.project_id, r.name, r.path, $3, 0
         FROM repo_clones c JOIN repos r ON r.id = c.repo_id WHERE r.org_id = $1 AND {by} = $2"
    );
    tx.send(&sql, values).await
}

fn read(row: &mut Columns<'_>) -> Result<(RemovedClone, ProjectId)> {
    let clone = RemovedClone {
        org_id: row.id()?,
        user_id: row.id()?,
        repo_id: row.id()?,
        name: row.get()?,
        url: row.get()?,
        tries: row.get()?,
    };
    Ok((clone, row.id()?))
}

/// Those that none of their user's workspaces uses, in the trash or not; the least often tried first.
pub(crate) async fn unused(tx: &mut Tx) -> Result<Vec<RemovedClone>> {
    let sql = "SELECT org_id, user_id, repo_id, name, url, tries, project_id FROM removed_clones
         ORDER BY tries, removed_at, repo_id, user_id LIMIT $1";
    let removed = tx.rows(sql, &values![MOST], read).await?;
    let mut unused = Vec::with_capacity(removed.len());
    for (clone, project) in removed {
        let sql = "SELECT repos FROM workspaces WHERE org_id = $1 AND project_id = $2 AND user_id = $3";
        let values = values![clone.org_id, project, clone.user_id];
        let there = tx.rows(sql, &values, |row| row.document::<Vec<WorkspaceRepo>>()).await?;
        if there.iter().flatten().all(|used| used.repo_id != clone.repo_id) {
            unused.push(clone);
        }
    }
    Ok(unused)
}

/// Notes what became of the acting user's clone. What is settled is not come back to.
pub(crate) async fn settle(write: &mut Write<'_>, repo: RepoId, settled: CloneSettled) -> Result<()> {
    let scope = write.scope();
    let own = values![scope.org(), repo, scope.user()];
    if settled == CloneSettled::Later {
        let sql = "UPDATE removed_clones SET tries = tries + 1
             WHERE org_id = $1 AND repo_id = $2 AND user_id = $3 RETURNING tries";
        return write.tx.found(sql, &own, |row| row.get::<i64>()).await.map(drop);
    }
    let sql =
        "DELETE FROM removed_clones WHERE org_id = $1 AND repo_id = $2 AND user_id = $3 RETURNING name, url";
    let read = |row: &mut Columns<'_>| Ok((row.get::<String>()?, row.get::<String>()?));
    let (name, url) = write.tx.found(sql, &own, read).await?;
    let reason = match settled {
        CloneSettled::Removed => None,
        CloneSettled::Kept(why) => Some(why),
        // Nothing was done, and there is nothing to tell.
        CloneSettled::Absent | CloneSettled::Later => return Ok(()),
    };
    let mut details = vec![("name", name), ("url", url)];
    details.extend(reason.map(|why| ("reason", why.as_str().to_owned())));
    write.audit(Entity::Repo, repo.0, &details).await
}
