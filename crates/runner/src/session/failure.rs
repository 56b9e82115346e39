//! What a session that cannot be kept on disk tells.

use std::io;

use switchyard_domain::Error;

use crate::journal::Fault;

pub(super) fn disk_full() -> Error {
    let text = "The disk is full. Free some space, then send the message again.";
    Error::unavailable("disk_full", text)
}

pub(super) fn unwritable(fault: Fault) -> Error {
    if fault.full { disk_full() } else { unopened(io::Error::other(fault.text)) }
}

pub(super) fn unopened(error: io::Error) -> Error {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return disk_full();
    }
    let text = "The session's journal could not be opened. Check the disk of the data folder.";
    Error::unavailable("journal_unwritable", text).caused_by(error)
}
