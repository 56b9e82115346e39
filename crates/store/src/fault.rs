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
pub(crate) fn busy() -> Error {
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
pub(crate) fn commit(error: tokio_postgres::Error) -> Error {
    // Unless it is on its way out, a server that refuses has rolled back.
    if is_lost(&error) || error.code().is_none() {
        return outcome_unknown().caused_by(in_words(&error));
    }
    postgres(error)
}

/// Whether the connection is gone, or its server process is about to be.
#[cfg(feature = "postgres")]
pub(crate) fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => ["08", "57P"].iter().any(|class| code.code().starts_with(class)),
        None => error.is_closed() || io(error).is_some(),
    }
}

/// What kind of trouble the way to the server has, where it is that.
#[cfg(feature = "postgres")]
pub(crate) fn io(error: &tokio_postgres::Error) -> Option<std::io::ErrorKind> {
    let cause = std::error::Error::source(error)?;
    Some(cause.downcast_ref::<std::io::Error>()?.kind())
}

/// An error with all that led to it: by itself it says of which kind it is.
#[cfg(feature = "postgres")]
pub(crate) fn in_words(error: &tokio_postgres::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |words, cause| format!("{words}: {cause}"))
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
pub(crate) fn postgres(error: tokio_postgres::Error) -> Error {
    let cause = in_words(&error);
    let known = match error.code().map(|code| code.code()) {
        Some("53100") => disk_full(),
        // A character that the database cannot hold: NUL.
        Some("22P05" | "22021") => Error::invalid("value", "Text must not contain the NUL character."),
        // Cancelled by the statement timeout, a deadlock, a serialisation failure, a lock timeout.
        Some("57014" | "40P01" | "40001" | "55P03") => busy(),
        // Insufficient resources, connection exceptions, and the server shutting down or starting.
        Some(code) if ["53", "08", "57"].iter().any(|class| code.starts_with(class)) => unavailable(),
        None if is_lost(&error) => unavailable(),
        _ => return Error::internal(cause),
    };
    known.caused_by(cause)
}
