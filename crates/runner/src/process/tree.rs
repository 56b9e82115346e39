//! The runner's side of a supervised program.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedReadHalf;
use tokio::net::unix::{OwnedWriteHalf, pipe};
use tokio::process::Child;
use tokio::sync::watch;

use super::spawn::{Spawn, spawn_supervisor};
use super::supervisor::{Order, Report};
use super::{confinement, orphans};

/// Variable by which a process tells which tree it belongs to.
pub(super) const TREE_VARIABLE: &str = "SWITCHYARD_TREE";

/// Starts programs under a supervisor each.
#[derive(Clone, Debug)]
pub struct Launcher {
    supervisor: PathBuf,
}

/// A program to be started with all that it will start.
#[derive(Debug)]
pub struct Launch<'a> {
    /// Path of the program.
    pub program: &'a Path,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where it starts.
    pub folder: &'a Path,
    /// All of its environment.
    pub environment: Vec<(String, String)>,
    /// How long its processes have between `SIGTERM` and `SIGKILL`.
    pub grace: Duration,
}

/// How a program ended. Both are `None` when nobody can tell, because its supervisor was killed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

/// How far a tree has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The program runs.
    No,
    /// The program has ended, the rest of its tree is being ended.
    Program(Outcome),
    /// Nothing of the tree is left.
    All(Outcome),
}

/// A supervised program. When it is dropped, everything that the program started is ended.
#[derive(Debug)]
pub struct Tree {
    /// The program's standard input.
    pub stdin: Option<pipe::Sender>,
    /// The program's standard output.
    pub stdout: Option<pipe::Receiver>,
    /// The program's standard error.
    pub stderr: Option<pipe::Receiver>,
    control: OwnedWriteHalf,
    ended: watch::Receiver<Ended>,
}

impl Launcher {
    /// A launcher whose supervisors are this program, called with the argument `supervise`.
    #[must_use]
    pub fn new(supervisor: PathBuf) -> Self {
        Self { supervisor }
    }

    /// Starts a program.
    ///
    /// # Errors
    /// What the system says: the program is missing or may not be run, the folder is missing, a limit is reached.
    pub async fn launch(&self, launch: Launch<'_>) -> io::Result<Tree> {
        let (stdin, to_stdin) = pipe_with(PipeFlags::CLOEXEC)?;
        let (from_stdout, stdout) = pipe_with(PipeFlags::CLOEXEC)?;
        let (from_stderr, stderr) = pipe_with(PipeFlags::CLOEXEC)?;
        let (control, ended) = self.start(launch, false, [stdin, stdout, stderr]).await?;
        Ok(Tree {
            stdin: Some(pipe::Sender::from_owned_fd(to_stdin)?),
            stdout: Some(pipe::Receiver::from_owned_fd(from_stdout)?),
            stderr: Some(pipe::Receiver::from_owned_fd(from_stderr)?),
            control,
            ended,
        })
    }

    /// Starts a program whose controlling terminal and three streams are `terminal`: job control works in it.
    ///
    /// # Errors
    /// As [`Launcher::launch`].
    pub async fn launch_on_terminal(&self, launch: Launch<'_>, terminal: OwnedFd) -> io::Result<Tree> {
        let streams = [terminal.try_clone()?, terminal.try_clone()?, terminal];
        let (control, ended) = self.start(launch, true, streams).await?;
        Ok(Tree { stdin: None, stdout: None, stderr: None, control, ended })
    }

    async fn start(
        &self,
        launch: Launch<'_>,
        terminal: bool,
        streams: [OwnedFd; 3],
    ) -> io::Result<(OwnedWriteHalf, watch::Receiver<Ended>)> {
        let (ours, theirs) = StdUnixStream::pair()?;
        let supervise = ["supervise".to_owned()];
        let program = Spawn {
            program: &self.supervisor,
            arguments: &supervise,
            folder: Path::new("/"),
            environment: &[],
        };
        let supervisor = spawn_supervisor(&program, Stdio::from(OwnedFd::from(theirs)))?;
        let marker = uuid::Uuid::now_v7().to_string();
        let order = order(launch, terminal, &marker)?;
        let mut descriptors: Vec<BorrowedFd<'_>> = streams.iter().map(AsFd::as_fd).collect();
        descriptors.extend(confinement::of_children());
        send_streams(&ours, &order, &descriptors)?;
        drop(descriptors);
        drop(streams);
        ours.set_nonblocking(true)?;
        let (read, mut control) = UnixStream::from_std(ours)?.into_split();
        control.write_all(&order[1..]).await?;
        let mut reports = BufReader::new(read);
        first_report(&mut reports).await?;
        let (tell, ended) = watch::channel(Ended::No);
        tokio::spawn(attend(supervisor, reports, tell, marker));
        Ok((control, ended))
    }
}

