//! The one place where the runner starts child processes.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::Stdio;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::{account, confinement};

/// Held for reading while a child is started, for writing while descriptors are open that are not close-on-exec yet.
static FORKS: RwLock<()> = RwLock::new(());

/// No child is started while the answer is held.
pub(super) fn forks_are_held() -> RwLockWriteGuard<'static, ()> {
    FORKS.write().unwrap_or_else(PoisonError::into_inner)
}

/// A child to be started. It gets exactly these variables, and no descriptor but its three standard ones.
#[derive(Debug)]
pub struct Spawn<'a, S = String> {
    /// Path of the program.
    pub program: &'a Path,
    /// Its arguments.
    pub arguments: &'a [S],
    /// Where it starts.
    pub folder: &'a Path,
    /// All of its environment.
    pub environment: &'a [(S, S)],
}

/// Starts a child with these standard streams, in a process group of its own. It is killed when the handle is dropped,
/// and asked to end (`SIGTERM`) should the runner be killed, so that none goes on writing where a new runner works.
///
/// To be called on threads that last as long as the runner, as the runtime's workers do: the system takes the end of the
/// thread that started a child for the end of its parent.
///
/// # Errors
/// What the system says: the program is missing or may not be run, the folder is missing, a limit is reached.
pub fn spawn<S: AsRef<OsStr>>(
    child: &Spawn<'_, S>,
    stdin: Stdio,
    stdout: Stdio,
    stderr: Stdio,
) -> io::Result<Child> {
    spawn_in(child, [stdin, stdout, stderr], confinement::of_children(), None)
}

/// Starts a child as [`spawn`] does, which reaches the runner's private folder as well and inherits `handed`, under the
/// number that it has here. For programs that run nothing of anybody's: what they are handed is a secret.
///
/// # Errors
/// As [`spawn`].
pub fn spawn_privately<S: AsRef<OsStr>>(
    child: &Spawn<'_, S>,
    [stdin, stdout, stderr]: [Stdio; 3],
    handed: Option<&OwnedFd>,
) -> io::Result<Child> {
    spawn_in(child, [stdin, stdout, stderr], confinement::of_private_children(), handed)
}

fn spawn_in<S: AsRef<OsStr>>(
    child: &Spawn<'_, S>,
    [stdin, stdout, stderr]: [Stdio; 3],
    rules: Option<BorrowedFd<'_>>,
    handed: Option<&OwnedFd>,
) -> io::Result<Child> {
    let mut command = command(child);
    end_with_the_runner(&mut command);
    if let Some(handed) = handed {
        hand_down(&mut command, handed);
    }
    confine(&mut command, rules);
    let _forking = FORKS.read().unwrap_or_else(PoisonError::into_inner);
    command.stdin(stdin).stdout(stdout).stderr(stderr).process_group(0).kill_on_drop(true).spawn()
}

/// Leaves one descriptor open for the child. It stays close-on-exec here, so that no other child gets it.
#[allow(unsafe_code)]
fn hand_down(command: &mut Command, handed: &OwnedFd) {
    let number = handed.as_raw_fd();
    // SAFETY: between fork and exec, where only async-signal-safe code may run, this makes one system call. The caller
    // keeps the descriptor open until the child was started.
    let keep = move || Ok(fcntl_setfd(unsafe { BorrowedFd::borrow_raw(number) }, FdFlags::empty())?);
    // SAFETY: as above.
    unsafe { command.pre_exec(keep) };
}

