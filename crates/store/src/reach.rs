//! How far a transaction reaches, which is said before it can ask for anything.
//!
//! PostgreSQL holds every statement to it by row-level security (`migrations/postgres/0006_row_level_security.sql`,
//! `0008_project_access.sql`), on top of what the statement asks for by itself. SQLite serves one person and has no such
//! thing. Which projects are there for somebody both engines answer to whatever statement asks `reaches_project(id)`.

use std::collections::BTreeSet;

use switchyard_domain::access::ProjectReach;
use switchyard_domain::{OrgId, ProjectId, Result, Scope};

use crate::sqlite::reached::Reached;
use crate::tx::{Dialect, Tx};
use crate::value::values;

/// What a transaction can see and change.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    /// No row of anybody's.
    Nothing,
    /// The rows of the scope's organisation but what is in projects that are closed to it; of those that are one person's
    /// alone, the acting user's.
    Scope(Scope),
    /// The same, and what is the other members' alone: who throws a workspace away ends the terminals in it, whosever.
    Colleagues(Scope),
    /// Everything. For what comes before there is a scope, by which one comes about: authentication, start-up, and the
    /// passes that ask whom there is something to do for.
    Instance,
}

impl From<Scope> for Reach {
    fn from(scope: Scope) -> Self {
        Self::Scope(scope)
    }
}

impl From<&Scope> for Reach {
    fn from(scope: &Scope) -> Self {
        Self::Scope(*scope)
    }
}

#[cfg(feature = "postgres")]
impl Reach {
    /// The statements that tell PostgreSQL, for the transaction that they stand in. Of ids alone, so that nobody's input
    /// can be syntax.
    pub(crate) fn settings(self) -> String {
        let of = |scope: Scope| {
            let (org, user) = (scope.org(), scope.user());
            let ids =
                format!("; SET LOCAL switchyard.org_id = '{org}'; SET LOCAL switchyard.user_id = '{user}'");
            ids + &projects(scope)
        };
        match self {
            Self::Nothing => String::new(),
            Self::Scope(scope) => of(scope),
            Self::Colleagues(scope) => of(scope) + "; SET LOCAL switchyard.colleagues = 'on'",
            Self::Instance => "; SET LOCAL switchyard.instance = 'on'".to_owned(),
        }
    }
}

/// The statements that say which projects a scope reaches, or have it looked up.
#[cfg(feature = "postgres")]
fn projects(scope: Scope) -> String {
    if scope.reaches_all_projects() {
        return "; SET LOCAL switchyard.all_projects = 'on'".to_owned();
    }
    let key = scope.project_key().map(|key| format!("; SET LOCAL switchyard.key_id = '{key}'"));
    key.unwrap_or_default() + "; SELECT reach_projects()"
}

impl Reach {
    /// Says to SQLite how far a transaction of its reaches.
    pub(crate) async fn tell_sqlite(self, tx: &mut Tx) -> Result<()> {
        let reached = match self {
            Self::Nothing => Reached { scope: None, projects: ProjectReach::Only(BTreeSet::new()) },
            Self::Instance => Reached { scope: None, projects: ProjectReach::All },
            Self::Scope(scope) | Self::Colleagues(scope) => {
                Reached { scope: Some(scope), projects: projects_of(tx, &scope).await? }
            }
        };
        match tx {
            Tx::Sqlite(connection) => connection.reach(reached),
            #[cfg(feature = "postgres")]
            Tx::Postgres(_) => {}
        }
        Ok(())
    }
}

/// Which projects a scope reaches. PostgreSQL answers this by itself, with `reach_projects()`.
pub(crate) async fn projects_of(tx: &mut Tx, scope: &Scope) -> Result<ProjectReach> {
    if scope.reaches_all_projects() {
        return Ok(ProjectReach::All);
    }
    if let Some(key) = scope.project_key() {
        let sql = "SELECT project_id FROM project_access WHERE org_id = $1 AND kind = 'api_key' AND subject_id = $2";
        let named = tx.rows(sql, &values![scope.org(), key], |row| row.id::<ProjectId>()).await?;
        return Ok(ProjectReach::Only(named.into_iter().collect()));
    }
    let sql = "SELECT r.project_id FROM restricted_projects r
         WHERE r.org_id = $1 AND NOT EXISTS (
             SELECT 1 FROM project_access a
             WHERE a.project_id = r.project_id
                 AND (a.kind = 'user' AND a.subject_id = $2
                      OR a.kind = 'group' AND EXISTS (SELECT 1 FROM group_members g
                                                      WHERE g.group_id = a.subject_id AND g.user_id = $2)))";
    let closed = tx.rows(sql, &values![scope.org(), scope.user()], |row| row.id::<ProjectId>()).await?;
    Ok(ProjectReach::Except(closed.into_iter().collect()))
}

/// Has a transaction reach another organisation from here on, instead of the one it began in: one that its user is making,
/// or made.
#[cfg_attr(not(feature = "postgres"), allow(unused_variables, reason = "SQLite has no row-level security"))]
pub(crate) async fn enter(tx: &mut Tx, org: OrgId) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => Ok(()),
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            let sql = "SELECT set_config('switchyard.org_id', $1, TRUE)";
            tx.rows(sql, &crate::value::values![org.to_string()], |_| Ok(())).await.map(drop)
        }
    }
}
