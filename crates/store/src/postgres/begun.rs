//! A transaction under way, and what becomes of its connection.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use switchyard_domain::OrgId;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::pool::{Lent, Pool};

/// How long the server may take to end a transaction that nobody waits for.
const RETURN: Duration = Duration::from_secs(2);

/// A connection with a transaction. One whose transaction was not brought to its end is closed, which ends it, and not
/// waited for: the other side may be gone, or at work on what nobody wants any more.
pub(crate) struct Begun {
    lent: Lent,
    /// The organisations whose feeds grew.
    grown: BTreeSet<OrgId>,
}

impl Begun {
    /// Begins a transaction with these statements; answers too how many rows the last of them found.
    pub(super) async fn begin(pool: &Pool, statements: &str) -> Result<(Self, u64), sqlx::Error> {
        loop {
            let mut begun = Self { lent: pool.lend().await?, grown: BTreeSet::new() };
            match begun.run(statements).await {
                Ok(found) => return Ok((begun, found)),
                // It was lost while nobody used it, and nothing was asked of it yet. There are not more of them than the
                // pool keeps.
                Err(error) if begun.lent.is_used && is_lost(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Notes that an organisation's feed grew, which its readers hear of with the commit.
    pub(crate) fn grew(&mut self, org: OrgId) {
        self.grown.insert(org);
    }

    /// Whose feeds grew.
    pub(super) fn grown(&self) -> &BTreeSet<OrgId> {
        &self.grown
    }

    /// Ends the transaction with these statements, the last of which is `COMMIT`.
    pub(super) async fn end(mut self, statements: &str) -> Result<(), sqlx::Error> {
        self.run(statements).await?;
        self.lent.keep();
        Ok(())
    }

    /// Ends the transaction without anything to keep, and without anybody who waits for that.
    pub(super) fn leave(self) {
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn(timeout(RETURN, self.end("ROLLBACK"))));
        }
    }

    /// Runs statements without values, in one round trip; answers how many rows the last of them found or changed.
    async fn run(&mut self, statements: &str) -> Result<u64, sqlx::Error> {
        // What stands in them is this crate's own, but for ids.
        let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        let mut done = self.lent.connection.execute_many(statements);
        let mut last = 0;
        while let Some(done) = done.try_next().await? {
            last = done.rows_affected();
        }
        Ok(last)
    }
}

/// Whether the connection is gone, or its server process is about to be.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57P"))
        }
        _ => false,
    }
}

impl Deref for Begun {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.lent.connection
    }
}

impl DerefMut for Begun {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.lent.connection
    }
}
