//! A transaction on either engine: one SQL text, typed values in and out.

use switchyard_domain::{Error, OrgId, Result};

use crate::row::Columns;
use crate::value::Value;

/// A transaction. SQL is written for both engines: parameters are `$1`, `$2` …
pub(crate) enum Tx {
    /// SQLite's connection, owned, so that a borrow of the transaction can cross threads. Its operations complete
    /// at once; the thread that runs a job drives its future to the end without waiting.
    Sqlite(crate::sqlite::reached::ReachingConnection),
    #[cfg(feature = "postgres")]
    Postgres(Box<crate::postgres::begun::Begun>),
}

/// Which of two SQL texts to take where the engines must differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Tx {
    /// The SQL that this transaction speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Notes that an organisation's feed grew: its readers are woken once this is committed. On SQLite each commit wakes
    /// them, since it serves one organisation.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables, reason = "SQLite serves one organisation"))]
    pub(crate) fn feed_grew(&mut self, org: OrgId) {
        match self {
            Self::Sqlite(_) => {}
            #[cfg(feature = "postgres")]
            Self::Postgres(transaction) => transaction.grew(org),
        }
    }

    /// Runs a statement; answers how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        match self {
            Self::Sqlite(connection) => crate::sqlite::statement::execute(connection, sql, values),
            #[cfg(feature = "postgres")]
            Self::Postgres(transaction) => {
                crate::postgres::statement::execute(transaction, sql, values).await
            }
        }
    }

    /// Runs a statement of which nobody needs to know how many rows it changed. Where it fails, a later one says so, or the
    /// commit: on PostgreSQL it travels with the next statement that somebody waits for.
    pub(crate) async fn send(&mut self, sql: &str, values: &[Value]) -> Result<()> {
        match self {
            Self::Sqlite(connection) => crate::sqlite::statement::execute(connection, sql, values).map(drop),
            #[cfg(feature = "postgres")]
            Self::Postgres(transaction) => crate::postgres::statement::send(transaction, sql, values).await,
        }
    }

    /// All rows of a query.
    pub(crate) async fn rows<T: Send>(
        &mut self,
        sql: &str,
        values: &[Value],
        read: fn(&mut Columns<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(connection) => crate::sqlite::statement::rows(connection, sql, values, read),
            #[cfg(feature = "postgres")]
            Self::Postgres(transaction) => {
                crate::postgres::statement::rows(transaction, sql, values, read).await
            }
        }
    }

    /// The first row of a query, if it has one.
    pub(crate) async fn row<T: Send>(
        &mut self,
        sql: &str,
        values: &[Value],
        read: fn(&mut Columns<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.rows(sql, values, read).await?.into_iter().next())
    }

    /// The one row of a query that has one unless the thing asked for is not there.
    pub(crate) async fn found<T: Send>(
        &mut self,
        sql: &str,
        values: &[Value],
        read: fn(&mut Columns<'_>) -> Result<T>,
    ) -> Result<T> {
        self.row(sql, values, read).await?.ok_or_else(Error::not_found)
    }

    /// Inserts many rows of `width` values each, as [`Tx::send`] does; `into` is the table with its columns, as `table (a, b)`.
    pub(crate) async fn insert_all(
        &mut self,
        into: &'static str,
        width: usize,
        values: Vec<Value>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                crate::sqlite::statement::insert_all(connection, into, width, &values)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(transaction) => {
                crate::postgres::statement::insert_all(transaction, into, width, values).await
            }
        }
    }
}

/// `(`$1`, `$2` … )`: `width` placeholders, numbered from `first`.
pub(crate) fn placeholders(first: usize, width: usize) -> String {
    let list: Vec<String> = (first..first + width).map(|number| format!("${number}")).collect();
    format!("({})", list.join(", "))
}
