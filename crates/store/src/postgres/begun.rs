//! A transaction, and what becomes of its connection.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgQueryResult, PgRow};
use sqlx::{AssertSqlSafe, Either, Executor as _, PgConnection};
use switchyard_domain::OrgId;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::pool::{Lent, Pool};
use super::written::Written;
use crate::value::Value;

/// How long the server may take to end a transaction that nobody waits for.
const RETURN: Duration = Duration::from_secs(2);

/// A connection with a transaction, which begins with the first thing that is asked of it: in the same round trip, where that
/// can be written out. One that was not brought to its end has its connection closed, which ends it, and is not waited for:
/// the other side may be gone, or at work on what nobody wants any more.
pub(crate) struct Begun {
    pool: Pool,
    /// The statements that begin it.
    begin: String,
    /// There once it is begun.
    lent: Option<Lent>,
    /// Whether it could not be begun.
    failed: bool,
    /// The organisations whose feeds grew.
    grown: BTreeSet<OrgId>,
}

/// What a statement came to.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) rows: Vec<PgRow>,
    /// How many it found or changed.
    pub(super) count: u64,
}

impl Begun {
    /// A transaction that these statements begin. They are this crate's own, but for ids.
    pub(super) fn new(pool: &Pool, begin: String) -> Self {
        Self { pool: pool.clone(), begin, lent: None, failed: false, grown: BTreeSet::new() }
    }

    /// Notes that an organisation's feed grew, which its readers hear of with the commit.
    pub(crate) fn grew(&mut self, org: OrgId) {
        self.grown.insert(org);
    }

    /// Whose feeds grew.
    pub(super) fn grown(&self) -> &BTreeSet<OrgId> {
        &self.grown
    }

    /// Asks what can begin the transaction in one round trip; `None` where it cannot, or where that has begun.
    pub(super) async fn first(&mut self, sql: &str, values: &[Value]) -> Result<Option<Answer>, sqlx::Error> {
        if self.lent.is_some() {
            return Ok(None);
        }
        let Some(written) = Written::of(sql, values) else { return Ok(None) };
        self.start(Some(&written)).await
    }

    /// The connection, in the transaction.
    pub(super) async fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        if self.lent.is_none() {
            self.start(None).await?;
        }
        let lent = self.lent.as_mut().ok_or_else(not_begun)?;
        Ok(&mut lent.connection)
    }

    async fn start(&mut self, first: Option<&Written>) -> Result<Option<Answer>, sqlx::Error> {
        // What goes on after an error must not be in another transaction.
        if std::mem::replace(&mut self.failed, true) {
            return Err(not_begun());
        }
        loop {
            let mut lent = self.pool.lend().await?;
            match begin(&mut lent, &self.begin, first).await {
                // It was lost while nobody used it, and nothing was asked of it yet that would be kept. There are not more
                // of them than the pool keeps.
                Err(error) if lent.is_used && is_lost(&error) => {}
                begun => {
                    let answer = begun?;
                    (self.lent, self.failed) = (Some(lent), false);
                    return Ok(answer);
                }
            }
        }
    }

    /// Ends the transaction with these statements, the last of which is `COMMIT`.
    pub(super) async fn end(self, statements: &str) -> Result<(), sqlx::Error> {
        let Some(mut lent) = self.lent else {
            return if self.failed { Err(not_begun()) } else { Ok(()) };
        };
        run(&mut lent.connection, statements).await?;
        lent.keep();
        Ok(())
    }

    /// Ends the transaction without anything to keep, and without anybody who waits for that.
    pub(super) fn leave(self) {
        if let Ok(runtime) = Handle::try_current()
            && self.lent.is_some()
        {
            drop(runtime.spawn(timeout(RETURN, self.end("ROLLBACK"))));
        }
    }
}

/// Begins a transaction, and asks the first thing where it can be asked with that.
async fn begin(lent: &mut Lent, begin: &str, first: Option<&Written>) -> Result<Option<Answer>, sqlx::Error> {
    if let Some(written) = first
        && let Some(name) = prepare(lent, &written.prepared).await?
    {
        let statements = format!("{begin}; EXECUTE {name}{}", written.values);
        return run(&mut lent.connection, &statements).await.map(Some);
    }
    run(&mut lent.connection, begin).await.map(|_| None)
}

/// The name of a statement, which is prepared once for each connection; `None` where that has too many.
async fn prepare(lent: &mut Lent, prepared: &str) -> Result<Option<String>, sqlx::Error> {
    let name = |number: usize| format!("switchyard_{number}");
    if let Some(number) = lent.number_of(prepared) {
        return Ok(Some(name(number)));
    }
    let Some(number) = lent.next_number() else { return Ok(None) };
    run(&mut lent.connection, &format!("PREPARE {}{prepared}", name(number))).await?;
    lent.remember(prepared, number);
    Ok(Some(name(number)))
}

/// Runs statements without values, in one round trip; answers what the last of them came to.
async fn run(connection: &mut PgConnection, statements: &str) -> Result<Answer, sqlx::Error> {
    // What stands in them is this crate's own, but for what is written out.
    let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    let mut steps = connection.fetch_many(statements);
    let (mut last, mut rows) = (Answer::default(), Vec::new());
    while let Some(step) = steps.try_next().await? {
        match step {
            Either::Right(row) => rows.push(row),
            Either::Left(done) => {
                last = Answer { rows: std::mem::take(&mut rows), count: PgQueryResult::rows_affected(&done) };
            }
        }
    }
    Ok(last)
}

fn not_begun() -> sqlx::Error {
    sqlx::Error::Protocol("the transaction could not be begun".into())
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
