//! SQLite: one writer thread that commits in groups, a few reader threads, one process per file.

mod connection;
mod job;
mod lock;
pub(crate) mod reached;
mod readers;
pub(crate) mod statement;
mod writer;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use switchyard_domain::{Error, Result};
use tokio::sync::{mpsc, oneshot};

use crate::database::Job;
use crate::fault;
use crate::tx::Tx;
use crate::wake_ups::Waiting;
use job::{Queued, Request};

/// Where the database is and how much of the machine it may use.
#[derive(Clone, Debug)]
pub struct SqliteConfig {
    /// The database file; its folder exists. Beside it come `-wal`, `-shm` and `.lock`.
    pub path: PathBuf,
    /// Threads that read, each with a connection of its own.
    pub readers: usize,
    /// Calls that may wait for the writer, and as many for the readers; more wait at the door.
    pub queue: usize,
}

impl SqliteConfig {
    /// A database at `path`, with four readers and room for 1,024 waiting calls.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), readers: 4, queue: 1024 }
    }
}

/// The engine's handle: closing it, or dropping it, lets the threads finish what is queued and end.
pub(crate) struct Sqlite {
    queues: Mutex<Option<Queues>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Clone)]
struct Queues {
    writes: mpsc::Sender<Queued>,
    reads: mpsc::Sender<Queued>,
}

impl Sqlite {
    pub(crate) async fn open(config: &SqliteConfig, waiting: Waiting) -> Result<Self> {
        let (writes, to_write) = mpsc::channel(config.queue.max(1));
        let (reads, to_read) = mpsc::channel(config.queue.max(1));
        let (opened, ready) = oneshot::channel();
        let path = config.path.clone();
        let writer = spawn("store-writer", move || writer::run(&path, to_write, &waiting, opened))?;
        ready
            .await
            .map_err(|_| Error::internal("the database's writer ended while it opened the database"))??;
        let mut threads = vec![writer];
        threads.extend(readers::start(&config.path, config.readers.max(1), to_read)?);
        Ok(Self { queues: Mutex::new(Some(Queues { writes, reads })), threads: Mutex::new(threads) })
    }

    pub(crate) async fn read<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        submit(&self.queues()?.reads, work).await
    }

    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        submit(&self.queues()?.writes, work).await
    }

    /// Lets queued work finish, writes the log into the file and gives the file free.
    pub(crate) async fn close(&self) {
        drop(self.queues.lock().unwrap_or_else(PoisonError::into_inner).take());
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let joined =
            tokio::task::spawn_blocking(move || threads.into_iter().all(|thread| thread.join().is_ok()));
        if !matches!(joined.await, Ok(true)) {
            tracing::error!("a thread of the database ended badly");
        }
    }

    fn queues(&self) -> Result<Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(fault::closed)
    }
}

async fn submit<T, W>(queue: &mpsc::Sender<Queued>, work: W) -> Result<T>
where
    T: Send + 'static,
    W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    queue.send(Request::queued(work, reply)).await.map_err(|_| fault::closed())?;
    answer.await.map_err(|_| fault::closed())?
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(|error| {
        Error::unavailable("store_unavailable", "The machine lets no more threads start.").caused_by(error)
    })
}
