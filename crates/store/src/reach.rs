//! How far a transaction reaches, which is said before it can ask for anything.
//!
//! PostgreSQL holds every statement to it by row-level security (`migrations/postgres/0006_row_level_security.sql`), on
//! top of what the statement asks for by itself. SQLite serves one person and has no such thing.

use switchyard_domain::{OrgId, Result, Scope};

use crate::tx::{Dialect, Tx};

/// What a transaction can see and change.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "SQLite has no row-level security"))]
pub(crate) enum Reach {
    /// No row of anybody's.
    Nothing,
    /// The rows of the scope's organisation; of those that are one person's alone, the acting user's.
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
            format!("; SET LOCAL switchyard.org_id = '{org}'; SET LOCAL switchyard.user_id = '{user}'")
        };
        match self {
            Self::Nothing => String::new(),
            Self::Scope(scope) => of(scope),
            Self::Colleagues(scope) => of(scope) + "; SET LOCAL switchyard.colleagues = 'on'",
            Self::Instance => "; SET LOCAL switchyard.instance = 'on'".to_owned(),
        }
    }
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
