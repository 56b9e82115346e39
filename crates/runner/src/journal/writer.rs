//! Writing a journal.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchyard_domain::transcript::EntryBody;
use tokio::sync::{Notify, watch};

use super::file::repair;
use super::{Progress, line};

/// Bytes that may wait to be written before those who append are asked to wait.
const ROOM: usize = 1024 * 1024;

/// Pause before a write that failed is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// Why a journal cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whether the disk is full.
    pub full: bool,
    /// What the system says.
    pub text: String,
}

/// What was appended at once.
#[derive(Clone, Copy, Debug)]
pub struct Appended {
    /// Number of the last entry.
    pub seq: i64,
    /// Length of the entries in the file.
    pub bytes: usize,
}

/// A journal that is being written. Everything that was appended is written in the end, also when the disk is full for
/// a while, unless the process dies.
#[derive(Clone, Debug)]
pub struct Journal {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    state: Mutex<State>,
    /// Wakes the writer.
    work: Notify,
    progress: watch::Sender<Progress>,
    fault: watch::Sender<Option<Fault>>,
}

#[derive(Debug)]
struct State {
    next: i64,
    buffer: Vec<u8>,
    closed: bool,
}

impl Journal {
    /// Opens a journal for writing, or makes it; numbers go on behind its last entry, and behind `floor`.
    ///
    /// # Errors
    /// What the system says; `InvalidData` when the file is not a journal.
    pub fn open(path: &Path, floor: i64) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let found = repair(&file)?;
        let seq = found.seq.max(floor);
        let progress = Progress { length: found.length, seq, live: true };
        let shared = Arc::new(Shared {
            path: path.to_owned(),
            state: Mutex::new(State { next: seq + 1, buffer: Vec::new(), closed: false }),
            work: Notify::new(),
            progress: watch::Sender::new(progress),
            fault: watch::Sender::new(None),
        });
        tokio::spawn(write(Arc::clone(&shared), Arc::new(file)));
        Ok(Self { shared })
    }

    /// Where the journal is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Appends entries of one turn, `at` microseconds since the epoch, all or none.
    ///
    /// # Errors
    /// `InvalidData` when an entry has no JSON form (a number that is not finite).
    pub fn append(&self, turn: u32, at: i64, bodies: &[EntryBody]) -> io::Result<Appended> {
        let mut state = self.shared.state();
        let (begin, mut next) = (state.buffer.len(), state.next);
        for body in bodies {
            if let Err(error) = line::write(&mut state.buffer, next, turn, at, body) {
                state.buffer.truncate(begin);
                return Err(error);
            }
            next += 1;
        }
        state.next = next;
        let bytes = state.buffer.len() - begin;
        drop(state);
        self.shared.work.notify_one();
        Ok(Appended { seq: next - 1, bytes })
    }

    /// Number of the last entry that was appended.
    #[must_use]
    pub fn last_seq(&self) -> i64 {
        self.shared.state().next - 1
    }

    /// Waits until there is room for more: whoever appends in bulk waits here, and with it the agent whose output that is.
    ///
    /// # Errors
    /// The fault for which nothing can be written at present.
    pub async fn room(&self) -> Result<(), Fault> {
        self.until(|shared, _| shared.state().buffer.len() < ROOM).await
    }

    /// Waits until the entry of that number is in the file.
    ///
    /// # Errors
    /// The fault for which nothing can be written at present.
    pub async fn written(&self, seq: i64) -> Result<(), Fault> {
        self.until(|_, progress| progress.seq >= seq).await
    }

    /// Waits until the journal cannot be written.
    pub async fn fault(&self) -> Fault {
        let mut fault = self.shared.fault.subscribe();
        match fault.wait_for(Option::is_some).await.ok().and_then(|fault| fault.clone()) {
            Some(fault) => fault,
            None => std::future::pending().await,
        }
    }

    /// Tells how far the file goes, now and from now on.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.shared.progress.subscribe()
    }

    /// Says that nothing more will be appended. Readers end once they have read all.
    pub fn close(&self) {
        self.shared.state().closed = true;
        self.shared.work.notify_one();
    }

    async fn until(&self, enough: impl Fn(&Shared, &Progress) -> bool) -> Result<(), Fault> {
        let mut progress = self.shared.progress.subscribe();
        let mut fault = self.shared.fault.subscribe();
        loop {
            if enough(&self.shared, &progress.borrow_and_update()) {
                return Ok(());
            }
            if let Some(fault) = fault.borrow_and_update().clone() {
                return Err(fault);
            }
            // The writer holds both senders for as long as this handle exists.
            tokio::select! {
                _ = progress.changed() => {}
                _ = fault.changed() => {}
            }
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what was appended, all that has come meanwhile at once, until the journal is closed.
async fn write(shared: Arc<Shared>, file: Arc<File>) {
    loop {
        let (block, last, closed) = {
            let mut state = shared.state();
            (std::mem::take(&mut state.buffer), state.next - 1, state.closed)
        };
        if block.is_empty() {
            if closed {
                shared.progress.send_modify(|progress| progress.live = false);
                return;
            }
            shared.work.notified().await;
            continue;
        }
        let length = shared.progress.borrow().length + block.len() as u64;
        let block = write_block(&shared, &file, block).await;
        shared.progress.send_modify(|progress| (progress.length, progress.seq) = (length, last));
        recycle(&shared, block);
    }
}

/// Writes a block behind what readers may read, however often it takes.
async fn write_block(shared: &Shared, file: &Arc<File>, block: Vec<u8>) -> Vec<u8> {
    let at = shared.progress.borrow().length;
    let block = Arc::new(block);
    loop {
        let (target, bytes) = (Arc::clone(file), Arc::clone(&block));
        let result = tokio::task::spawn_blocking(move || target.write_all_at(&bytes, at)).await;
        let error = match result {
            Ok(Ok(())) => break,
            Ok(Err(error)) => error,
            Err(error) => io::Error::other(error),
        };
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        tracing::error!(journal = %shared.path.display(), %error, "a journal cannot be written");
        shared.fault.send_replace(Some(Fault { full, text: error.to_string() }));
        tokio::time::sleep(RETRY).await;
    }
    if shared.fault.borrow().is_some() {
        shared.fault.send_replace(None);
    }
    Arc::into_inner(block).unwrap_or_default()
}

/// Gives a written block's memory back to the buffer, unless new entries are in that already.
fn recycle(shared: &Shared, mut block: Vec<u8>) {
    let mut state = shared.state();
    if state.buffer.capacity() == 0 && block.capacity() <= 2 * ROOM {
        block.clear();
        state.buffer = block;
    }
}
