//! The readers: threads that each serve one read at a time on a snapshot of their own.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use switchyard_domain::Result;
use tokio::sync::mpsc;

use super::job::Queued;
use super::reached::ReachingConnection;
use super::writer::control;
use super::{connection, spawn};
use crate::tx::Tx;

type Queue = Arc<Mutex<mpsc::Receiver<Queued>>>;

/// Starts `count` readers on one queue; they end when it is closed.
pub(super) fn start(path: &Path, count: usize, queue: mpsc::Receiver<Queued>) -> Result<Vec<JoinHandle<()>>> {
    let queue = Arc::new(Mutex::new(queue));
    let reader = |number| {
        let (path, queue) = (path.to_owned(), Arc::clone(&queue));
        spawn(&format!("store-reader-{number}"), move || run(&path, &queue))
    };
    (0..count).map(reader).collect()
}

/// Serves reads. A connection is opened for the first one, and anew after it could not be opened.
fn run(path: &Path, queue: &Queue) {
    let mut open: Option<Tx> = None;
    while let Some(mut job) = next(queue) {
        if job.abandoned() {
            continue;
        }
        let reader = || connection::open_reader(path).and_then(ReachingConnection::new).map(Tx::Sqlite);
        let outcome = match open.take().map_or_else(reader, Ok) {
            Ok(mut tx) => {
                let outcome = read(&mut tx, &mut job);
                open = outcome.is_ok().then_some(tx);
                outcome
            }
            Err(error) => Err(error),
        };
        job.answer(&outcome);
    }
}

fn next(queue: &Queue) -> Option<Queued> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

/// Runs one job on a snapshot. Fails only when the connection is no longer usable; the job keeps its own error.
fn read(tx: &mut Tx, job: &mut Queued) -> Result<()> {
    control(tx, "BEGIN")?;
    let outcome = job.run(tx);
    match control(tx, "COMMIT") {
        Err(error) if outcome.is_ok() => Err(error),
        Err(_) => control(tx, "ROLLBACK"),
        Ok(()) => Ok(()),
    }
}
