//! Projects: boards.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::project::{Project, ProjectPatch, ProjectSettings};
use switchyard_domain::store::{Act, Projects};
use switchyard_domain::{Error, ErrorKind, Page, PageRequest, ProjectId, Result, Scope};

use crate::access::Standing;
use crate::database::Database;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{json, values};
use crate::write::{Change, Write, check_living, check_version};
use crate::{access, cursor, idempotency};

/// The counts come from the board's own index, in the order of its columns.
const COLUMNS: &str =
    "p.id, p.name, p.settings, p.archived_at, p.deleted_at, p.user_id, p.created_at, p.updated_at,
    p.version,
    (SELECT count(*) FROM tasks t
     WHERE t.org_id = p.org_id AND t.project_id = p.id AND t.status_rank = 0 AND t.deleted_at IS NULL),
    (SELECT count(*) FROM tasks t
     WHERE t.org_id = p.org_id AND t.project_id = p.id AND t.status_rank = 1 AND t.deleted_at IS NULL),
    (SELECT count(*) FROM tasks t
     WHERE t.org_id = p.org_id AND t.project_id = p.id AND t.status_rank = 2 AND t.deleted_at IS NULL),
    (SELECT count(*) FROM tasks t
     WHERE t.org_id = p.org_id AND t.project_id = p.id AND t.status_rank = 3 AND t.deleted_at IS NULL),
    (SELECT count(*) FROM tasks t
     WHERE t.org_id = p.org_id AND t.project_id = p.id AND t.status_rank = 4 AND t.deleted_at IS NULL)";

/// A project with what decides what may be done in it.
struct Found {
    project: Project,
    standing: Standing,
}

impl Found {
    /// The project as `scope`, which asked, may use it.
    fn seen_by(self, scope: &Scope) -> Result<Project> {
        let Self { project, standing } = self;
        Ok(Project { restricted: standing.restricted, my_role: standing.role(scope)?, ..project })
    }
}

fn read(row: &mut Columns<'_>) -> Result<Found> {
    let project = Project {
        id: row.id()?,
        name: row.get()?,
        settings: row.json()?,
        archived_at: row.optional()?,
        deleted_at: row.optional()?,
        created_by: row.id()?,
        created_at: row.get()?,
        updated_at: row.get()?,
        version: row.get()?,
        task_counts: [row.get()?, row.get()?, row.get()?, row.get()?, row.get()?],
        restricted: false,
        my_role: ProjectRole::Viewer,
    };
    Ok(Found { project, standing: Standing::read(row)? })
}

async fn find(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<Project> {
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM projects p WHERE p.org_id = $1 AND p.id = $2 AND reaches_project(p.id)",
        access::COLUMNS
    );
    tx.found(&sql, &values![scope.org(), id], read).await?.seen_by(scope)
}

