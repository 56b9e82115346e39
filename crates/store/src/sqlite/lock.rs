//! One process per database: a lock beside the file, held as long as the process lives.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use switchyard_domain::{Error, Result};

/// The lock; given back when dropped, or by the system when the process ends in whatever way.
pub(super) struct Lock(#[allow(dead_code, reason = "held for its effect")] File);

/// Takes the lock of the database at `path`.
pub(super) fn take(path: &Path) -> Result<Lock> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let unusable = |error: std::io::Error| {
        let message = format!("{} cannot be written: {error}.", lock.display());
        Error::unavailable("store_unavailable", message).caused_by(error)
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock)
        .map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use(path, &mut file)),
        Err(TryLockError::Error(error)) => return Err(unusable(error)),
    }
    // For people and for the message that the next process gives; the lock itself is what counts.
    let note = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())
    };
    note(&mut file).map_err(unusable)?;
    Ok(Lock(file))
}

fn in_use(path: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let holder = match file.read_to_string(&mut holder) {
        Ok(_) if holder.parse::<u32>().is_ok() => format!(" (process {holder})"),
        _ => String::new(),
    };
    let folder = path.parent().unwrap_or(path).display();
    Error::unavailable(
        "data_folder_in_use",
        format!(
            "Another Switchyard{holder} has the data folder {folder} open. Stop it, or choose another folder with \
             SWITCHYARD_DATA_DIR."
        ),
    )
}
