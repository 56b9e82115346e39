//! Landlock: what of the file system a runner that serves one of several users can reach, and what its children can.
//!
//! The runner and each of its children stand in domains of their own: a child's lies within the runner's, beside those
//! of the other children. From within, a process can neither signal nor look into what runs outside of its domain, even
//! though all run under the same user id.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, make_bitflags,
};

/// The newest interface whose file rights we know; older kernels get what they have.
const NEWEST: ABI = ABI::V5;
/// From this interface on the kernel keeps signals and abstract sockets within a domain.
const SCOPES_SINCE: u32 = 6;
/// From this interface on it keeps files from being cut short.
const TRUNCATE_SINCE: u32 = 3;

/// Folders whose programs everybody may run.
const PROGRAMS: [&str; 9] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt"];
/// What programs read to know the machine: processes (their own; `/proc` refuses those of others), processors, limits,
/// and where names are resolved.
const FACTS: [&str; 7] = [
    "/proc",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/dev/random",
    "/dev/urandom",
];
/// Devices that belong to nobody, and terminals, of which the system gives each to its user.
const DEVICES: [&str; 6] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts"];

/// What can be reached besides the system's programs and a few devices.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Further folders and files whose programs can be read and run.
    pub programs: Vec<PathBuf>,
    /// Folders in which everything can be done.
    pub own: Vec<PathBuf>,
}

/// The number of the kernel's Landlock interface; 0 where there is none.
#[must_use]
#[allow(unsafe_code)]
pub fn landlock_abi() -> u32 {
    const VERSION: u32 = 1;
    // SAFETY: with this flag the call reads no memory of ours; it answers a number.
    let answer = unsafe {
        libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<libc::c_void>(), 0_usize, VERSION)
    };
    u32::try_from(answer).unwrap_or(0)
}

/// What a kernel with this interface lets pass that a newer one would not, in words.
#[must_use]
pub fn gaps(abi: u32) -> Vec<&'static str> {
    let mut gaps = Vec::new();
    if abi < SCOPES_SINCE {
        gaps.push("a user's programs can signal that user's runner, and use abstract sockets of others (Linux 6.12)");
    }
    if abi < TRUNCATE_SINCE {
        gaps.push("files can be cut short where the user's id may write them (Linux 6.2)");
    }
    gaps
}

/// Confines this process and all that it will start, for good. To be called while it has one thread.
///
/// # Errors
/// `Unsupported` where the kernel has no Landlock, and what the system says otherwise.
pub fn confine_self(reach: &Reach) -> io::Result<()> {
    let status = ruleset(reach)?.restrict_self().map_err(refused)?;
    if status.ruleset == RulesetStatus::NotEnforced { Err(unsupported()) } else { Ok(()) }
}

/// In what each child is confined. Known to the whole process, so that no place that starts children can forget it.
static CHILDREN: OnceLock<OwnedFd> = OnceLock::new();

/// Confines each child that is started from now on, in a domain of its own.
///
/// # Errors
/// As [`confine_self`]; `AlreadyExists` the second time.
pub fn confine_children(reach: &Reach) -> io::Result<()> {
    let rules: Option<OwnedFd> = ruleset(reach)?.into();
    CHILDREN.set(rules.ok_or_else(unsupported)?).map_err(|_| io::ErrorKind::AlreadyExists.into())
}

/// In what those children are confined that are handed secrets and run nothing of anybody's.
static PRIVATE_CHILDREN: OnceLock<OwnedFd> = OnceLock::new();

/// Confines each child that is started privately from now on, in a domain of its own.
///
/// # Errors
/// As [`confine_children`].
pub fn confine_private_children(reach: &Reach) -> io::Result<()> {
    let rules: Option<OwnedFd> = ruleset(reach)?.into();
    PRIVATE_CHILDREN.set(rules.ok_or_else(unsupported)?).map_err(|_| io::ErrorKind::AlreadyExists.into())
}

/// The rules of a child that is started privately. Where children are confined, so are these.
pub(super) fn of_private_children() -> Option<BorrowedFd<'static>> {
    PRIVATE_CHILDREN.get().or_else(|| CHILDREN.get()).map(AsFd::as_fd)
}

/// The rules of a child, if children are confined.
pub(super) fn of_children() -> Option<BorrowedFd<'static>> {
    CHILDREN.get().map(AsFd::as_fd)
}

/// Confines the calling thread by rules that a descriptor stands for. It makes system calls alone, so that it can be
/// called between fork and exec.
#[allow(unsafe_code)]
pub(super) fn enter(rules: RawFd) -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    // SAFETY: the call takes two numbers; a descriptor that is none is refused.
    match unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules, 0_u32) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The descriptor of a child's rules as it is known after the fork.
pub(super) fn number(rules: Option<BorrowedFd<'_>>) -> Option<RawFd> {
    rules.map(|rules| rules.as_raw_fd())
}

fn ruleset(reach: &Reach) -> io::Result<RulesetCreated> {
    if landlock_abi() == 0 {
        return Err(unsupported());
    }
    let execute = make_bitflags!(AccessFs::{Execute | ReadFile | ReadDir});
    let read = make_bitflags!(AccessFs::{ReadFile | ReadDir});
    let device = make_bitflags!(AccessFs::{ReadFile | ReadDir | WriteFile | IoctlDev});
    // Nobody makes devices, and nobody has one below an own folder.
    let everything =
        AccessFs::from_all(NEWEST) & !make_bitflags!(AccessFs::{MakeChar | MakeBlock | IoctlDev});
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .map(|rules| rules.set_compatibility(CompatLevel::BestEffort))
        .and_then(|rules| rules.handle_access(AccessFs::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::AbstractUnixSocket | Scope::Signal))
        .and_then(Ruleset::create)
        .map_err(refused)?;
    let there =
        |paths: &[&str]| paths.iter().map(PathBuf::from).filter(|path| path.exists()).collect::<Vec<_>>();
    let grants = [
        (there(&PROGRAMS), execute),
        (there(&FACTS), read),
        (there(&DEVICES), device),
        (reach.programs.clone(), execute),
        (reach.own.clone(), everything),
    ];
    for (paths, rights) in grants {
        for path in paths {
            rules = grant(rules, &path, rights)?;
        }
    }
    Ok(rules)
}

fn grant(rules: RulesetCreated, path: &Path, rights: BitFlags<AccessFs>) -> io::Result<RulesetCreated> {
    let beneath =
        PathFd::new(path).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
    // Rights to a folder's entries make no sense for a file and are refused.
    let rights = if path.is_dir() { rights } else { rights & AccessFs::from_file(NEWEST) };
    rules.add_rule(PathBeneath::new(beneath, rights)).map_err(refused)
}

fn refused(error: RulesetError) -> io::Error {
    io::Error::other(error)
}

fn unsupported() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "the kernel has no Landlock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_kernel_is_told_by_what_it_lets_pass() {
        assert_eq!(gaps(7).len(), 0);
        assert_eq!(gaps(5).len(), 1);
        assert_eq!(gaps(1).len(), 2);
    }
}
