//! Serving the contract on a Unix socket.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::{Clock, Error, Result, SessionId, Timestamp};
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tonic::transport::Server;

use super::connections::incoming;
use super::lifetime::Lifetime;
use super::methods::Service;
use super::proto::runner_server::RunnerServer;
use crate::agent::catalogue::Catalogue;
use crate::process::{Environment, Launcher, become_reaper, reap_strays};
use crate::session::{Checkpoints, Options, Sessions};
use crate::terminal::Terminals;
use crate::workspace::Workspaces;

/// Largest request, in bytes: a message at its bounds, escaped in the worst way, and a recap beside it.
const LARGEST_REQUEST: usize = 32 * 1024 * 1024;

/// How long open requests may take once the runner is to end.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a runner is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub socket: PathBuf,
    /// Its own folder.
    pub state: PathBuf,
    /// Where worktrees are.
    pub workspaces: PathBuf,
    /// How long it waits for a server, once nothing is at work in it, before it ends.
    pub grace: Duration,
    /// Silence of an agent before it is told.
    pub quiet_after: Duration,
    /// How long an agent's process is kept while nobody talks to it.
    pub idle_after: Duration,
}

struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the runner's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now_utc()
    }
}

impl Checkpoints for Workspaces {
    fn take<'a>(
        &'a self,
        site: &'a WorkspaceSite,
        session: SessionId,
        turn: u32,
    ) -> BoxFuture<'a, Result<u32>> {
        async move { self.checkpoint_turn(site, session, turn).await.map(|checkpoint| checkpoint.number) }
            .boxed()
    }
}

/// Serves until the runner is told to end, or no server has visited it for the grace period and nothing is at work.
///
/// # Errors
/// `Conflict` with code `runner_running` when another one serves the socket; `Unavailable` for what is missing on the
/// machine; `Internal` when a folder or the socket cannot be made.
pub async fn serve(settings: Settings, environment: Environment, git: crate::git::Environment) -> Result<()> {
    let _lock = claim(&settings.socket)?;
    become_reaper().map_err(Error::internal)?;
    private_folder(&settings.state).map_err(Error::internal)?;
    let workspaces = Workspaces::open(&settings.workspaces, git).await?;
    // A killed runner's half-done steps come first: sessions may work in those workspaces.
    for recovered in workspaces.recover().await? {
        if let Some(error) = recovered.error {
            tracing::error!(workspace = %recovered.workspace, ?error, "a workspace could not be recovered");
        }
    }
    let sessions = open_sessions(&settings, environment.clone(), workspaces.clone()).await?;
    let terminals = Terminals::new(launcher(), environment.clone());
    // Bound once all is recovered, so that whoever connects sees the truth.
    let listener = listen(&settings.socket).map_err(Error::internal)?;
    let lifetime = Lifetime::default();
    let service = Service {
        workspaces,
        sessions: sessions.clone(),
        terminals: terminals.clone(),
        catalogue: Catalogue::new(environment),
        lifetime: lifetime.clone(),
    };
    let service = RunnerServer::new(service).max_decoding_message_size(LARGEST_REQUEST);
    let strays = tokio::spawn(reap_strays());
    let connections = incoming(listener, lifetime.clone());
    let ending = lifetime.clone();
    let serving = tokio::spawn(
        Server::builder()
            .add_service(service)
            .serve_with_incoming_shutdown(connections, async move { ending.ended().await }),
    );
    tracing::info!(socket = %settings.socket.display(), pid = std::process::id(), "serving");
    let at_work = || sessions.any_live() || terminals.list().iter().any(|terminal| terminal.busy);
    let why = wait(&lifetime, settings.grace, at_work).await.map_err(Error::internal)?;
    tracing::info!(why, "ending");
    tokio::join!(sessions.stop_all(), terminals.close_all());
    lifetime.end();
    // Followed streams stay open until their client goes; they must not keep the runner.
    let _ = tokio::time::timeout(FAREWELL, serving).await;
    strays.abort();
    let _ = std::fs::remove_file(&settings.socket);
    Ok(())
}

async fn open_sessions(
    settings: &Settings,
    environment: Environment,
    workspaces: Workspaces,
) -> Result<Sessions> {
    let mut options = Options::new(
        settings.state.clone(),
        environment,
        launcher(),
        Arc::new(SystemClock),
        Arc::new(workspaces),
    );
    options.timing.quiet_after = settings.quiet_after;
    options.timing.idle_after = settings.idle_after;
    Sessions::open(options).await.map_err(Error::internal)
}

/// By this name the very program that runs is found, even when its file was replaced meanwhile.
fn launcher() -> Launcher {
    Launcher::new("/proc/self/exe".into())
}

/// Waits for a reason to end, and says which.
async fn wait(lifetime: &Lifetime, grace: Duration, at_work: impl Fn() -> bool) -> io::Result<&'static str> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(tokio::select! {
        () = lifetime.ended() => "asked to",
        () = lifetime.abandoned(grace, at_work) => "no server came",
        _ = terminate.recv() => "terminated",
        _ = interrupt.recv() => "interrupted",
    })
}

/// Makes sure that this is the only runner of the socket, for as long as the answer lives.
fn claim(socket: &Path) -> Result<File> {
    let folder = socket.parent().unwrap_or(Path::new("/"));
    private_folder(folder).map_err(Error::internal)?;
    let path = socket.with_extension("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    let file = file.map_err(Error::internal)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            let text = format!("Another runner serves {} already.", socket.display());
            Err(Error::conflict("runner_running", text))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(Error::internal(error)),
    }
}

/// Makes a folder that only this user can enter, unless it is there.
fn private_folder(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Binds the socket; one that a killed runner left behind is replaced.
fn listen(socket: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, Permissions::from_mode(0o600))?;
    Ok(listener)
}