/// Refuses unless the project is there and not deleted.
pub(crate) async fn require_living(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<()> {
    let sql = "SELECT id FROM projects
         WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL AND reaches_project(id)";
    tx.found(sql, &values![scope.org(), id], |_| Ok(())).await
}

/// Refuses unless the project is there, deleted or not.
pub(crate) async fn require(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<()> {
    let sql = "SELECT id FROM projects WHERE org_id = $1 AND id = $2 AND reaches_project(id)";
    tx.found(sql, &values![scope.org(), id], |_| Ok(())).await
}

async fn list(tx: &mut Tx, scope: &Scope, archived: bool, page: &PageRequest) -> Result<Page<Project>> {
    let from = cursor::decode::<2>(page)?;
    let archived = if archived { "IS NOT NULL" } else { "IS NULL" };
    let behind = if from.is_some() { "AND (p.name_key, p.id) > ($3, $4)" } else { "" };
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM projects p
         WHERE p.org_id = $1 AND p.deleted_at IS NULL AND p.archived_at {archived} {behind} AND reaches_project(p.id)
         ORDER BY p.name_key, p.id LIMIT $2",
        access::COLUMNS
    );
    let mut values = values![scope.org(), i64::from(page.limit) + 1].to_vec();
    if let Some([name, id]) = from {
        let id: ProjectId = id.parse().map_err(|_| cursor::invalid())?;
        values.extend(values![name, id]);
    }
    let found = tx.rows(&sql, &values, read).await?;
    let found = found.into_iter().map(|found| found.seen_by(scope)).collect::<Result<Vec<_>>>()?;
    Ok(cursor::page(found, page, |project| vec![project.name.to_lowercase(), project.id.to_string()]))
}

fn change(project: &Project, verb: Verb) -> Change {
    let id = project.id;
    Change { verb, entity: Entity::Project, id: id.0, project_id: Some(id), version: project.version }
}

async fn create(write: &mut Write<'_>, name: &str, settings: &ProjectSettings) -> Result<Project> {
    let (scope, at) = (write.scope(), write.act.at);
    if let Some(id) = idempotency::made_before(write).await? {
        return find(write.tx, &scope, id).await;
    }
    if scope.project_key().is_some() {
        let message = "This API key is for certain projects alone and cannot make others.";
        return Err(Error::new(ErrorKind::Forbidden, "key_for_projects", message));
    }
    let id = ProjectId::new();
    let [id_value, org, user, name_value, key, created, updated] =
        values![id, scope.org(), scope.user(), name, name.to_lowercase(), at, at];
    write
        .tx
        .send(
            "INSERT INTO projects (id, org_id, user_id, name, name_key, settings, created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
            &[id_value, org, user, name_value, key, json(settings)?, created, updated],
        )
        .await?;
    idempotency::remember(write, id).await?;
    let project = find(write.tx, &scope, id).await?;
    write.record(change(&project, Verb::Created), &[("name", project.name.clone())]).await?;
    Ok(project)
}

async fn update(write: &mut Write<'_>, id: ProjectId, version: i64, patch: &ProjectPatch) -> Result<Project> {
    let (scope, at) = (write.scope(), write.act.at);
    let mut project = find(write.tx, &scope, id).await?;
    write.require(id, ProjectRole::Admin).await?;
    check_version(project.version, version)?;
    check_living(project.deleted_at.is_some())?;
    let mut fields = Vec::new();
    if let Some(name) = patch.name.as_ref().filter(|name| **name != project.name) {
        project.name.clone_from(name);
        fields.push("name");
    }
    if let Some(settings) = patch.settings.as_ref().filter(|settings| **settings != project.settings) {
        project.settings = settings.clone();
        fields.push("settings");
    }
    if let Some(archived) = patch.archived.filter(|archived| *archived != project.archived_at.is_some()) {
        project.archived_at = archived.then_some(at);
        fields.push("archived");
    }
    if fields.is_empty() {
        return Ok(project);
    }
    let [org, id_value, name, key, archived, updated] =
        values![scope.org(), id, &project.name, project.name.to_lowercase(), project.archived_at, at];
    write
        .tx
        .send(
            "UPDATE projects SET name = $3, name_key = $4, archived_at = $5, updated_at = $6, settings = $7,
                 version = version + 1
             WHERE org_id = $1 AND id = $2",
            &[org, id_value, name, key, archived, updated, json(&project.settings)?],
        )
        .await?;
    let project = find(write.tx, &scope, id).await?;
    write.record(change(&project, Verb::Updated), &[("fields", fields.join(","))]).await?;
    Ok(project)
}

/// Marks the project deleted, or living again.
async fn mark(write: &mut Write<'_>, project: Project, verb: Verb) -> Result<Project> {
    let (scope, at) = (write.scope(), write.act.at);
    let deleted_at = (verb == Verb::Deleted).then_some(at);
    write
        .tx
        .send(
            "UPDATE projects SET deleted_at = $3, updated_at = $4, version = version + 1 WHERE org_id = $1 AND id = $2",
            &values![scope.org(), project.id, deleted_at, at],
        )
        .await?;
    let project = find(write.tx, &scope, project.id).await?;
    write.record(change(&project, verb), &[]).await?;
    Ok(project)
}

async fn delete(write: &mut Write<'_>, id: ProjectId, version: i64) -> Result<()> {
    let scope = write.scope();
    let project = find(write.tx, &scope, id).await?;
    write.require(id, ProjectRole::Admin).await?;
    check_version(project.version, version)?;
    check_living(project.deleted_at.is_some())?;
    mark(write, project, Verb::Deleted).await.map(drop)
}

async fn restore(write: &mut Write<'_>, id: ProjectId) -> Result<Project> {
    let scope = write.scope();
    let project = find(write.tx, &scope, id).await?;
    write.require(id, ProjectRole::Admin).await?;
    if project.deleted_at.is_none() {
        return Ok(project);
    }
    mark(write, project, Verb::Created).await
}

#[async_trait]
impl Projects for Database {
    async fn create_project(&self, act: &Act, name: &str, settings: &ProjectSettings) -> Result<Project> {
        let (name, settings) = (name.to_owned(), settings.clone());
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, &name, &settings).await }))
            .await
    }

    async fn projects(&self, scope: &Scope, archived: bool, page: &PageRequest) -> Result<Page<Project>> {
        let (scope, page) = (*scope, page.clone());
        self.read(scope, move |tx| Box::pin(async move { list(tx, &scope, archived, &page).await })).await
    }

    async fn project(&self, scope: &Scope, id: ProjectId) -> Result<Project> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope, id).await })).await
    }

    async fn update_project(
        &self,
        act: &Act,
        id: ProjectId,
        version: i64,
        patch: &ProjectPatch,
    ) -> Result<Project> {
        let patch = patch.clone();
        self.write_version(act, (Entity::Project, id.0), move |mut write| {
            Box::pin(async move { update(&mut write, id, version, &patch).await })
        })
        .await
    }

    async fn delete_project(&self, act: &Act, id: ProjectId, version: i64) -> Result<()> {
        self.write_version(act, (Entity::Project, id.0), move |mut write| {
            Box::pin(async move { delete(&mut write, id, version).await })
        })
        .await
    }

    async fn restore_project(&self, act: &Act, id: ProjectId) -> Result<Project> {
        self.write(act, move |mut write| Box::pin(async move { restore(&mut write, id).await })).await
    }
}