/// Starts a supervisor, which listens on `control` and ends by itself once that is closed. It is left in the runner's
/// process group, because a group's leader could not make itself a session.
pub(super) fn spawn_supervisor(child: &Spawn<'_>, control: Stdio) -> io::Result<Child> {
    let _forking = FORKS.read().unwrap_or_else(PoisonError::into_inner);
    command(child).stdin(control).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// Has the system ask the child to end when the runner is gone. `SIGTERM` and not `SIGKILL`, since git removes its
/// lock files on the way out.
#[allow(unsafe_code)]
fn end_with_the_runner(command: &mut Command) {
    let runner = getpid();
    let ask = move || {
        set_parent_process_death_signal(Some(Signal::TERM))?;
        // It may have died before the system was told; then nobody will ask.
        if getppid() == Some(runner) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: between fork and exec, where only async-signal-safe code may run, this makes two system calls; it neither
    // allocates nor takes a lock.
    unsafe { command.pre_exec(ask) };
}

/// Has the child be confined, where children are.
#[allow(unsafe_code)]
fn confine(command: &mut Command, rules: Option<BorrowedFd<'_>>) {
    let Some(rules) = confinement::number(rules) else { return };
    let enter = move || {
        account::leave_runners_group()?;
        confinement::enter(rules)
    };
    // SAFETY: between fork and exec, where only async-signal-safe code may run, this makes system calls alone; it neither
    // allocates nor takes a lock. The descriptor is open for as long as the process is there.
    unsafe { command.pre_exec(enter) };
}

/// Everything that the runner opens is close-on-exec, so that a child inherits its three streams alone, and what it is
/// handed on purpose.
#[allow(clippy::disallowed_methods, reason = "this is the one function that starts the runner's children")]
pub(super) fn command<S: AsRef<OsStr>>(child: &Spawn<'_, S>) -> Command {
    let mut command = Command::new(child.program);
    command.args(child.arguments).current_dir(child.folder).env_clear();
    command.envs(child.environment.iter().map(|(name, value)| (name, value)));
    command
}

/// What a child that ran to its end left behind.
#[derive(Debug)]
pub struct Captured {
    /// How it ended.
    pub status: std::process::ExitStatus,
    /// What it printed, up to the limit.
    pub stdout: Vec<u8>,
    /// What it complained of, up to the limit.
    pub stderr: Vec<u8>,
    /// Whether either was cut at the limit.
    pub truncated: bool,
}

/// Runs a child to its end, feeding it `input` and keeping at most `limit` bytes of each of its streams.
///
/// # Errors
/// As [`spawn`]; `TimedOut` when it takes longer than `within`, and then it is killed.
pub async fn capture(
    child: &Spawn<'_>,
    input: &[u8],
    limit: usize,
    within: Duration,
) -> io::Result<Captured> {
    let mut child = spawn(child, Stdio::piped(), Stdio::piped(), Stdio::piped())?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A child that does not want all of its input ends the pipe; that is its right.
            let _ = stdin.write_all(input).await;
        }
    };
    let all = async { tokio::join!(feed, drain(stdout, limit), drain(stderr, limit), child.wait()) };
    let ((), stdout, stderr, status) =
        tokio::time::timeout(within, all).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
    let ((stdout, cut_out), (stderr, cut_err)) = (stdout?, stderr?);
    Ok(Captured { status: status?, stdout, stderr, truncated: cut_out || cut_err })
}

/// Reads to the end, keeping the first `limit` bytes; the rest is read and dropped so that the child never blocks.
async fn drain(stream: Option<impl AsyncRead + Unpin>, limit: usize) -> io::Result<(Vec<u8>, bool)> {
    let Some(mut stream) = stream else { return Ok((Vec::new(), false)) };
    let (mut kept, mut cut) = (Vec::new(), false);
    let mut block = vec![0; 32 * 1024];
    loop {
        let read = stream.read(&mut block).await?;
        if read == 0 {
            return Ok((kept, cut));
        }
        let room = read.min(limit - kept.len());
        kept.extend_from_slice(&block[..room]);
        cut |= room < read;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sh(script: &str, input: &[u8], within: Duration) -> io::Result<Captured> {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let environment = [("GIVEN".to_owned(), "yes".to_owned())];
        let child = Spawn {
            program: Path::new("/bin/sh"),
            arguments: &arguments,
            folder: Path::new("/"),
            environment: &environment,
        };
        capture(&child, input, 1000, within).await
    }

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_child_sees_only_what_it_was_given() {
        super::super::close_inherited_on_exec().unwrap();
        let ran = sh("env; ls /proc/self/fd | wc -l", b"", LONG).await.unwrap();
        let text = String::from_utf8(ran.stdout).unwrap();
        assert!(text.contains("GIVEN=yes"), "{text}");
        assert!(!text.contains("CARGO"), "{text}");
        // ls has its three streams and the folder it lists.
        assert!(text.ends_with("4\n"), "{text}");
    }

    #[tokio::test]
    async fn output_beyond_the_limit_is_dropped_and_said_so() {
        let ran = sh("cat; head -c 5000 /dev/zero >&2", &[b'x'; 3000], LONG).await.unwrap();
        assert_eq!((ran.stdout.len(), ran.stderr.len(), ran.truncated), (1000, 1000, true));
        assert!(ran.status.success());
    }

    #[tokio::test]
    async fn a_child_that_takes_too_long_is_ended() {
        let error = sh("sleep 60", b"", Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
