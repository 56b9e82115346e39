//! Repos: the git repositories of a project.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::repo::{Repo, RepoFacts};
use switchyard_domain::store::{Act, Repos};
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{Error, ProjectId, RepoId, Result, Scope};

use crate::database::Database;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Change, Write, check_version};
use crate::{idempotency, projects};

const COLUMNS: &str = "id, project_id, name, path, default_branch, created_at, version";

fn read(row: &mut Columns<'_>) -> Result<Repo> {
    Ok(Repo {
        id: row.id()?,
        project_id: row.id()?,
        name: row.get()?,
        path: row.get()?,
        default_branch: row.get()?,
        created_at: row.get()?,
        version: row.get()?,
    })
}

async fn find(tx: &mut Tx, scope: &Scope, id: RepoId) -> Result<Repo> {
    let sql =
        format!("SELECT {COLUMNS} FROM repos WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)");
    tx.found(&sql, &values![scope.org(), id], read).await
}

async fn list(tx: &mut Tx, scope: &Scope, project: ProjectId) -> Result<Vec<Repo>> {
    projects::require(tx, scope, project).await?;
    let sql = format!("SELECT {COLUMNS} FROM repos WHERE org_id = $1 AND project_id = $2 ORDER BY name, id");
    tx.rows(&sql, &values![scope.org(), project], read).await
}

fn change(repo: &Repo, verb: Verb) -> Change {
    let project_id = Some(repo.project_id);
    Change { verb, entity: Entity::Repo, id: repo.id.0, project_id, version: repo.version }
}

/// The last part of `root`, with a number behind it where `taken` has that already.
fn name_for(root: &str, taken: &[Repo]) -> String {
    let last = root.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or("repo");
    let mut name = last.to_owned();
    let mut number = 2;
    while taken.iter().any(|repo| repo.name == name) {
        name = format!("{last}-{number}");
        number += 1;
    }
    name
}

async fn create(write: &mut Write<'_>, project: ProjectId, facts: &RepoFacts) -> Result<Repo> {
    let (scope, at) = (write.scope(), write.act.at);
    if let Some(id) = idempotency::made_before(write).await? {
        return find(write.tx, &scope, id).await;
    }
    projects::require_living(write.tx, &scope, project).await?;
    write.require(project, ProjectRole::Admin).await?;
    let known = list(write.tx, &scope, project).await?;
    if known.iter().any(|repo| repo.path == facts.root) {
        return Err(Error::conflict("repo_exists", "The project has this repository already."));
    }
    let id = RepoId::new();
    let name = name_for(&facts.root, &known);
    write
        .tx
        .execute(
            "INSERT INTO repos (id, org_id, user_id, project_id, name, path, default_branch, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
            &values![id, scope.org(), scope.user(), project, name, &facts.root, &facts.default_branch, at],
        )
        .await?;
    idempotency::remember(write, id).await?;
    let repo = find(write.tx, &scope, id).await?;
    write.record(change(&repo, Verb::Created), &[("path", repo.path.clone())]).await?;
    Ok(repo)
}

async fn delete(write: &mut Write<'_>, id: RepoId, version: i64) -> Result<()> {
    let scope = write.scope();
    let mut repo = find(write.tx, &scope, id).await?;
    write.require(repo.project_id, ProjectRole::Admin).await?;
    check_version(repo.version, version)?;
    let in_use = write
        .tx
        .rows(
            "SELECT repos FROM workspaces
             WHERE org_id = $1 AND project_id = $2 AND status NOT IN ('merged', 'discarded')",
            &values![scope.org(), repo.project_id],
            |row| row.document::<Vec<WorkspaceRepo>>(),
        )
        .await?;
    if in_use.iter().flatten().any(|used| used.repo_id == id) {
        return Err(Error::conflict(
            "repo_in_use",
            "A workspace uses this repository. Merge or discard the workspace first.",
        ));
    }
    write.tx.execute("DELETE FROM repos WHERE org_id = $1 AND id = $2", &values![scope.org(), id]).await?;
    repo.version += 1;
    write.record(change(&repo, Verb::Deleted), &[("path", repo.path.clone())]).await
}

#[async_trait]
impl Repos for Database {
    async fn create_repo(&self, act: &Act, project: ProjectId, facts: &RepoFacts) -> Result<Repo> {
        let facts = facts.clone();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, project, &facts).await }))
            .await
    }

    async fn repos(&self, scope: &Scope, project: ProjectId) -> Result<Vec<Repo>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { list(tx, &scope, project).await })).await
    }

    async fn repo(&self, scope: &Scope, id: RepoId) -> Result<Repo> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope, id).await })).await
    }

    async fn delete_repo(&self, act: &Act, id: RepoId, version: i64) -> Result<()> {
        self.write_version(act, (Entity::Repo, id.0), move |mut write| {
            Box::pin(async move { delete(&mut write, id, version).await })
        })
        .await
    }
}
