//! Who may see a project, and what they may do in it.

use async_trait::async_trait;
use switchyard_domain::access::{
    Access, AccessEntry, MOST_ENTRIES, NewAccess, ProjectReach, ProjectRole, Subject,
};
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::{Act, ProjectAccess};
use switchyard_domain::{ApiKeyId, Error, ErrorKind, ProjectId, Result, Scope};
use uuid::Uuid;

use crate::database::Database;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Author, Change, Write, check_living, check_version};
use crate::{audit, reach};

/// Of the project `p`: whether it is restricted, and the greatest role in which its list names whoever asks.
pub(crate) const COLUMNS: &str = "EXISTS (SELECT 1 FROM restricted_projects r WHERE r.project_id = p.id),
    (SELECT max(a.role_rank) FROM project_access a
     WHERE a.project_id = p.id
         AND CASE WHEN reached_key() IS NOT NULL THEN a.kind = 'api_key' AND a.subject_id = reached_key()
             ELSE a.kind = 'user' AND a.subject_id = reached_user()
                  OR a.kind = 'group' AND EXISTS (SELECT 1 FROM group_members g
                                                  WHERE g.group_id = a.subject_id AND g.user_id = reached_user())
             END)";

/// What [`COLUMNS`] are read as.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) restricted: bool,
    named: Option<ProjectRole>,
}

impl Standing {
    pub(crate) fn read(row: &mut Columns<'_>) -> Result<Self> {
        Ok(Self { restricted: row.get()?, named: row.optional::<i64>()?.map(of_rank).transpose()? })
    }

    /// What `scope`, which asked, may do; `NotFound` where the project is not there for it.
    pub(crate) fn role(self, scope: &Scope) -> Result<ProjectRole> {
        ProjectRole::of(scope, self.restricted, self.named).ok_or_else(Error::not_found)
    }
}

pub(crate) fn of_rank(rank: i64) -> Result<ProjectRole> {
    let role = usize::try_from(rank).ok().and_then(|rank| ProjectRole::ALL.get(rank));
    role.copied().ok_or_else(|| Error::internal("a role in a project is none"))
}

fn rank(role: ProjectRole) -> i64 {
    ProjectRole::ALL.iter().take_while(|known| **known != role).count() as i64
}

