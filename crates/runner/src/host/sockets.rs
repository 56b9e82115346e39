//! The sockets of users' runners: made by the host, where users cannot reach them, for the server alone.

use std::fs::Permissions;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, socket_with};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep};

/// How often a runner that was asked to end is looked at.
const PULSE: Duration = Duration::from_millis(10);

/// Makes a socket with a name that the server alone can connect to. It does not listen yet: whoever is given it does,
/// and is then who the kernel says is at its other end.
///
/// # Errors
/// What the system says.
pub(super) fn make(path: &Path, server_uid: u32) -> io::Result<OwnedFd> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    // The host's umask lets nobody in before the owner is right.
    bind(&socket, &SocketAddrUnix::new(path)?)?;
    std::os::unix::fs::lchown(path, Some(server_uid), None)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(socket)
}

/// Who listens on a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listener {
    /// Whom it runs as.
    pub(super) uid: u32,
    /// In which group.
    pub(super) gid: u32,
    /// Its process, where that can be seen from here.
    pub(super) pid: Option<i32>,
}

/// Who listens on the socket; `None` where nobody does.
///
/// # Errors
/// What the system says, other than that nobody is there.
pub(super) async fn listener(path: &Path) -> io::Result<Option<Listener>> {
    match UnixStream::connect(path).await {
        Ok(stream) => {
            let peer = stream.peer_cred()?;
            Ok(Some(Listener { uid: peer.uid(), gid: peer.gid(), pid: peer.pid() }))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Asks who listens on the socket to end, and waits until it is gone, for as long as `patience`. True when nobody
/// listens any more.
///
/// # Errors
/// What the system says.
pub(super) async fn end_listener(path: &Path, patience: Duration) -> io::Result<bool> {
    let Some(there) = listener(path).await? else { return Ok(true) };
    let Some(pid) = there.pid.and_then(Pid::from_raw) else { return Ok(false) };
    let process = match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(process) => process,
        Err(rustix::io::Errno::SRCH) => return Ok(true),
        Err(error) => return Err(error.into()),
    };
    // The number may have gone to another process since; one that still listens here is the same.
    if listener(path).await? != Some(there) {
        return Ok(true);
    }
    match pidfd_send_signal(&process, Signal::TERM) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => return Err(error.into()),
    }
    let begun = Instant::now();
    while begun.elapsed() < patience {
        if has_ended(&process)? {
            return Ok(true);
        }
        sleep(PULSE).await;
    }
    Ok(false)
}

/// A process can be read from once it has ended.
fn has_ended(process: &OwnedFd) -> io::Result<bool> {
    let mut waited = [PollFd::new(process, PollFlags::IN)];
    Ok(poll(&mut waited, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? > 0)
}
