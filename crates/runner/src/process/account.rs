//! Accounts: starting a user's runner under its own user id, and making sure of one's own.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::process::{Gid, Resource, Rlimit, Uid, setrlimit};
use tokio::process::Child;

use super::spawn::{Spawn, command};

/// Whom a user's runner runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's own id; the user's group has the same number.
    pub uid: u32,
    /// The group that runners alone are in, and nothing that they start: by it the kernel tells a runner from the
    /// programs of its user, and lets these change none of its limits.
    pub runners_gid: u32,
    /// Most processes and threads that the user may have at once.
    pub most_processes: u32,
}

/// What a process may do beyond what its user may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities(u64);

/// What a host needs, with the numbers that the kernel gives these.
const NEEDED: [(u32, &str); 6] = [
    (0, "CAP_CHOWN"),
    (1, "CAP_DAC_OVERRIDE"),
    (3, "CAP_FOWNER"),
    (5, "CAP_KILL"),
    (6, "CAP_SETGID"),
    (7, "CAP_SETUID"),
];

impl Capabilities {
    /// Those of this process that are in force.
    ///
    /// # Errors
    /// What the system says when they cannot be read.
    pub fn own() -> io::Result<Self> {
        parse(&std::fs::read_to_string("/proc/self/status")?).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is missing to keep users apart.
    #[must_use]
    pub fn missing(self) -> Vec<&'static str> {
        NEEDED.iter().filter(|(bit, _)| self.0 & (1 << bit) == 0).map(|(_, name)| *name).collect()
    }
}

/// What is permitted counts: it can be put in force at any time.
fn parse(status: &str) -> Option<Capabilities> {
    let set = status.lines().find_map(|line| line.strip_prefix("CapPrm:"))?;
    u64::from_str_radix(set.trim(), 16).ok().map(Capabilities)
}

/// Starts a runner as `account`, with `stdin` as its standard input. It is left running when the handle is dropped.
///
/// # Errors
/// What the system says: the program is missing or may not be run, the account may not be taken.
#[allow(unsafe_code)]
pub fn start_as(child: &Spawn<'_>, account: Account, stdin: OwnedFd) -> io::Result<Child> {
    let mut command = command(child);
    let become_user = move || {
        // Those in effect decide. The real group is the user's own, and so is that of whatever the runner starts.
        let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.uid));
        let runners = Gid::from_raw(account.runners_gid);
        let most = Some(u64::from(account.most_processes));
        setrlimit(Resource::Nproc, Rlimit { current: most, maximum: most })?;
        // What crashes is not to leave on disk what it had in memory.
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
        rustix::thread::set_thread_groups(&[])?;
        rustix::thread::set_thread_res_gid(gid, runners, runners)?;
        rustix::thread::clear_ambient_capability_set()?;
        rustix::thread::set_thread_res_uid(uid, uid, uid)?;
        Ok(())
    };
    // SAFETY: between fork and exec, where only async-signal-safe code may run, this makes system calls alone; it neither
    // allocates nor takes a lock. The child has one thread, so that what is set for it is set for the process.
    unsafe { command.pre_exec(become_user) };
    command.stdin(Stdio::from(stdin)).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()
}

/// Makes a runner that was started by [`start_as`] sure of itself: it is no administrator, has no capabilities and will
/// gain none. Files that it makes, and looks that it takes at its children, are its user's. To be called while it has
/// one thread.
///
/// # Errors
/// `PermissionDenied` when it is more than a user, and what the system says.
#[allow(unsafe_code)]
pub fn settle_as_user() -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    if rustix::process::getuid().is_root() || !Capabilities::own()?.is_empty() {
        let text = "a runner of one of several users must not be privileged; a host starts it";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    let own = rustix::process::getgid();
    // SAFETY: the call takes a number. It has no failure that it tells; a group that is not ours changes nothing.
    unsafe { libc::setfsgid(own.as_raw()) };
    Ok(())
}

/// Has a child be of its user's own group alone, in all that the kernel looks at. Makes one system call.
pub(super) fn leave_runners_group() -> io::Result<()> {
    let own = rustix::process::getgid();
    Ok(rustix::thread::set_thread_res_gid(own, own, own)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_lacks_is_named() {
        let status =
            "Name:\tx\nCapInh:\t0000000000000000\nCapPrm:\t00000000000000e9\nCapEff:\t0000000000000000\n";
        assert_eq!(parse(status).unwrap().missing(), ["CAP_DAC_OVERRIDE"]);
        assert_eq!(parse("CapPrm:\t00000000000000ff").unwrap().missing(), [""; 0]);
        assert!(parse("CapPrm:\t0").unwrap().is_empty());
        assert_eq!(parse("nothing"), None);
    }
}
