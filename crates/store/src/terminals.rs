//! Terminals: whose they are, and what became of them.

use async_trait::async_trait;
use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::{Act, NewTerminal, TerminalPlace, Terminals};
use switchyard_domain::terminal::{
    MOST_OPEN, Terminal, TerminalEnd, TerminalKind, TerminalSize, TerminalStatus, default_name,
};
use switchyard_domain::{Error, ErrorKind, OrgId, Result, Scope, TerminalId, UserId, WorkspaceId};

use crate::database::Database;
use crate::reach::Reach;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{Value, values};
use crate::write::{Change, Write, check_version};
use crate::{idempotency, workspaces};

const COLUMNS: &str =
    "id, workspace_id, project_id, kind, name, status, cols, rows, scrollback_lines, exit_code, closed_reason, user_id,
    created_at, closed_at, version";

fn read(row: &mut Columns<'_>) -> Result<Terminal> {
    let count = |number: i64| u32::try_from(number).map_err(Error::internal);
    let (id, workspace_id, project_id) = (row.id()?, row.id()?, row.id()?);
    let (kind, name, status) = (row.name()?, row.get()?, row.name()?);
    let size = TerminalSize::new(count(row.get()?)?, count(row.get()?)?)?;
    let scrollback_lines = count(row.get()?)?;
    let exit_code = row.optional::<i64>()?.map(i32::try_from).transpose().map_err(Error::internal)?;
    let reason = row.optional::<String>()?.map(|name| name.parse()).transpose()?;
    Ok(Terminal {
        id,
        workspace_id,
        project_id,
        kind,
        name,
        status,
        size,
        scrollback_lines,
        end: reason.map(|reason| TerminalEnd { reason, exit_code }),
        created_by: row.id()?,
        created_at: row.get()?,
        closed_at: row.optional()?,
        version: row.get()?,
    })
}

/// A terminal of the acting user's.
async fn find_own(tx: &mut Tx, scope: &Scope, id: TerminalId) -> Result<Terminal> {
    let sql = format!(
        "SELECT {COLUMNS} FROM terminals
         WHERE org_id = $1 AND id = $2 AND user_id = $3 AND reaches_project(project_id)"
    );
    tx.found(&sql, &values![scope.org(), id, scope.user()], read).await
}

/// A terminal of anybody's in the organisation.
async fn find(tx: &mut Tx, scope: &Scope, id: TerminalId) -> Result<Terminal> {
    let sql = format!(
        "SELECT {COLUMNS} FROM terminals WHERE org_id = $1 AND id = $2 AND reaches_project(project_id)"
    );
    tx.found(&sql, &values![scope.org(), id], read).await
}

async fn list(tx: &mut Tx, scope: &Scope, workspace: Option<WorkspaceId>) -> Result<Vec<Terminal>> {
    let mut values = values![scope.org(), scope.user()].to_vec();
    let mut condition = "";
    if let Some(workspace) = workspace {
        workspaces::require(tx, scope, workspace).await?;
        values.push(Value::from(workspace));
        condition = " AND workspace_id = $3";
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM terminals
         WHERE org_id = $1 AND user_id = $2 AND status = 'open' AND reaches_project(project_id){condition} ORDER BY id"
    );
    tx.rows(&sql, &values, read).await
}

async fn list_in(tx: &mut Tx, scope: &Scope, place: TerminalPlace) -> Result<Vec<(UserId, TerminalId)>> {
    let (condition, id) = match place {
        TerminalPlace::Workspace(id) => ("workspace_id = $2", Value::from(id)),
        TerminalPlace::Task(id) => (
            "workspace_id IN (SELECT id FROM workspaces WHERE org_id = $1 AND task_id = $2)",
            Value::from(id),
        ),
        TerminalPlace::Project(id) => ("project_id = $2", Value::from(id)),
    };
    let sql = format!(
        "SELECT user_id, id FROM terminals
         WHERE org_id = $1 AND status = 'open' AND {condition} AND reaches_project(project_id) ORDER BY id"
    );
    tx.rows(&sql, &[Value::from(scope.org()), id], |row| Ok((row.id()?, row.id()?))).await
}

fn event(terminal: &Terminal, verb: Verb) -> Change {
    let project_id = Some(terminal.project_id);
    Change { verb, entity: Entity::Terminal, id: terminal.id.0, project_id, version: terminal.version }
}

async fn create(write: &mut Write<'_>, new: &NewTerminal) -> Result<Terminal> {
    let (scope, at) = (write.scope(), write.act.at);
    if let Some(id) = idempotency::made_before(write).await? {
        return find_own(write.tx, &scope, id).await;
    }
    let workspace = workspaces::find(write.tx, &scope, new.workspace_id).await?;
    write.require(workspace.project_id, ProjectRole::Editor).await?;
    let sql = "SELECT count(*) FROM terminals WHERE org_id = $1 AND user_id = $2 AND status = 'open'";
    let open = write.tx.found(sql, &values![scope.org(), scope.user()], |row| row.get::<i64>()).await?;
    if open >= MOST_OPEN {
        return Err(Error::new(
            ErrorKind::Limited,
            "too_many_terminals",
            format!("You have {open} terminals open, which is the most. Close one first."),
        ));
    }
    if new.kind == TerminalKind::DevServer {
        refuse_second_dev_server(write.tx, &scope, workspace.id).await?;
    }
    let name = match &new.name {
        Some(name) => name.clone(),
        None => {
            let others = list(write.tx, &scope, Some(workspace.id)).await?;
            default_name(others.iter().map(|other| other.name.as_str()))
        }
    };
    let (cols, rows) = (u32::from(new.size.cols), u32::from(new.size.rows));
    write
        .tx
        .send(
            "INSERT INTO terminals (id, org_id, user_id, project_id, workspace_id, kind, name, status, cols, rows,
                                    scrollback_lines, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, 1)",
            &values![
                new.id,
                scope.org(),
                scope.user(),
                workspace.project_id,
                workspace.id,
                new.kind.as_str(),
                name,
                cols,
                rows,
                new.scrollback_lines,
                at
            ],
        )
        .await?;
    idempotency::remember(write, new.id).await?;
    let terminal = find_own(write.tx, &scope, new.id).await?;
    let details = [
        ("workspace", workspace.id.to_string()),
        ("kind", terminal.kind.as_str().to_owned()),
        ("name", terminal.name.clone()),
    ];
    write.record(event(&terminal, Verb::Created), &details).await?;
    Ok(terminal)
}

