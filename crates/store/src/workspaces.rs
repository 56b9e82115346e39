//! Workspaces: attempts at a task.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::{Act, NewWorkspace, WorkspaceChange, Workspaces};
use switchyard_domain::workspace::{Workspace, WorkspaceStatus};
use switchyard_domain::{Error, Page, PageRequest, ProjectId, Result, Scope, TaskId, WorkspaceId};

use crate::database::Database;
use crate::row::Columns;
use crate::tx::{Tx, placeholders};
use crate::value::{Value, document, values, without_nul};
use crate::write::{Change, Write};
use crate::{cursor, idempotency, projects, tasks};

const COLUMNS: &str =
    "id, task_id, project_id, branch, base_branch, status, error, path, repos, user_id, created_at,
    updated_at, merged_at, discarded_at, version";

fn read(row: &mut Columns<'_>) -> Result<Workspace> {
    Ok(Workspace {
        id: row.id()?,
        task_id: row.id()?,
        project_id: row.id()?,
        branch: row.get()?,
        base_branch: row.get()?,
        status: row.name()?,
        error: row.optional()?,
        path: row.get()?,
        repos: row.document()?,
        created_by: row.id()?,
        created_at: row.get()?,
        updated_at: row.get()?,
        merged_at: row.optional()?,
        discarded_at: row.optional()?,
        version: row.get()?,
    })
}

pub(crate) async fn find(tx: &mut Tx, scope: &Scope, id: WorkspaceId) -> Result<Workspace> {
    let sql = format!(
        "SELECT {COLUMNS} FROM workspaces WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)"
    );
    tx.found(&sql, &values![scope.org(), id], read).await
}

/// Refuses unless the workspace is there.
pub(crate) async fn require(tx: &mut Tx, scope: &Scope, id: WorkspaceId) -> Result<()> {
    let sql = "SELECT id FROM workspaces WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)";
    tx.found(sql, &values![scope.org(), id], |_| Ok(())).await
}

async fn of_task(tx: &mut Tx, scope: &Scope, task: TaskId) -> Result<Vec<Workspace>> {
    tasks::require(tx, scope, task).await?;
    let sql = format!("SELECT {COLUMNS} FROM workspaces WHERE org_id = $1 AND task_id = $2 ORDER BY id DESC");
    tx.rows(&sql, &values![scope.org(), task], read).await
}

async fn of_project(
    tx: &mut Tx,
    scope: &Scope,
    project: ProjectId,
    status: &[WorkspaceStatus],
    page: &PageRequest,
) -> Result<Page<Workspace>> {
    projects::require(tx, scope, project).await?;
    let mut values = values![scope.org(), project, i64::from(page.limit) + 1].to_vec();
    let mut conditions = String::new();
    if !status.is_empty() {
        conditions.push_str(&format!(" AND status IN {}", placeholders(values.len() + 1, status.len())));
        values.extend(status.iter().map(|status| Value::from(status.as_str())));
    }
    if let Some([id]) = cursor::decode::<1>(page)? {
        values.push(Value::from(id.parse::<WorkspaceId>().map_err(|_| cursor::invalid())?));
        conditions.push_str(&format!(" AND id < ${}", values.len()));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM workspaces WHERE org_id = $1 AND project_id = $2{conditions} ORDER BY id DESC LIMIT $3"
    );
    let found = tx.rows(&sql, &values, read).await?;
    Ok(cursor::page(found, page, |workspace| vec![workspace.id.to_string()]))
}

fn event(workspace: &Workspace, verb: Verb) -> Change {
    let project_id = Some(workspace.project_id);
    Change { verb, entity: Entity::Workspace, id: workspace.id.0, project_id, version: workspace.version }
}

async fn create(write: &mut Write<'_>, new: &NewWorkspace) -> Result<Workspace> {
    let (scope, at) = (write.scope(), write.act.at);
    if let Some(id) = idempotency::made_before(write).await? {
        return find(write.tx, &scope, id).await;
    }
    let project = tasks::living_project(write.tx, &scope, new.task_id).await?;
    write.require(project, ProjectRole::Editor).await?;
    let [id, org, user, project, task, branch, base, created, updated] = values![
        new.id,
        scope.org(),
        scope.user(),
        project,
        new.task_id,
        &new.branch,
        &new.base_branch,
        at,
        at
    ];
    write
        .tx
        .send(
            "INSERT INTO workspaces (id, org_id, user_id, project_id, task_id, branch, base_branch, status, repos,
                                     created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'creating', $8, $9, $10, 1)",
            &[id, org, user, project, task, branch, base, document(&new.repos)?, created, updated],
        )
        .await?;
    idempotency::remember(write, new.id).await?;
    let workspace = find(write.tx, &scope, new.id).await?;
    write.record(event(&workspace, Verb::Created), &[("branch", workspace.branch.clone())]).await?;
    tasks::recount_workspaces(write, new.task_id).await?;
    Ok(workspace)
}

