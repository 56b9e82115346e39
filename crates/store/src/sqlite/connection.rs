//! Connections, as the writer and the readers need them.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use switchyard_domain::{Error, Result};

use crate::fault;

/// The first version without the fault that could lose the log on reset.
const OLDEST: i32 = 3_051_003;

/// Pages in the log that make SQLite write them into the database file; the log then begins anew.
const LOG: u32 = 4000;

/// What the writer keeps of the file, in pages; below zero, in KiB.
const CACHE: i32 = -4096;

/// How long a connection waits for another one's lock, which only start-up and checkpoints hold for long.
const BUSY: Duration = Duration::from_secs(5);

pub(super) fn open_writer(path: &Path) -> Result<Connection> {
    if rusqlite::version_number() < OLDEST {
        let message = format!("SQLite {} is too old; 3.51.3 or later is needed.", rusqlite::version());
        return Err(Error::unavailable("sqlite_too_old", message));
    }
    create_private(path)?;
    let opened = open(path).and_then(|connection| {
        let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        // Each acknowledged write is on disk: the log is synchronised with every commit.
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864;",
        )?;
        connection.pragma_update(None, "cache_size", CACHE)?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG)?;
        Ok((connection, mode))
    });
    match opened.map_err(|error| cannot_open(path, &error))? {
        (connection, mode) if mode == "wal" => Ok(connection),
        _ => Err(Error::unavailable(
            "store_unavailable",
            format!(
                "{} lies on a file system that cannot hold the database's log, as network file systems do. \
                 Choose a folder on a local disk with SWITCHYARD_DATA_DIR.",
                path.display()
            ),
        )),
    }
}

/// Makes the log as long as it gets before it begins anew. A commit within a file that is there already is on disk
/// sooner than one that makes it longer, for which the file system has to note the new length too.
///
/// What is too large for the cache goes to the log before its transaction ends. This one never is committed, so what
/// it wrote counts for nothing, and the next one begins where it began.
pub(super) fn lengthen_log(connection: &Connection) {
    let filled = (|| {
        let page: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        connection.pragma_update(None, "cache_size", 16)?;
        connection.execute_batch("BEGIN IMMEDIATE; CREATE TABLE filling (bytes BLOB);")?;
        connection.execute("INSERT INTO filling VALUES (zeroblob($1))", [LOG * page])
    })();
    // On faults such as a full disk SQLite has ended the transaction by itself.
    let ended = if connection.is_autocommit() { Ok(()) } else { connection.execute_batch("ROLLBACK") };
    let restored = connection.pragma_update(None, "cache_size", CACHE);
    if let Err(error) = filled.map(drop).and(ended).and(restored) {
        tracing::debug!(%error, "the database's log grows as it is written");
    }
}

pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = open(path).and_then(|connection| {
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -2048;")?;
        Ok(connection)
    });
    connection.map_err(|error| cannot_open(path, &error))
}

/// Writes the log into the database file, so that the next start has nothing to recover.
pub(super) fn finish(connection: Connection) {
    let written = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
    if let Err(error) = written.and_then(|()| connection.close().map_err(|(_, error)| error)) {
        tracing::warn!(%error, "the database's log stays beside it until the next start");
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

/// Makes the file before SQLite does, for its owner alone; the files beside it inherit that.
fn create_private(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| {
        let message = format!("{} cannot be written: {error}.", path.display());
        Error::unavailable("store_unavailable", message).caused_by(error)
    })
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> Error {
    let known = fault::sqlite(error);
    if known.code == "disk_full" {
        return known;
    }
    let message = format!("{} cannot be opened as a database: {error}.", path.display());
    Error::unavailable("store_unavailable", message).caused_by(error.to_string())
}
