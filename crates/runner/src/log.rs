//! The runner's log: JSON lines in a file that is put aside when it has grown large.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

/// Size at which the file is put aside, in bytes. One older file is kept.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Begins to log into `folder`. What is told is said by `filter` (such as `info` or `debug`).
///
/// # Errors
/// What the system says when the file cannot be opened.
pub fn start(folder: &Path, filter: &str) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let file = RotatingFile::open(folder.join("runner.log"))?;
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // A second call, as from tests, leaves the first in place.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(Mutex::new(file)).try_init();
    Ok(())
}

struct RotatingFile {
    path: PathBuf,
    file: File,
    size: u64,
}

impl RotatingFile {
    fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Self { path, file, size })
    }
}

impl Write for RotatingFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.size > LARGEST {
            std::fs::rename(&self.path, self.path.with_extension("log.1"))?;
            *self = Self::open(self.path.clone())?;
        }
        let written = self.file.write(line)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_has_grown_large_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runner.log");
        let mut log = RotatingFile::open(path.clone()).unwrap();
        log.write_all(&vec![b'a'; LARGEST as usize + 1]).unwrap();
        log.write_all(b"new\n").unwrap();
        assert_eq!(std::fs::read(path).unwrap(), b"new\n");
        assert!(folder.path().join("runner.log.1").metadata().unwrap().len() > LARGEST);
    }
}
