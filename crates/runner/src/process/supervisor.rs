//! The supervisor: a tiny process between the runner and one agent or script.
//!
//! It is the sub-reaper of everything that the program starts, however often that forks or makes itself a session. When
//! the runner asks, when the program ends, or when the runner is gone (its end of the control socket closes), it ends
//! all of it: `SIGTERM`, then, after a grace period, `SIGKILL` until nothing is left. Without a runner the grace is short.

use std::fs::File;
use std::io::{self, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::time::Duration;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::signal::unix::{Signal as SignalStream, SignalKind, signal};
use tokio::time::Instant;

use super::descendants::{self, Process};
use super::{account, confinement};

/// How long the supervisor goes on trying to kill what does not die (a process stuck in the kernel).
const GIVE_UP: Duration = Duration::from_secs(30);

/// The longest grace of a program whose runner is gone: nobody waits for its last words any more.
const ORPHANS_GRACE: Duration = Duration::from_millis(300);

/// What to start; sent over the control socket together with the three standard streams and, where children are
/// confined, the rules for it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) folder: String,
    pub(super) environment: Vec<(String, String)>,
    /// Whether the streams are a terminal that is to control the program.
    pub(super) terminal: bool,
    /// Whether a fourth descriptor comes with the streams: the rules that confine the program.
    pub(super) confined: bool,
    /// How long the program has between `SIGTERM` and `SIGKILL`.
    pub(super) grace: Duration,
}

/// What the supervisor tells the runner: one JSON document a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Report {
    /// The program runs.
    Started,
    /// The program could not be started.
    Failed { errno: i32 },
    /// The program has ended; others of its tree may still run.
    Ended { code: Option<i32>, signal: Option<i32> },
    /// Nothing of the tree is left.
    Gone,
}

/// Runs the supervisor: the control socket is its standard input.
#[must_use]
pub fn run() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(supervise())) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads our streams; the runner sees the control socket close without a last report.
        Err(_) => ExitCode::FAILURE,
    }
}

async fn supervise() -> io::Result<()> {
    rustix::process::setsid()?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let control = StdUnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    let mut children = signal(SignalKind::child())?;
    let mut asked = signal(SignalKind::terminate())?;
    let (order, streams) = receive(control.try_clone()?)?;
    control.set_nonblocking(true)?;
    let mut control = UnixStream::from_std(control)?;

    let main = match start(&order, streams) {
        Ok(pid) => pid,
        Err(error) => {
            return report(&mut control, &Report::Failed { errno: error.raw_os_error().unwrap_or(0) }).await;
        }
    };
    // A runner that is gone already is noticed by the read below.
    let _ = report(&mut control, &Report::Started).await;
    let mut tree = Tree { main, terminal: order.terminal, ended: None };
    let mut grace = order.grace;
    let mut request = [0; 1];
    while tree.ended.is_none() {
        tokio::select! {
            _ = children.recv() => tree.reap(),
            // A byte asks for the end; so does the end of the stream.
            read = control.read(&mut request) => {
                if !matches!(read, Ok(1..)) {
                    grace = grace.min(ORPHANS_GRACE);
                }
                break;
            }
            _ = asked.recv() => break,
        }
    }
    if let Some(ended) = &tree.ended {
        let _ = report(&mut control, ended).await;
    }
    let told = tree.ended.is_some();
    tree.end(grace, &mut children).await;
    if let (false, Some(ended)) = (told, &tree.ended) {
        let _ = report(&mut control, ended).await;
    }
    let _ = report(&mut control, &Report::Gone).await;
    Ok(())
}

