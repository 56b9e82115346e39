//! Running git commands: bounded in time and output, and gone when nobody waits for them any more.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process_group};
use switchyard_domain::{Error, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;

use super::GitCommand;
use super::failure::GitFailure;
use crate::process::{Spawn, spawn, spawn_privately};

/// Bytes of standard error that are kept.
const STDERR_LIMIT: usize = 64 * 1024;

/// What a command came to.
#[derive(Debug)]
pub struct Output {
    /// Its exit status.
    pub code: i32,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained about.
    pub stderr: String,
    line: String,
}

impl Output {
    /// The output as text, without the line end.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end_matches(['\n', '\r']).to_owned()
    }

    /// The error that this output stands for.
    #[must_use]
    pub fn failure(self) -> Error {
        GitFailure { command: self.line, code: self.code, stderr: self.stderr }.into()
    }

    /// Itself, if the exit status is among `codes`.
    ///
    /// # Errors
    /// The failure, otherwise.
    pub fn expect(self, codes: &[i32]) -> Result<Self> {
        if codes.contains(&self.code) { Ok(self) } else { Err(self.failure()) }
    }
}

impl GitCommand {
    /// Runs it; it must succeed.
    ///
    /// # Errors
    /// What git complained about, in terms that a person can act on where we know them.
    pub async fn run(self) -> Result<()> {
        self.output().await?.expect(&[0]).map(drop)
    }

    /// Runs it and returns what it printed; it must succeed.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn text(self) -> Result<String> {
        Ok(self.output().await?.expect(&[0])?.text())
    }

    /// Runs it and returns the bytes that it printed; it must succeed.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn bytes(self) -> Result<Vec<u8>> {
        Ok(self.output().await?.expect(&[0])?.stdout)
    }

    /// Runs it, whatever its exit status.
    ///
    /// # Errors
    /// When it cannot be run, takes too long or prints too much.
    pub async fn output(self) -> Result<Output> {
        self.heard(&mut |_| ()).await
    }

    /// Runs it and gives each piece of what it prints to `take`.
    ///
    /// # Errors
    /// As [`Self::output`], and what `take` returns.
    pub async fn stream(self, take: &mut (dyn FnMut(&[u8]) -> Result<()> + Send)) -> Result<Output> {
        self.attended(take, &mut |_| ()).await
    }

    /// Runs it, whatever its exit status, and lets `hear` have what it complains about and tells of its progress, as it
    /// comes.
    ///
    /// # Errors
    /// As [`Self::output`].
    pub async fn heard(self, hear: &mut (dyn FnMut(&[u8]) + Send)) -> Result<Output> {
        let limit = self.limit;
        let mut stdout = Vec::new();
        let mut output = self.attended(&mut |chunk| kept(&mut stdout, chunk, limit), hear).await?;
        output.stdout = stdout;
        Ok(output)
    }

    async fn attended(
        mut self,
        take: &mut (dyn FnMut(&[u8]) -> Result<()> + Send),
        hear: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<Output> {
        let line = self.line();
        let timeout = self.timeout;
        let begun = Instant::now();
        let mut child = start(&self)?;
        // What it was handed is its own now.
        drop(self.handed.take());
        let input = std::mem::take(&mut self.input);
        let mut group = ProcessGroup::of(&child);
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let work = async {
            let write = async {
                if let Some(mut stdin) = stdin {
                    // A command that does not read its input to the end says why by its exit status.
                    let _ = stdin.write_all(&input).await;
                }
                Ok(())
            };
            let ((), (), stderr) = tokio::try_join!(write, pump(stdout, take), tail(stderr, hear))?;
            let status = child.wait().await.map_err(Error::internal)?;
            Ok::<_, Error>((status, stderr))
        };
        let (status, stderr) = tokio::time::timeout(timeout, work).await.map_err(|_| {
            Error::unavailable(
                "git_timeout",
                format!("git took longer than {} seconds and was ended.", timeout.as_secs()),
            )
            .caused_by(line.clone())
        })??;
        group.ended();
        tracing::debug!(command = %line, code = status.code(), elapsed = ?begun.elapsed(), "git");
        Ok(Output { code: status.code().unwrap_or(-1), stdout: Vec::new(), stderr, line })
    }

    fn line(&self) -> String {
        self.args.iter().fold(String::from("git"), |line, arg| line + " " + &arg.to_string_lossy())
    }
}

fn start(command: &GitCommand) -> Result<Child> {
    let stdin = if command.input.is_empty() { Stdio::null() } else { Stdio::piped() };
    let child = Spawn {
        program: Path::new("git"),
        arguments: &command.args,
        folder: &command.dir,
        environment: &command.environment(),
    };
    let streams = [stdin, Stdio::piped(), Stdio::piped()];
    let started = if command.private {
        spawn_privately(&child, streams, command.handed.as_ref())
    } else {
        let [stdin, stdout, stderr] = streams;
        spawn(&child, stdin, stdout, stderr)
    };
    started.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound if command.dir.is_dir() => Error::unavailable(
            "git_missing",
            "git was not found on the machine. Install git 2.40 or newer and try again.",
        ),
        std::io::ErrorKind::NotFound => {
            Error::conflict("folder_missing", format!("The folder {} is gone.", command.dir.display()))
        }
        _ => Error::unavailable("git_not_started", "git could not be started.").caused_by(error),
    })
}

async fn pump(
    from: Option<impl AsyncRead + Unpin>,
    take: &mut (dyn FnMut(&[u8]) -> Result<()> + Send),
) -> Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer).await.map_err(Error::internal)? {
            0 => return Ok(()),
            read => take(&buffer[..read])?,
        }
    }
}

fn kept(output: &mut Vec<u8>, chunk: &[u8], limit: usize) -> Result<()> {
    if output.len() + chunk.len() > limit {
        return Err(Error::internal(format!("git printed more than {limit} bytes")));
    }
    output.extend_from_slice(chunk);
    Ok(())
}

async fn tail(from: Option<impl AsyncRead + Unpin>, hear: &mut (dyn FnMut(&[u8]) + Send)) -> Result<String> {
    let mut kept = Vec::new();
    pump(from, &mut |chunk: &[u8]| {
        hear(chunk);
        kept.extend_from_slice(chunk);
        if kept.len() > 2 * STDERR_LIMIT {
            kept.drain(..kept.len() - STDERR_LIMIT);
        }
        Ok(())
    })
    .await?;
    Ok(String::from_utf8_lossy(&kept).trim_end().to_owned())
}

/// Ends git and what git started (ssh, checkout workers, filters) unless it ended by itself.
struct ProcessGroup(Option<Pid>);

impl ProcessGroup {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(id.cast_signed())))
    }

    fn ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // It may have ended in this very moment; then there is nobody to signal.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
