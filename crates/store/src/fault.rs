//! Engine errors as domain errors: what a caller can do about them, said once.

use rusqlite::ErrorCode;
use switchyard_domain::Error;

/// There is no room on the disk.
fn disk_full() -> Error {
    Error::unavailable(
        "disk_full",
        "There is no space left for the database. Nothing was changed; make room on its disk and try again.",
    )
}

/// The database cannot be reached or read.
fn unavailable() -> Error {
    Error::unavailable(
        "store_unavailable",
        "The database does not answer. Nothing was changed; check its disk, its permissions and its server, and try again.",
    )
}

/// The database has too much to do.
fn busy() -> Error {
    Error::unavailable("store_busy", "The database is busy. Nothing was changed; try again in a moment.")
}

/// The database, or the way there, is too slow to wait for.
#[cfg(feature = "postgres")]
pub(crate) fn too_slow() -> Error {
    unavailable().caused_by("it was not waited for any longer")
}

/// The connection was lost while a commit was under way.
#[cfg(feature = "postgres")]
pub(crate) fn outcome_unknown() -> Error {
    Error::unavailable(
        "outcome_unknown",
        "The database went away before it said whether this was kept. Look first, and do it again if it was not; a \
         repetition with the same Idempotency-Key makes nothing twice.",
    )
}

/// What an error of a commit's means to a caller.
#[cfg(feature = "postgres")]
pub(crate) fn commit(error: sqlx::Error) -> Error {
    match &error {
        // The server refused: it has rolled back.
        sqlx::Error::Database(database)
            if !database.code().is_some_and(|code| code.starts_with("57") || code.starts_with("08")) =>
        {
            postgres(error)
        }
        _ => outcome_unknown().caused_by(error),
    }
}

/// The store was closed.
pub(crate) fn closed() -> Error {
    Error::unavailable("store_closed", "The server is shutting down. Try again in a moment.")
}

/// What an error of SQLite's means to a caller.
pub(crate) fn sqlite(error: &rusqlite::Error) -> Error {
    let known = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => disk_full(),
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied,
        ) => unavailable(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => busy(),
        Some(ErrorCode::TooBig) => Error::invalid("value", "This is larger than the database can hold."),
        _ => return Error::internal(error.to_string()),
    };
    known.caused_by(error.to_string())
}

/// What an error of PostgreSQL's means to a caller.
#[cfg(feature = "postgres")]
pub(crate) fn postgres(error: sqlx::Error) -> Error {
    let known = match &error {
        sqlx::Error::Database(database) => match database.code().as_deref() {
            Some("53100") => disk_full(),
            // A character that the database cannot hold: NUL.
            Some("22P05" | "22021") => Error::invalid("value", "Text must not contain the NUL character."),
            // Cancelled by the statement timeout, a deadlock, a serialisation failure, a lock timeout.
            Some("57014" | "40P01" | "40001" | "55P03") => busy(),
            // Insufficient resources, connection exceptions, and the server shutting down or starting.
            Some(code) if ["53", "08", "57"].iter().any(|class| code.starts_with(class)) => unavailable(),
            _ => return Error::internal(error),
        },
        sqlx::Error::PoolTimedOut => busy(),
        sqlx::Error::PoolClosed => closed(),
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_) => unavailable(),
        _ => return Error::internal(error),
    };
    known.caused_by(error)
}
