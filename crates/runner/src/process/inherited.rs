//! Descriptors that whoever started this process left open.

use std::io;
use std::os::fd::BorrowedFd;

use rustix::io::{FdFlags, fcntl_setfd};

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
