//! A connection that knows how far its transaction reaches, and tells that to the statements that ask.
//!
//! They ask with the functions that PostgreSQL has from `migrations/postgres/0008_project_access.sql`, by the same names.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use switchyard_domain::access::ProjectReach;
use switchyard_domain::{Result, Scope};
use uuid::Uuid;

use crate::fault;

/// How far a transaction reaches.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// Who asks, where that is known.
    pub(crate) scope: Option<Scope>,
    /// Which projects are there for them.
    pub(crate) projects: ProjectReach,
}

impl Reached {
    /// Nothing.
    fn nothing() -> Self {
        Self { scope: None, projects: ProjectReach::Only(Default::default()) }
    }
}

/// The connection.
pub(crate) struct ReachingConnection {
    connection: Connection,
    reached: Arc<Mutex<Reached>>,
}

impl ReachingConnection {
    /// Gives a connection the functions.
    ///
    /// # Errors
    /// What SQLite says.
    pub(crate) fn new(connection: Connection) -> Result<Self> {
        let reached = Arc::new(Mutex::new(Reached::nothing()));
        let made = (|| {
            define(&connection, "reaches_project", 1, &reached, |reached, context| {
                let project = context.get_raw(0);
                Ok(Answer::Flag(is_reached(reached, project)))
            })?;
            define(&connection, "reached_user", 0, &reached, |reached, _| {
                Ok(Answer::Id(reached.scope.map(|scope| scope.user().0)))
            })?;
            define(&connection, "reached_key", 0, &reached, |reached, _| {
                Ok(Answer::Id(reached.scope.and_then(|scope| scope.project_key()).map(Into::into)))
            })
        })();
        made.map_err(|error| fault::sqlite(&error))?;
        Ok(Self { connection, reached })
    }

    /// Says how far what follows reaches.
    pub(crate) fn reach(&self, reached: Reached) {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner) = reached;
    }

    /// The connection alone.
    pub(super) fn into_inner(self) -> Connection {
        self.connection
    }
}

impl Deref for ReachingConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// What a function answers.
enum Answer {
    Flag(bool),
    Id(Option<Uuid>),
}

impl rusqlite::ToSql for Answer {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value};
        Ok(ToSqlOutput::Owned(match self {
            Self::Flag(flag) => Value::Integer(i64::from(*flag)),
            Self::Id(Some(id)) => Value::Blob(id.as_bytes().to_vec()),
            Self::Id(None) => Value::Null,
        }))
    }
}

fn define(
    connection: &Connection,
    name: &str,
    arguments: i32,
    reached: &Arc<Mutex<Reached>>,
    answer: fn(&Reached, &Context<'_>) -> rusqlite::Result<Answer>,
) -> rusqlite::Result<()> {
    let reached = Arc::clone(reached);
    connection.create_scalar_function(name, arguments, FunctionFlags::SQLITE_UTF8, move |context| {
        answer(&reached.lock().unwrap_or_else(PoisonError::into_inner), context)
    })
}

/// Whether this is the id of a project that is reached.
fn is_reached(reached: &Reached, project: ValueRef<'_>) -> bool {
    let id = project.as_blob().ok().and_then(|bytes| Uuid::from_slice(bytes).ok());
    reached.projects == ProjectReach::All || id.is_some_and(|id| reached.projects.includes(id.into()))
}