/// Whoever starts one looks first, under the workspace's lock; this is for whoever did not.
async fn refuse_second_dev_server(tx: &mut Tx, scope: &Scope, workspace: WorkspaceId) -> Result<()> {
    let open = list(tx, scope, Some(workspace)).await?;
    if open.iter().any(|terminal| terminal.kind == TerminalKind::DevServer) {
        return Err(Error::conflict(
            "dev_server_running",
            "The workspace's dev server runs already. Close it before you start another.",
        ));
    }
    Ok(())
}

async fn rename(write: &mut Write<'_>, id: TerminalId, version: i64, name: &str) -> Result<Terminal> {
    let scope = write.scope();
    let terminal = find_own(write.tx, &scope, id).await?;
    write.require(terminal.project_id, ProjectRole::Editor).await?;
    check_version(terminal.version, version)?;
    if terminal.status == TerminalStatus::Closed {
        return Err(Error::conflict("terminal_closed", "The terminal is closed. Open a new one."));
    }
    if terminal.name == name {
        return Ok(terminal);
    }
    write
        .tx
        .send(
            "UPDATE terminals SET name = $3, version = version + 1 WHERE org_id = $1 AND id = $2",
            &values![scope.org(), id, name],
        )
        .await?;
    let terminal = find_own(write.tx, &scope, id).await?;
    write.record(event(&terminal, Verb::Updated), &[("name", terminal.name.clone())]).await?;
    Ok(terminal)
}

async fn close(
    write: &mut Write<'_>,
    id: TerminalId,
    version: Option<i64>,
    end: TerminalEnd,
) -> Result<Terminal> {
    let (scope, at) = (write.scope(), write.act.at);
    let terminal = find(write.tx, &scope, id).await?;
    write.require(terminal.project_id, ProjectRole::Editor).await?;
    if let Some(version) = version {
        check_version(terminal.version, version)?;
    }
    if terminal.status == TerminalStatus::Closed {
        return Ok(terminal);
    }
    write
        .tx
        .send(
            "UPDATE terminals SET status = 'closed', closed_reason = $3, exit_code = $4, closed_at = $5,
                 version = version + 1
             WHERE org_id = $1 AND id = $2",
            &values![scope.org(), id, end.reason.as_str(), end.exit_code.map(i64::from), at],
        )
        .await?;
    let terminal = find(write.tx, &scope, id).await?;
    let mut details = vec![("reason", end.reason.as_str().to_owned())];
    details.extend(end.exit_code.map(|code| ("exit_code", code.to_string())));
    write.record(event(&terminal, Verb::Updated), &details).await?;
    Ok(terminal)
}

#[async_trait]
impl Terminals for Database {
    async fn create_terminal(&self, act: &Act, new: &NewTerminal) -> Result<Terminal> {
        let new = new.clone();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, &new).await })).await
    }

    async fn terminals(&self, scope: &Scope, workspace: Option<WorkspaceId>) -> Result<Vec<Terminal>> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { list(tx, &scope, workspace).await })).await
    }

    async fn terminal(&self, scope: &Scope, id: TerminalId) -> Result<Terminal> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find_own(tx, &scope, id).await })).await
    }

    async fn rename_terminal(&self, act: &Act, id: TerminalId, version: i64, name: &str) -> Result<Terminal> {
        let name = name.to_owned();
        self.write_version(act, (Entity::Terminal, id.0), move |mut write| {
            Box::pin(async move { rename(&mut write, id, version, &name).await })
        })
        .await
    }

    async fn close_terminal(
        &self,
        act: &Act,
        id: TerminalId,
        version: Option<i64>,
        end: TerminalEnd,
    ) -> Result<Terminal> {
        let reach = Reach::Colleagues(act.scope);
        self.write_version_within(reach, act, (Entity::Terminal, id.0), move |mut write| {
            Box::pin(async move { close(&mut write, id, version, end).await })
        })
        .await
    }

    async fn terminals_in(&self, scope: &Scope, place: TerminalPlace) -> Result<Vec<(UserId, TerminalId)>> {
        let scope = *scope;
        self.read(Reach::Colleagues(scope), move |tx| {
            Box::pin(async move { list_in(tx, &scope, place).await })
        })
        .await
    }

    async fn open_terminals(&self) -> Result<Vec<(OrgId, UserId, TerminalId)>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(tx.rows(
                // By organisation, as the index of what is open is.
                "SELECT org_id, user_id, id FROM terminals
                 WHERE org_id IN (SELECT id FROM organisations) AND status = 'open' ORDER BY id",
                &[],
                |row| Ok((row.id()?, row.id()?, row.id()?)),
            ))
        })
        .await
    }
}