async fn change(write: &mut Write<'_>, id: WorkspaceId, change: &WorkspaceChange) -> Result<Workspace> {
    let (scope, at) = (write.scope(), write.act.at);
    let mut workspace = find(write.tx, &scope, id).await?;
    write.require(workspace.project_id, ProjectRole::Editor).await?;
    if !change.only_from.is_empty() && !change.only_from.contains(&workspace.status) {
        return Err(busy(&workspace));
    }
    let was = workspace.status;
    if let Some(status) = change.status {
        workspace.status = status;
        match status {
            WorkspaceStatus::Merged => workspace.merged_at = Some(at),
            WorkspaceStatus::Discarded => workspace.discarded_at = Some(at),
            WorkspaceStatus::Ready => (workspace.merged_at, workspace.discarded_at) = (None, None),
            _ => {}
        }
    }
    if let Some(error) = &change.error {
        workspace.error = error.as_deref().map(without_nul);
    }
    if let Some(path) = &change.path {
        workspace.path.clone_from(path);
    }
    if let Some(repos) = &change.repos {
        workspace.repos.clone_from(repos);
    }
    if let Some(base) = &change.base_branch {
        workspace.base_branch.clone_from(base);
    }
    let [org, id_value, status, error, path, merged, discarded, updated, base] = values![
        scope.org(),
        id,
        workspace.status.as_str(),
        workspace.error.as_deref(),
        &workspace.path,
        workspace.merged_at,
        workspace.discarded_at,
        at,
        &workspace.base_branch
    ];
    write
        .tx
        .send(
            "UPDATE workspaces SET status = $3, error = $4, path = $5, merged_at = $6, discarded_at = $7,
                 updated_at = $8, repos = $9, base_branch = $10, version = version + 1
             WHERE org_id = $1 AND id = $2",
            &[
                org,
                id_value,
                status,
                error,
                path,
                merged,
                discarded,
                updated,
                document(&workspace.repos)?,
                base,
            ],
        )
        .await?;
    let workspace = find(write.tx, &scope, id).await?;
    let details = [("from", was.as_str().to_owned()), ("to", workspace.status.as_str().to_owned())];
    write.record(event(&workspace, Verb::Updated), &details).await?;
    tasks::recount_workspaces(write, workspace.task_id).await?;
    Ok(workspace)
}

fn busy(workspace: &Workspace) -> Error {
    let state = workspace.status.as_str();
    Error::conflict("workspace_busy", format!("The workspace is {state}, which does not allow this now."))
}

async fn delete(write: &mut Write<'_>, id: WorkspaceId) -> Result<()> {
    let scope = write.scope();
    let mut workspace = find(write.tx, &scope, id).await?;
    write.require(workspace.project_id, ProjectRole::Editor).await?;
    if !matches!(workspace.status, WorkspaceStatus::Discarded | WorkspaceStatus::Failed) {
        return Err(busy(&workspace));
    }
    // Sessions, transcripts, messages, approvals and comments go with it.
    write.tx.send("DELETE FROM workspaces WHERE org_id = $1 AND id = $2", &values![scope.org(), id]).await?;
    workspace.version += 1;
    write.record(event(&workspace, Verb::Deleted), &[("branch", workspace.branch.clone())]).await?;
    tasks::recount_workspaces(write, workspace.task_id).await?;
    tasks::session_forgotten(write, workspace.task_id).await
}

#[async_trait]
impl Workspaces for Database {
    async fn create_workspace(&self, act: &Act, new: &NewWorkspace) -> Result<Workspace> {
        let new = new.clone();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, &new).await })).await
    }

    async fn workspace(&self, scope: &Scope, id: WorkspaceId) -> Result<Workspace> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope, id).await })).await
    }

    async fn task_workspaces(&self, scope: &Scope, task: TaskId) -> Result<Vec<Workspace>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { of_task(tx, &scope, task).await })).await
    }

    async fn project_workspaces(
        &self,
        scope: &Scope,
        project: ProjectId,
        status: &[WorkspaceStatus],
        page: &PageRequest,
    ) -> Result<Page<Workspace>> {
        let (scope, status, page) = (*scope, status.to_vec(), page.clone());
        self.read(scope, move |tx| {
            Box::pin(async move { of_project(tx, &scope, project, &status, &page).await })
        })
        .await
    }

    async fn change_workspace(
        &self,
        act: &Act,
        id: WorkspaceId,
        wanted: &WorkspaceChange,
    ) -> Result<Workspace> {
        let wanted = wanted.clone();
        self.write(act, move |mut write| Box::pin(async move { change(&mut write, id, &wanted).await })).await
    }

    async fn delete_workspace(&self, act: &Act, id: WorkspaceId) -> Result<()> {
        self.write(act, move |mut write| Box::pin(async move { delete(&mut write, id).await })).await
    }
}
