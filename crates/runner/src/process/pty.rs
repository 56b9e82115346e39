//! Pseudo-terminals: opened through `portable-pty`, then read and written without blocking.
//!
//! Starting the shell is not that crate's part: the runner has one place that starts programs, and a supervisor that
//! ends them.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::Path;

use portable_pty::{MasterPty, PtySize, native_pty_system};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl};
use rustix::termios::{
    InputModes, OptionalActions, Winsize, tcgetattr, tcgetpgrp, tcgetsid, tcsetattr, tcsetwinsize,
};

use tokio::io::unix::AsyncFd;

use super::spawn::forks_are_held;

/// The end of a pseudo-terminal that a terminal program would hold.
#[derive(Debug)]
pub struct Pty {
    master: OwnedFd,
}

/// Opens a pseudo-terminal; the second value is the end for the shell.
///
/// # Errors
/// What the system says: most likely that there are too many of them.
pub fn open_pty(cols: u16, rows: u16) -> io::Result<(Pty, OwnedFd)> {
    // The descriptors are close-on-exec a moment after they are there: no child may be started in between.
    let _held = forks_are_held();
    let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).map_err(|error| io::Error::other(format!("{error:#}")))?;
    let name = pair.master.tty_name().ok_or(io::ErrorKind::Unsupported)?;
    let master = own(&*pair.master)?;
    fcntl_setfl(&master, fcntl_getfl(&master)? | OFlags::NONBLOCK)?;
    Ok((Pty { master }, open_slave(&name)?))
}

/// A descriptor of ours for the master.
#[allow(unsafe_code)]
fn own(master: &dyn MasterPty) -> io::Result<OwnedFd> {
    let fd = master.as_raw_fd().ok_or(io::ErrorKind::Unsupported)?;
    // SAFETY: the descriptor is open for as long as `master` is borrowed, which is longer than this function runs.
    unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()
}

/// Opens the shell's end. It must not become the runner's own controlling terminal.
fn open_slave(name: &Path) -> io::Result<OwnedFd> {
    let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    // What is erased while a line is typed is a character, not a byte of it.
    let mut modes = tcgetattr(&slave)?;
    modes.input_modes |= InputModes::IUTF8;
    tcsetattr(&slave, OptionalActions::Now, &modes)?;
    Ok(slave)
}

impl Pty {
    /// Has the runtime tell when it can be read or written.
    ///
    /// # Errors
    /// What the system says.
    #[allow(unsafe_code)]
    pub fn watched(self) -> io::Result<AsyncFd<Self>> {
        // SAFETY: the descriptor is owned by what is registered: it is the same one, and open, until that is dropped.
        Ok(unsafe { AsyncFd::register(self) }?)
    }

    /// Reads what was written to the terminal; 0 at its end, which is when nobody holds the other end any more.
    ///
    /// # Errors
    /// `WouldBlock` when there is nothing now.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match rustix::io::read(&self.master, buffer) {
            Err(rustix::io::Errno::IO) => Ok(0),
            other => Ok(other?),
        }
    }

    /// Writes what was typed; answers how much the terminal took.
    ///
    /// # Errors
    /// `WouldBlock` when it takes nothing now.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(&self.master, bytes)?)
    }

    /// Changes the size; the programs in the foreground are told by the system.
    ///
    /// # Errors
    /// What the system says.
    pub fn resize(&self, cols: u16, rows: u16) -> io::Result<()> {
        let size = Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 };
        Ok(tcsetwinsize(&self.master, size)?)
    }

    /// Whether something other than the shell is in the foreground.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        // The shell leads the session. Without a session it is gone, and nothing is at work.
        match (tcgetpgrp(&self.master), tcgetsid(&self.master)) {
            (Ok(foreground), Ok(shell)) => foreground != shell,
            _ => false,
        }
    }
}

impl AsRawFd for Pty {
    fn as_raw_fd(&self) -> RawFd {
        self.master.as_raw_fd()
    }
}