/// What somebody may do in a project.
pub(crate) async fn role(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<ProjectRole> {
    let sql = format!(
        "SELECT {COLUMNS} FROM projects p WHERE p.org_id = $1 AND p.id = $2 AND reaches_project(p.id)"
    );
    tx.found(&sql, &values![scope.org(), id], Standing::read).await?.role(scope)
}

/// A project as its list needs it.
struct Listed {
    version: i64,
    deleted: bool,
    restricted: bool,
}

async fn listed(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<Listed> {
    let sql = "SELECT p.version, p.deleted_at IS NOT NULL,
            EXISTS (SELECT 1 FROM restricted_projects r WHERE r.project_id = p.id)
         FROM projects p WHERE p.org_id = $1 AND p.id = $2 AND reaches_project(p.id)";
    let read = |row: &mut Columns<'_>| {
        Ok(Listed { version: row.get()?, deleted: row.get()?, restricted: row.get()? })
    };
    tx.found(sql, &values![scope.org(), id], read).await
}

fn subject(kind: &str, id: Uuid) -> Result<Subject> {
    match kind {
        "user" => Ok(Subject::User(id.into())),
        "group" => Ok(Subject::Group(id.into())),
        "api_key" => Ok(Subject::ApiKey(id.into())),
        _ => Err(Error::internal("an access list names somebody of no known kind")),
    }
}

fn key(subject: Subject) -> (&'static str, Uuid) {
    match subject {
        Subject::User(id) => ("user", id.0),
        Subject::Group(id) => ("group", id.0),
        Subject::ApiKey(id) => ("api_key", id.0),
    }
}

fn read_entry(row: &mut Columns<'_>) -> Result<AccessEntry> {
    let kind: String = row.get()?;
    Ok(AccessEntry {
        subject: subject(&kind, row.get()?)?,
        role: of_rank(row.get()?)?,
        name: row.optional()?.unwrap_or_default(),
    })
}

async fn entries(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<Vec<AccessEntry>> {
    let sql = "SELECT a.kind, a.subject_id, a.role_rank, COALESCE(u.name, g.name, k.name)
         FROM project_access a
             LEFT JOIN users u ON a.kind = 'user' AND u.id = a.subject_id
             LEFT JOIN user_groups g ON a.kind = 'group' AND g.id = a.subject_id
             LEFT JOIN api_keys k ON a.kind = 'api_key' AND k.id = a.subject_id
         WHERE a.org_id = $1 AND a.project_id = $2
         ORDER BY CASE a.kind WHEN 'group' THEN 0 WHEN 'user' THEN 1 ELSE 2 END,
             COALESCE(u.name_key, g.name_key, k.name), a.subject_id";
    tx.rows(sql, &values![scope.org(), id], read_entry).await
}

async fn find(tx: &mut Tx, scope: &Scope, id: ProjectId) -> Result<Access> {
    let Listed { version, restricted, .. } = listed(tx, scope, id).await?;
    Ok(Access { restricted, version, entries: entries(tx, scope, id).await? })
}

/// Refuses to name somebody who is not there. Keys are there for those who see them in their own list.
async fn require_subject(tx: &mut Tx, scope: &Scope, subject: Subject) -> Result<()> {
    let (sql, owner) = match subject {
        Subject::User(_) => ("SELECT 1 FROM memberships WHERE org_id = $1 AND user_id = $2", None),
        Subject::Group(_) => ("SELECT 1 FROM user_groups WHERE org_id = $1 AND id = $2", None),
        Subject::ApiKey(_) => (
            "SELECT 1 FROM api_keys WHERE org_id = $1 AND id = $2 AND user_id = COALESCE($3, user_id)",
            crate::api_keys::owner(scope),
        ),
    };
    let mut values = values![scope.org(), key(subject).1].to_vec();
    if matches!(subject, Subject::ApiKey(_)) {
        values.push(owner.into());
    }
    match tx.row(sql, &values, |_| Ok(())).await? {
        Some(()) => Ok(()),
        None => Err(Error::invalid(
            "entries",
            "Somebody who is named is no member, group or key of the organisation. Load the list anew.",
        )),
    }
}

/// The entries as they are to be, with whoever restricts a project as its admin.
fn kept_by(scope: &Scope, before: &Listed, new: &NewAccess) -> Vec<(Subject, ProjectRole)> {
    let mut entries = new.entries.clone();
    if new.restricted && !before.restricted {
        let own = Subject::User(scope.user());
        entries.retain(|(subject, _)| *subject != own);
        entries.push((own, ProjectRole::Admin));
    }
    entries
}

/// Refuses to say who may see a project for whoever is no person.
fn require_person(scope: &Scope) -> Result<()> {
    if scope.project_key().is_none() {
        return Ok(());
    }
    let text = "An API key cannot say who may see a project.";
    Err(Error::new(ErrorKind::Forbidden, "person_required", text))
}

async fn set(write: &mut Write<'_>, id: ProjectId, version: i64, new: &NewAccess) -> Result<Access> {
    let (scope, at) = (write.scope(), write.act.at);
    let before = listed(write.tx, &scope, id).await?;
    write.require(id, ProjectRole::Admin).await?;
    check_version(before.version, version)?;
    check_living(before.deleted)?;
    require_person(&scope)?;
    let there = entries(write.tx, &scope, id).await?;
    let wanted = kept_by(&scope, &before, new);
    let known = |subject: Subject| there.iter().find(|entry| entry.subject == subject);
    let gone: Vec<&AccessEntry> =
        there.iter().filter(|entry| wanted.iter().all(|(subject, _)| *subject != entry.subject)).collect();
    let changed: Vec<(Subject, ProjectRole)> = wanted
        .iter()
        .filter(|(subject, role)| known(*subject).is_none_or(|entry| entry.role != *role))
        .copied()
        .collect();
    if gone.is_empty() && changed.is_empty() && before.restricted == new.restricted {
        return find(write.tx, &scope, id).await;
    }
    for entry in &gone {
        let (kind, subject) = key(entry.subject);
        let sql = "DELETE FROM project_access WHERE org_id = $1 AND project_id = $2 AND kind = $3 AND subject_id = $4";
        write.tx.send(sql, &values![scope.org(), id, kind, subject]).await?;
    }
    for (subject, role) in &changed {
        if known(*subject).is_none() {
            require_subject(write.tx, &scope, *subject).await?;
        }
        name(write, id, *subject, *role).await?;
    }
    let sql = if new.restricted {
        "INSERT INTO restricted_projects (project_id, org_id, user_id, created_at) VALUES ($2, $1, $3, $4)
         ON CONFLICT (project_id) DO NOTHING"
    } else {
        "DELETE FROM restricted_projects WHERE org_id = $1 AND project_id = $2"
    };
    let values = values![scope.org(), id, scope.user(), at];
    write.tx.send(sql, if new.restricted { &values } else { &values[..2] }).await?;
    touch(write, id).await?;
    let removed: Vec<Subject> = gone.iter().map(|entry| entry.subject).collect();
    note(write, id, &changed, &removed).await
}

/// Has a project name a key that is being made: the same change of its list as [`set`] makes, with the same rights.
pub(crate) async fn name_key(
    write: &mut Write<'_>,
    id: ProjectId,
    key: ApiKeyId,
    role: ProjectRole,
) -> Result<()> {
    let scope = write.scope();
    let before = listed(write.tx, &scope, id).await?;
    write.require(id, ProjectRole::Admin).await?;
    check_living(before.deleted)?;
    require_person(&scope)?;
    let sql = "SELECT count(*) FROM project_access WHERE org_id = $1 AND project_id = $2";
    let there: i64 = write.tx.found(sql, &values![scope.org(), id], |row| row.get()).await?;
    if there >= MOST_ENTRIES as i64 {
        let text =
            "One of the projects names 500 already, which is the most. Take somebody off its list first.";
        return Err(Error::invalid("projects", text));
    }
    let named = (Subject::ApiKey(key), role);
    name(write, id, named.0, named.1).await?;
    touch(write, id).await?;
    note(write, id, &[named], &[]).await.map(drop)
}

/// What the audit log calls a change of a list, also where it is made along with something else.
const CHANGED: &str = "access.update";

/// Writes into the audit log who was named and who is not any more; answers the list as it is now.
async fn note(
    write: &mut Write<'_>,
    id: ProjectId,
    named: &[(Subject, ProjectRole)],
    removed: &[Subject],
) -> Result<Access> {
    let access = find(write.tx, &write.scope(), id).await?;
    let details = [
        ("restricted", access.restricted.to_string()),
        ("entries", access.entries.len().to_string()),
        ("named", told(named.iter().map(|(subject, role)| (*subject, Some(*role))))),
        ("removed", told(removed.iter().map(|subject| (*subject, None)))),
    ];
    let about = (Entity::Access.as_str(), Some(id.0));
    audit::append(write.tx, Author::from(&write.act), CHANGED, about, &details).await?;
    Ok(access)
}

/// Who was named or is not any more, for the audit log.
fn told(entries: impl Iterator<Item = (Subject, Option<ProjectRole>)>) -> String {
    let told = entries.map(|(subject, role)| {
        let (kind, id) = key(subject);
        role.map_or_else(|| format!("{kind} {id}"), |role| format!("{kind} {id} {}", role.as_str()))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Names somebody. A key that is named is for the projects that name it from now on, whatever becomes of its name here.
async fn name(write: &mut Write<'_>, id: ProjectId, subject: Subject, role: ProjectRole) -> Result<()> {
    let (org, user) = (write.scope().org(), write.scope().user());
    let (kind, subject_id) = key(subject);
    write
        .tx
        .send(
            "INSERT INTO project_access (project_id, org_id, user_id, kind, subject_id, role_rank)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (project_id, kind, subject_id) DO UPDATE SET role_rank = excluded.role_rank",
            &values![id, org, user, kind, subject_id, rank(role)],
        )
        .await?;
    if let Subject::ApiKey(key) = subject {
        let sql = "UPDATE api_keys SET for_projects = $3 WHERE org_id = $1 AND id = $2";
        write.tx.send(sql, &values![org, key, true]).await?;
    }
    Ok(())
}

/// Counts a project's version up and tells of it, and of its list.
async fn touch(write: &mut Write<'_>, id: ProjectId) -> Result<()> {
    let (scope, at) = (write.scope(), write.act.at);
    let sql = "UPDATE projects SET version = version + 1, updated_at = $3 WHERE org_id = $1 AND id = $2 RETURNING version";
    let version = write.tx.found(sql, &values![scope.org(), id, at], |row| row.get()).await?;
    for entity in [Entity::Project, Entity::Access] {
        let change = Change { verb: Verb::Updated, entity, id: id.0, project_id: Some(id), version };
        write.consequence(change).await?;
    }
    Ok(())
}

/// Takes somebody who is gone off every list of the organisation. The write reaches all projects.
pub(crate) async fn forget(write: &mut Write<'_>, subject: Subject) -> Result<()> {
    let org = write.scope().org();
    let (kind, id) = key(subject);
    let sql =
        "DELETE FROM project_access WHERE org_id = $1 AND kind = $2 AND subject_id = $3 RETURNING project_id";
    let projects: Vec<ProjectId> = write.tx.rows(sql, &values![org, kind, id], |row| row.id()).await?;
    for project in projects {
        touch(write, project).await?;
    }
    Ok(())
}

#[async_trait]
impl ProjectAccess for Database {
    async fn access(&self, scope: &Scope, project: ProjectId) -> Result<Access> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { find(tx, &scope, project).await })).await
    }

    async fn set_access(
        &self,
        act: &Act,
        project: ProjectId,
        version: i64,
        access: &NewAccess,
    ) -> Result<Access> {
        let access = access.clone();
        self.write_version(act, (Entity::Access, project.0), move |mut write| {
            Box::pin(async move { set(&mut write, project, version, &access).await })
        })
        .await
    }

    async fn project_role(&self, scope: &Scope, project: ProjectId) -> Result<ProjectRole> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { role(tx, &scope, project).await })).await
    }

    async fn project_reach(&self, scope: &Scope) -> Result<ProjectReach> {
        let scope = *scope;
        self.read(scope, move |tx| Box::pin(async move { reach::projects_of(tx, &scope).await })).await
    }
}
