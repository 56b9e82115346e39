//! Descriptors that whoever started this process left open.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixListener;

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::AddressFamily;

/// Makes every descriptor but the standard streams close on exec. Called first thing in `main`: what the process opens
/// later is close-on-exec from the start.
///
/// # Errors
/// What the system says when the open descriptors cannot be listed.
#[allow(unsafe_code)]
pub fn close_inherited_on_exec() -> io::Result<()> {
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd")?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|fd| *fd > 2)
        .collect();
    for fd in open {
        // SAFETY: the borrow ends with this statement, and only a flag is set; a descriptor that was closed since it was
        // listed (the listing's own is one) is answered with EBADF.
        let _ = fcntl_setfd(unsafe { BorrowedFd::borrow_raw(fd) }, FdFlags::CLOEXEC);
    }
    Ok(())
}

/// Takes over the Unix socket that was handed to this process as standard input, which is empty from then on.
///
/// # Errors
/// `InvalidInput` when it is something else, and what the system says.
pub fn take_socket_from_stdin() -> io::Result<UnixListener> {
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    if rustix::net::sockopt::socket_domain(&socket)? != AddressFamily::UNIX {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "standard input is no Unix socket"));
    }
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(UnixListener::from(socket))
}
