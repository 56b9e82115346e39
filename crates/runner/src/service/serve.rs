//! Serving the contract on a Unix socket.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixListener as StdUnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use switchyard_domain::runner::{KnownTerminal, WorkspaceSite};
use switchyard_domain::{Clock, Error, Result, SessionId, Timestamp, UserId};
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Server;

use super::connections::Door;
use super::lifetime::Lifetime;
use super::methods::Service;
use super::proto::runner_server::RunnerServer;
use crate::agent::catalogue::Catalogue;
use crate::process::{Environment, Launcher, become_reaper, reap_strays};
use crate::remote::{Remotes, Rules};
use crate::session::{Checkpoints, Options, Sessions};
use crate::terminal::Terminals;
use crate::workspace::{Clones, Workspaces};

/// Largest request, in bytes: a message at its bounds, escaped in the worst way, and a recap beside it.
const LARGEST_REQUEST: usize = 32 * 1024 * 1024;

/// How long open requests may take once the runner is to end.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long a runner of one of several users waits for its predecessor to be gone.
const PREDECESSOR: Duration = Duration::from_secs(5);

/// Where a runner listens, and for whom.
#[derive(Debug)]
pub enum Place {
    /// On a socket that it makes itself, for one person who has everything.
    Socket(PathBuf),
    /// On a socket that it was given, for one of several users.
    Apart(Apart),
}

/// A runner that is kept apart from those of other users.
#[derive(Debug)]
pub struct Apart {
    /// A socket that has its name already, and does not listen yet.
    pub socket: StdUnixListener,
    /// Whose runner it is.
    pub user: UserId,
    /// The user id of the server, which alone is served.
    pub server_uid: u32,
}

/// What a runner is started with.
#[derive(Debug)]
pub struct Settings {
    /// Where it listens, and for whom.
    pub place: Place,
    /// Its own folder.
    pub state: PathBuf,
    /// Where worktrees are.
    pub workspaces: PathBuf,
    /// Which remotes it may reach, and how long and large it may get.
    pub remotes: Rules,
    /// How long it waits for a server, once nothing is at work in it, before it ends.
    pub grace: Duration,
    /// Silence of an agent before it is told.
    pub quiet_after: Duration,
    /// How long an agent's process is kept while nobody talks to it.
    pub idle_after: Duration,
}

/// Connections that may wait to be taken.
const BACKLOG: i32 = 128;

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
    let _lock = claim(&settings).await?;
    become_reaper().map_err(Error::internal)?;
    private_folder(&settings.state).map_err(Error::internal)?;
    let mut workspaces = Workspaces::open(&settings.workspaces, git).await?;
    if let Place::Apart(apart) = &settings.place {
        workspaces = workspaces.of_one_user(apart.user, settings.state.join("operations"));
    }
    // A killed runner's half-done steps come first: sessions may work in those workspaces.
    for recovered in workspaces.recover().await? {
        if let Some(error) = recovered.error {
            tracing::error!(workspace = %recovered.workspace, ?error, "a workspace could not be recovered");
        }
    }
    let remotes =
        Remotes::open(workspaces.git().clone(), remotes_folder(&settings.state), settings.remotes.clone())?;
    let clones = Clones::new(workspaces.clone(), remotes);
    let sessions = open_sessions(&settings, environment.clone(), workspaces.clone()).await?;
    let terminals = Terminals::new(launcher(), environment.clone());
    // Bound once all is recovered, so that whoever connects sees the truth.
    let lifetime = Lifetime::default();
    let door = open_door(&settings.place, &lifetime).map_err(Error::internal)?;
    let apart = matches!(settings.place, Place::Apart(_));
    let service = Service {
        workspaces,
        clones: clones.clone(),
        sessions: sessions.clone(),
        terminals: terminals.clone(),
        catalogue: Catalogue::new(environment),
        lifetime: lifetime.clone(),
    };
    let service = RunnerServer::new(service).max_decoding_message_size(LARGEST_REQUEST);
    let (visited, ending) = (lifetime.clone(), lifetime.clone());
    let service = InterceptedService::new(service, move |request| {
        drop(visited.visit());
        Ok(request)
    });
    let strays = tokio::spawn(reap_strays());
    let serving = tokio::spawn(
        Server::builder()
            .add_service(service)
            .serve_with_incoming_shutdown(door.incoming(), async move { ending.ended().await }),
    );
    tracing::info!(place = ?settings.place, pid = std::process::id(), "serving");
    let grace = settings.grace;
    let at_work = || {
        // One of many runners is worth keeping for a shell that somebody used lately, too.
        let used = |terminal: &KnownTerminal| terminal.end.is_none() && apart && terminal.idle < grace;
        sessions.any_live()
            || clones.any_under_way()
            || terminals.list().iter().any(|terminal| terminal.busy || used(terminal))
    };
    let why = wait(&lifetime, settings.grace, at_work).await.map_err(Error::internal)?;
    tracing::info!(why, "ending");
    tokio::join!(sessions.stop_all(), terminals.close_all());
    lifetime.end();
    // Followed streams stay open until their client goes; they must not keep the runner.
    let _ = tokio::time::timeout(FAREWELL, serving).await;
    strays.abort();
    if let Place::Socket(socket) = &settings.place {
        let _ = std::fs::remove_file(socket);
    }
    Ok(())
}

/// Where, in a runner's own folder, git talks to remotes.
#[must_use]
pub fn remotes_folder(state: &Path) -> PathBuf {
    state.join("remotes")
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

/// Makes sure that this is the only runner of its place, for as long as the answer lives.
async fn claim(settings: &Settings) -> Result<File> {
    let (lock, patience) = match &settings.place {
        Place::Socket(socket) => {
            private_folder(socket.parent().unwrap_or(Path::new("/"))).map_err(Error::internal)?;
            (socket.with_extension("lock"), Duration::ZERO)
        }
        // One that is ending does not listen any more, and still has work to put down.
        Place::Apart(_) => (settings.state.join("runner.lock"), PREDECESSOR),
    };
    let begun = Instant::now();
    loop {
        match only_one(&lock)? {
            Some(held) => return Ok(held),
            None if begun.elapsed() < patience => sleep(Duration::from_millis(10)).await,
            None => {
                let text = format!("Another runner holds {} already.", lock.display());
                return Err(Error::conflict("runner_running", text));
            }
        }
    }
}

/// Takes a lock for as long as the answer lives; `None` when somebody has it.
pub(crate) fn only_one(lock: &Path) -> Result<Option<File>> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(lock);
    let file = file.map_err(Error::internal)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(Error::internal(error)),
    }
}

/// Begins to listen. A server that holds many runners keeps its connections: what counts there is that it calls.
fn open_door(place: &Place, lifetime: &Lifetime) -> io::Result<Door> {
    match place {
        Place::Socket(socket) => {
            Ok(Door { listener: listen(socket)?, only: None, visits: Some(lifetime.clone()) })
        }
        Place::Apart(apart) => {
            let socket = apart.socket.try_clone()?;
            // From here on whoever connects sees this process at the other end.
            rustix::net::listen(&socket, BACKLOG)?;
            socket.set_nonblocking(true)?;
            Ok(Door { listener: UnixListener::from_std(socket)?, only: Some(apart.server_uid), visits: None })
        }
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