/// Reads the order, the program's standard streams, and what confines it.
fn receive(mut control: StdUnixStream) -> io::Result<(Order, Vec<OwnedFd>)> {
    let mut length = [0; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let got =
        recvmsg(&control, &mut [IoSliceMut::new(&mut length)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?
            .bytes;
    let mut streams = Vec::with_capacity(4);
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            streams.extend(descriptors);
        }
    }
    control.read_exact(&mut length[got..])?;
    let mut document = vec![0; u32::from_be_bytes(length) as usize];
    control.read_exact(&mut document)?;
    let order: Order = serde_json::from_slice(&document)?;
    let expected = 3 + usize::from(order.confined);
    if streams.len() == expected { Ok((order, streams)) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// Starts the program. Its streams are closed here, so that their ends are seen when its last holder is gone.
#[allow(
    clippy::disallowed_methods,
    reason = "the supervisor's one child, with the environment that the runner built"
)]
fn start(order: &Order, mut streams: Vec<OwnedFd>) -> io::Result<Pid> {
    let rules = if order.confined { streams.pop() } else { None };
    let (stderr, stdout, stdin) = (streams.pop(), streams.pop(), streams.pop());
    let (Some(stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let mut command = Command::new(&order.program);
    command
        .args(&order.arguments)
        .current_dir(&order.folder)
        .env_clear()
        .envs(order.environment.iter().map(|(name, value)| (name, value)))
        .stdin(stdin)
        .stdout(stdout)
        .stderr(stderr);
    if order.terminal {
        control_by_terminal(&mut command);
    } else {
        command.process_group(0);
    }
    confine(&mut command, rules.as_ref().map(AsFd::as_fd));
    Ok(Pid::from_child(&command.spawn()?))
}

/// Has the program lead a session whose terminal its standard input is, with all signals as they are by default:
/// whoever started the runner may have had it ignore what is to end the programs in a terminal.
#[allow(unsafe_code)]
fn control_by_terminal(command: &mut Command) {
    const RESET: [i32; 10] = [
        libc::SIGHUP,
        libc::SIGINT,
        libc::SIGQUIT,
        libc::SIGPIPE,
        libc::SIGALRM,
        libc::SIGTERM,
        libc::SIGCHLD,
        libc::SIGTSTP,
        libc::SIGTTIN,
        libc::SIGTTOU,
    ];
    let control = || {
        for signal in RESET {
            // SAFETY: it sets a disposition to the default one, which refers to no code of ours.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        rustix::process::setsid()?;
        Ok(rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?)
    };
    // SAFETY: between fork and exec, where only async-signal-safe code may run, this makes system calls alone; it neither
    // allocates nor takes a lock.
    unsafe { command.pre_exec(control) };
}

/// Has the program be confined by these rules. The supervisor itself is not, so that the program reaches neither it nor
/// the runner.
#[allow(unsafe_code)]
fn confine(command: &mut Command, rules: Option<BorrowedFd<'_>>) {
    let Some(rules) = confinement::number(rules) else { return };
    let enter = move || {
        account::leave_runners_group()?;
        confinement::enter(rules)
    };
    // SAFETY: as above. The caller keeps the descriptor open until the program was started.
    unsafe { command.pre_exec(enter) };
}

async fn report(control: &mut UnixStream, report: &Report) -> io::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    control.write_all(&line).await
}

/// The program and all that it started.
struct Tree {
    main: Pid,
    terminal: bool,
    ended: Option<Report>,
}

impl Tree {
    /// Reaps whatever has ended: the program itself, and orphans that became our children.
    fn reap(&mut self) {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            if pid == self.main {
                self.ended = Some(ended(status));
            }
        }
    }

    /// Ends all that is left.
    async fn end(&mut self, grace: Duration, children: &mut SignalStream) {
        let started = Instant::now();
        for process in self.living() {
            // Shells on a terminal heed nothing less than that it is gone.
            if self.terminal {
                descendants::signal(&process, Signal::HUP);
            }
            descendants::signal(&process, Signal::TERM);
            // A stopped process would not see the request.
            descendants::signal(&process, Signal::CONT);
        }
        loop {
            let living = self.living();
            let waited = started.elapsed();
            if living.is_empty() || waited > grace + GIVE_UP {
                return;
            }
            if waited >= grace {
                for process in &living {
                    descendants::signal(process, Signal::KILL);
                }
            }
            let pause = if waited >= grace { Duration::from_millis(2) } else { Duration::from_millis(20) };
            let _ = tokio::time::timeout(pause, children.recv()).await;
        }
    }

    fn living(&mut self) -> Vec<Process> {
        let mut all = descendants::of(rustix::process::getpid().as_raw_nonzero().get());
        // Reaped after the look: what is seen as dead, and as nothing that is left, is then gone in truth.
        self.reap();
        all.retain(|process| !process.zombie);
        all
    }
}

fn ended(status: WaitStatus) -> Report {
    Report::Ended { code: status.exit_status(), signal: status.terminating_signal() }
}