impl Tree {
    /// Waits until the program has ended.
    pub async fn ended(&mut self) -> Outcome {
        self.reached(|ended| ended != Ended::No).await
    }

    /// Waits until nothing of the tree is left.
    pub async fn gone(&mut self) -> Outcome {
        self.reached(|ended| matches!(ended, Ended::All(_))).await
    }

    /// Ends the whole tree and waits until nothing of it is left.
    pub async fn end(&mut self) -> Outcome {
        // An error means that the supervisor is gone already.
        let _ = self.control.write_all(b"x").await;
        self.gone().await
    }

    async fn reached(&mut self, enough: impl Fn(Ended) -> bool) -> Outcome {
        let ended = self.ended.wait_for(|ended| enough(*ended)).await.map_or(Ended::No, |ended| *ended);
        match ended {
            Ended::No => Outcome::default(),
            Ended::Program(outcome) | Ended::All(outcome) => outcome,
        }
    }
}

/// The order as it goes over the wire, behind its length.
fn order(launch: Launch<'_>, terminal: bool, marker: &str) -> io::Result<Vec<u8>> {
    let text =
        |path: &Path| path.to_str().map(str::to_owned).ok_or(io::Error::from(io::ErrorKind::InvalidInput));
    let mut environment = launch.environment;
    environment.push((TREE_VARIABLE.to_owned(), marker.to_owned()));
    let order = Order {
        program: text(launch.program)?,
        arguments: launch.arguments,
        folder: text(launch.folder)?,
        environment,
        terminal,
        confined: confinement::of_children().is_some(),
        grace: launch.grace,
    };
    let document = serde_json::to_vec(&order)?;
    let length = u32::try_from(document.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    Ok([&length.to_be_bytes(), document.as_slice()].concat())
}

/// Sends the first byte of the order together with the program's streams, and leaves the rest to be written.
fn send_streams(control: &StdUnixStream, order: &[u8], streams: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(streams)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    sendmsg(control, &[IoSlice::new(&order[..1])], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

async fn next_report(reports: &mut BufReader<OwnedReadHalf>) -> Option<Report> {
    let mut line = String::new();
    let read = reports.read_line(&mut line).await.ok()?;
    if read == 0 { None } else { serde_json::from_str(&line).ok() }
}

async fn first_report(reports: &mut BufReader<OwnedReadHalf>) -> io::Result<()> {
    match next_report(reports).await {
        Some(Report::Started) => Ok(()),
        Some(Report::Failed { errno }) => Err(io::Error::from_raw_os_error(errno)),
        _ => Err(io::Error::other("the supervisor ended before it started the program")),
    }
}

/// Passes on what the supervisor reports, and cleans up after it should it have been killed.
async fn attend(
    mut supervisor: Child,
    mut reports: BufReader<OwnedReadHalf>,
    tell: watch::Sender<Ended>,
    marker: String,
) {
    let session = supervisor.id().and_then(|id| i32::try_from(id).ok());
    let mut outcome = Outcome::default();
    loop {
        match next_report(&mut reports).await {
            Some(Report::Ended { code, signal }) => {
                outcome = Outcome { code, signal };
                tell.send_replace(Ended::Program(outcome));
            }
            Some(Report::Gone) => break,
            Some(_) => {}
            None => {
                tracing::error!(session, "a supervisor died; ending what it left behind");
                // Reaped first: until then its session's processes are not ours yet.
                let _ = supervisor.wait().await;
                orphans::end(session, &marker).await;
                break;
            }
        }
    }
    tell.send_replace(Ended::All(outcome));
    let _ = supervisor.wait().await;
}
