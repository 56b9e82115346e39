//! A transaction under way, and what becomes of its connection.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long the pool may take to look whether a connection can be used again.
const RETURN: Duration = Duration::from_secs(2);

/// A connection with a transaction. One whose transaction was not brought to its end is closed, which ends it, and not
/// waited for: the other side may be gone, or at work on what nobody wants any more.
pub(crate) struct Begun {
    connection: Option<PoolConnection<Postgres>>,
    ended: bool,
}

impl Begun {
    /// Begins a transaction with these statements.
    pub(super) async fn begin(pool: &PgPool, statements: String) -> Result<Self, sqlx::Error> {
        let mut begun = Self { connection: Some(pool.acquire().await?), ended: false };
        begun.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await?;
        Ok(begun)
    }

    /// Ends the transaction, by `COMMIT` or `ROLLBACK`.
    pub(super) async fn end(mut self, how: &'static str) -> Result<(), sqlx::Error> {
        self.execute(sqlx::raw_sql(how)).await?;
        self.ended = true;
        Ok(())
    }
}

#[allow(clippy::expect_used, reason = "it is taken when this is dropped, and not before")]
impl Deref for Begun {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect("a connection")
    }
}

#[allow(clippy::expect_used, reason = "it is taken when this is dropped, and not before")]
impl DerefMut for Begun {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("a connection")
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        match Handle::try_current() {
            // The pool asks the server before it takes one back, for as long as that takes.
            Ok(runtime) if self.ended => {
                drop(runtime.spawn(timeout(RETURN, async move { connection.return_to_pool().await })));
            }
            _ => drop(connection.detach()),
        }
    }
}
