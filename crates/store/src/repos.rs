//! Repos: the git repositories of a project.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::repo::{CloneChange, NewPlace, NewRepo, Repo, RepoClone, RepoPlace};
use switchyard_domain::store::{Act, Repos};
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{Error, ProjectId, RepoId, Result, Scope};

use crate::database::Database;
use crate::reach::Reach;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Change, Write, check_version};
use crate::{clones, idempotency, projects, removed_clones};

/// Repos with the acting user's clones.
const SELECT: &str =
    "SELECT r.id, r.project_id, r.name, r.kind, r.path, r.default_branch, r.created_at, r.version,
        c.status, c.attempt, c.path, c.reason, c.error, c.updated_at
    FROM repos r LEFT JOIN repo_clones c ON c.repo_id = r.id AND c.user_id = $2";

fn read(row: &mut Columns<'_>) -> Result<Repo> {
    let (id, project_id, name) = (row.id()?, row.id()?, row.get()?);
    let (kind, path): (String, String) = (row.get()?, row.get()?);
    let (default_branch, created_at, version) = (row.get()?, row.get()?, row.get()?);
    let place = match kind.as_str() {
        "folder" => RepoPlace::Folder(path),
        _ => RepoPlace::Remote { url: path, clone: read_clone(row)? },
    };
    Ok(Repo { id, project_id, name, place, default_branch, created_at, version })
}

fn read_clone(row: &mut Columns<'_>) -> Result<Option<RepoClone>> {
    let Some(status) = row.optional::<String>()? else { return Ok(None) };
    Ok(Some(RepoClone {
        status: status.parse().map_err(Error::internal)?,
        attempt: row.get()?,
        path: row.get()?,
        reason: row.optional()?,
        error: row.optional()?,
        updated_at: row.get()?,
    }))
}

pub(crate) async fn find(tx: &mut Tx, scope: &Scope, id: RepoId) -> Result<Repo> {
    let sql = format!("{SELECT} WHERE r.org_id = $1 AND r.id = $3 AND reaches_project(r.project_id)");
    tx.found(&sql, &values![scope.org(), scope.user(), id], read).await
}

async fn list(tx: &mut Tx, scope: &Scope, project: ProjectId) -> Result<Vec<Repo>> {
    projects::require(tx, scope, project).await?;
    let sql = format!("{SELECT} WHERE r.org_id = $1 AND r.project_id = $3 ORDER BY r.name, r.id");
    tx.rows(&sql, &values![scope.org(), scope.user(), project], read).await
}

pub(crate) fn change(repo: &Repo, verb: Verb) -> Change {
    let project_id = Some(repo.project_id);
    Change { verb, entity: Entity::Repo, id: repo.id.0, project_id, version: repo.version }
}

/// Where a repo is, as its row says it.
fn at(place: &RepoPlace) -> &str {
    match place {
        RepoPlace::Folder(path) => path,
        RepoPlace::Remote { url, .. } => url,
    }
}

/// The name that is wanted, with a number behind it where `taken` has that already.
fn name_for(wanted: &str, taken: &[Repo]) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while taken.iter().any(|repo| repo.name == name) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    name
}

async fn create(write: &mut Write<'_>, project: ProjectId, new: &NewRepo) -> Result<Repo> {
    let (scope, now) = (write.scope(), write.act.at);
    if let Some(id) = idempotency::made_before(write).await? {
        return find(write.tx, &scope, id).await;
    }
    projects::require_living(write.tx, &scope, project).await?;
    write.require(project, ProjectRole::Admin).await?;
    let known = list(write.tx, &scope, project).await?;
    let (kind, path) = match &new.place {
        NewPlace::Folder(path) => ("folder", path),
        NewPlace::Remote(url) => ("remote", url),
    };
    if known.iter().any(|repo| at(&repo.place) == path) {
        return Err(Error::conflict("repo_exists", "The project has this repository already."));
    }
    let (id, name) = (new.id, name_for(&new.name, &known));
    let [id_value, org, user, project, name, kind, path, branch, created] =
        values![id, scope.org(), scope.user(), project, name, kind, path, &new.default_branch, now];
    write
        .tx
        .send(
            "INSERT INTO repos (id, org_id, user_id, project_id, name, kind, path, default_branch, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
            &[id_value, org, user, project, name, kind, path, branch, created],
        )
        .await?;
    idempotency::remember(write, id).await?;
    let repo = find(write.tx, &scope, id).await?;
    write.record(change(&repo, Verb::Created), &[("path", at(&repo.place).to_owned())]).await?;
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
    removed_clones::note_repo(write.tx, scope.org(), id, write.act.at).await?;
    write.tx.send("DELETE FROM repos WHERE org_id = $1 AND id = $2", &values![scope.org(), id]).await?;
    repo.version += 1;
    write.record(change(&repo, Verb::Deleted), &[("path", at(&repo.place).to_owned())]).await
}

#[async_trait]
impl Repos for Database {
    async fn create_repo(&self, act: &Act, project: ProjectId, new: &NewRepo) -> Result<Repo> {
        let new = new.clone();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, project, &new).await }))
            .await
    }

    async fn change_clone(&self, act: &Act, id: RepoId, wanted: &CloneChange) -> Result<Repo> {
        let wanted = wanted.clone();
        self.write(act, move |mut write| {
            Box::pin(async move { clones::change(&mut write, id, &wanted).await })
        })
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
        // Everybody's clones of it go.
        let reach = Reach::Colleagues(act.scope);
        self.write_version_within(reach, act, (Entity::Repo, id.0), move |mut write| {
            Box::pin(async move { delete(&mut write, id, version).await })
        })
        .await
    }
}
