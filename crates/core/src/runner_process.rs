//! The runner of desktop mode: a process of its own that outlives this one.
//!
//! A runner that is there already is attached to; one that dies is started again. It makes itself a session of its
//! own, so that what ends the server does not end it.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use switchyard_app::unceasing;
use switchyard_domain::runner::{Runner, Runners};
use switchyard_domain::{Error, Result, UserId};
use switchyard_runner_api::RemoteRunner;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How often a runner that is not our child is asked whether it is there.
const PULSE: Duration = Duration::from_millis(500);
/// How often a runner that is our child is visited.
const VISIT: Duration = Duration::from_secs(60);
/// How often a runner that was just started is asked.
const STARTING_PULSE: Duration = Duration::from_millis(5);
/// How long a runner may take to answer after it was started.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// Most of a runner's complaint that is logged, in bytes.
const LONGEST_COMPLAINT: usize = 4096;
/// The pause after a runner that ended, doubled each time up to a second, so that one that cannot start is not
/// started over and over.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// How to start a runner.
#[derive(Clone, Debug)]
pub(crate) struct RunnerCommand {
    pub(crate) program: PathBuf,
    pub(crate) socket: PathBuf,
    pub(crate) state: PathBuf,
    pub(crate) workspaces: PathBuf,
    pub(crate) environment: Vec<(String, String)>,
}

/// Keeps a runner at work for as long as it is held.
pub(crate) struct RunnerProcess {
    remote: RemoteRunner,
    keeper: JoinHandle<()>,
}

impl RunnerProcess {
    /// Attaches to the runner on the socket or starts one, in the background.
    pub(crate) fn keep(command: RunnerCommand) -> Result<Self> {
        let remote = RemoteRunner::on_socket(&command.socket)?;
        let keeper = tokio::spawn({
            let remote = remote.clone();
            async move { unceasing("the runner", || keep_running(&command, &remote)).await }
        });
        Ok(Self { remote, keeper })
    }

    /// The client to it.
    pub(crate) fn remote(&self) -> RemoteRunner {
        self.remote.clone()
    }

    /// The runner as everybody's: a desktop has one user.
    pub(crate) fn for_everybody(&self) -> OneForAll {
        OneForAll(Arc::new(self.remote()))
    }

    /// Leaves the runner as it is.
    pub(crate) fn detach(&self) {
        self.keeper.abort();
    }

    /// Stops all sessions and ends the runner.
    pub(crate) async fn shut_down(&self, patience: Duration) -> Result<()> {
        self.keeper.abort();
        match tokio::time::timeout(patience, self.remote.shut_down()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::unavailable("runner_unavailable", "The runner did not end in time.")),
        }
    }
}

/// One runner, whoever asks.
pub(crate) struct OneForAll(Arc<dyn Runner>);

impl Runners for OneForAll {
    fn of(&self, _: UserId) -> Arc<dyn Runner> {
        Arc::clone(&self.0)
    }
}

async fn keep_running(command: &RunnerCommand, remote: &RemoteRunner) {
    let mut pause = FIRST_PAUSE;
    loop {
        if remote.hello().await.is_ok() {
            remote.set_trouble(None);
            pause = FIRST_PAUSE;
            sleep(PULSE).await;
            continue;
        }
        match start(command) {
            Ok(mut child) => {
                let ready = wait_until_ready(remote, &mut child).await;
                if ready {
                    remote.set_trouble(None);
                }
                // The task is aborted on a clean end; the child is its own session and stays.
                let ended = visit_until_gone(remote, &mut child).await;
                let complaint = complaint(command);
                if !ready {
                    remote.set_trouble(reason(&complaint));
                }
                tracing::warn!(?ended, complaint, "the runner ended; starting it again");
            }
            Err(error) => {
                let program = command.program.display();
                tracing::error!(%error, %program, "the runner cannot be started");
                remote
                    .set_trouble(Some(format!("The runner's program {program} cannot be started: {error}.")));
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Shows the runner now and then that a server is there, so that it does not end for want of one.
async fn visit_until_gone(
    remote: &RemoteRunner,
    child: &mut Child,
) -> std::io::Result<std::process::ExitStatus> {
    loop {
        tokio::select! {
            ended = child.wait() => return ended,
            () = sleep(VISIT) => drop(remote.hello().await),
        }
    }
}

/// Whether it came to answer.
async fn wait_until_ready(remote: &RemoteRunner, child: &mut Child) -> bool {
    let ready = async {
        while remote.hello().await.is_err() {
            sleep(STARTING_PULSE).await;
        }
    };
    tokio::select! {
        () = ready => {
            tracing::info!(pid = child.id(), "the runner is ready");
            true
        }
        _ = child.wait() => false,
        () = sleep(START_PATIENCE) => {
            tracing::error!("the runner was started but does not answer");
            false
        }
    }
}

/// Where a runner says why it cannot start. A file and no pipe, since the runner outlives us.
fn complaints(command: &RunnerCommand) -> PathBuf {
    command.state.join("runner.err")
}

/// What the last runner said before it ended.
fn complaint(command: &RunnerCommand) -> String {
    let said = std::fs::read(complaints(command)).unwrap_or_default();
    String::from_utf8_lossy(&said[..said.len().min(LONGEST_COMPLAINT)]).trim().to_owned()
}

/// What is told to people of a complaint: the reason that the runner itself gave, and nothing of a crash.
fn reason(complaint: &str) -> Option<String> {
    let given = complaint.lines().filter_map(|line| line.strip_prefix("switchyard-runner: ")).next_back()?;
    Some(format!("The runner cannot start: {given}"))
}

#[allow(
    clippy::disallowed_methods,
    reason = "the runner itself is the one process that the control plane starts"
)]
fn start(command: &RunnerCommand) -> std::io::Result<Child> {
    let complaints = std::fs::File::create(complaints(command))?;
    Command::new(&command.program)
        .arg("serve")
        .arg("--socket")
        .arg(&command.socket)
        .arg("--state")
        .arg(&command.state)
        .arg("--workspaces")
        .arg(&command.workspaces)
        .env_clear()
        .envs(command.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(complaints)
        .spawn()
}
