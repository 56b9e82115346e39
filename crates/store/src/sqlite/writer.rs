//! The writer: one thread, one connection, one commit for all that is queued.

use std::path::Path;

use switchyard_domain::Result;
use tokio::sync::{mpsc, oneshot};

use super::job::Queued;
use super::reached::ReachingConnection;
use super::{connection, lock};
use crate::database::again;
use crate::tx::Tx;
use crate::wake_ups::Waiting;
use crate::{fault, migrate};

/// Jobs that share a commit at most, so that none waits long for the others.
const GROUP: usize = 256;

/// After so many commits somebody is at work, and the log is made longer; a start is not to wait for that.
const COMMITS_OF_A_START: u32 = 16;

/// Opens the database, says whether that went well, and serves the queue until it is closed.
pub(super) fn run(
    path: &Path,
    mut queue: mpsc::Receiver<Queued>,
    waiting: &Waiting,
    opened: oneshot::Sender<Result<()>>,
) {
    let (mut tx, _lock) = match open(path) {
        Ok((connection, lock)) => (Tx::Sqlite(connection), lock),
        Err(error) => return drop(opened.send(Err(error))),
    };
    if opened.send(Ok(())).is_err() {
        return;
    }
    let mut commits = 0_u32;
    while let Some(first) = queue.blocking_recv() {
        if group(&mut tx, first, &mut queue) {
            waiting.wake_all();
            commits = commits.saturating_add(1);
            if commits == COMMITS_OF_A_START
                && let Tx::Sqlite(connection) = &tx
            {
                connection::lengthen_log(connection);
            }
        }
    }
    match tx {
        Tx::Sqlite(connection) => connection::finish(connection.into_inner()),
        #[cfg(feature = "postgres")]
        Tx::Postgres(_) => {}
    }
}

fn open(path: &Path) -> Result<(ReachingConnection, lock::Lock)> {
    let lock = lock::take(path)?;
    let mut connection = connection::open_writer(path)?;
    migrate::sqlite(&mut connection)?;
    Ok((ReachingConnection::new(connection)?, lock))
}

/// Runs `first` and what else is queued in one transaction; answers all of them. Whether anything was committed.
fn group(tx: &mut Tx, first: Queued, queue: &mut mpsc::Receiver<Queued>) -> bool {
    let mut done = Vec::new();
    let outcome = run_group(tx, first, queue, &mut done);
    if !outside_transaction(tx) {
        // The error that matters is the first one; a transaction that is gone needs no rollback.
        drop(control(tx, "ROLLBACK"));
    }
    let committed = matches!(outcome, Ok(true));
    let outcome = outcome.map(drop);
    for job in done {
        job.answer(&outcome);
    }
    committed
}

/// `false` when there was nothing to commit: the first job failed, and no other was in its transaction yet.
fn run_group(
    tx: &mut Tx,
    mut first: Queued,
    queue: &mut mpsc::Receiver<Queued>,
    done: &mut Vec<Queued>,
) -> Result<bool> {
    let begun = control(tx, "BEGIN IMMEDIATE");
    // The first needs no savepoint, and it is mostly alone: what it leaves when it fails is the whole transaction.
    let ran = begun.as_ref().is_ok_and(|()| first.run(tx).is_ok());
    done.push(first);
    begun?;
    if !ran {
        return Ok(false);
    }
    while done.len() < GROUP
        && let Ok(mut job) = queue.try_recv()
    {
        let outcome = run_job(tx, &mut job);
        done.push(job);
        outcome?;
    }
    control(tx, "COMMIT").map(|()| true)
}

/// Runs one job in a savepoint of its own. Fails only when the whole transaction is lost.
fn run_job(tx: &mut Tx, job: &mut Queued) -> Result<()> {
    control(tx, "SAVEPOINT job")?;
    match job.run(tx) {
        Ok(()) => control(tx, "RELEASE job"),
        // SQLite ends the transaction by itself on faults such as a full disk.
        Err(error) if outside_transaction(tx) => Err(again(&error)),
        Err(_) => {
            control(tx, "ROLLBACK TO job")?;
            control(tx, "RELEASE job")
        }
    }
}

/// Whether no transaction is open.
fn outside_transaction(tx: &Tx) -> bool {
    match tx {
        Tx::Sqlite(connection) => connection.is_autocommit(),
        #[cfg(feature = "postgres")]
        Tx::Postgres(_) => false,
    }
}

pub(super) fn control(tx: &Tx, sql: &str) -> Result<()> {
    match tx {
        Tx::Sqlite(connection) => {
            let run = connection.prepare_cached(sql).and_then(|mut statement| statement.raw_execute());
            run.map(drop).map_err(|error| fault::sqlite(&error))
        }
        #[cfg(feature = "postgres")]
        Tx::Postgres(_) => Err(switchyard_domain::Error::internal(
            "a thread of SQLite's was given another engine's transaction",
        )),
    }
}
