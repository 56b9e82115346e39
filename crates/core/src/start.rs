//! The wiring of desktop mode.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use switchyard_api::{ApiState, Assets, Instance, Loopback, Mode};
use switchyard_app::{App, Ports};
use switchyard_domain::runner::RunsTerminals;
use switchyard_domain::store::{Feed, Recovery, Store};
use switchyard_domain::{Actor, Clock, Error, OrgId, Result, Role, UserId};
use switchyard_store::{Database, SqliteConfig};
use switchyard_vault::DesktopVault;
use tokio::task::JoinHandle;

use crate::clock::SystemClock;
use crate::data_folder::DataFolder;
use crate::runner_process::{RunnerCommand, RunnerProcess};
use crate::settings::{OnExit, Settings};
use crate::window::Window;

/// How long agents get to stop when the server ends.
const STOP_PATIENCE: Duration = Duration::from_millis(2800);

/// How long the runner may take to say what is at work.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

/// Events that the change feed keeps over a start; a client that is further behind reads everything anew.
const EVENTS_KEPT: i64 = 100_000;

/// How an instance is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Over the loopback interface, on this port.
    Port(u16),
    /// From a window of this process, over no connection at all.
    Window,
}

/// What goes on by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtWork {
    /// Agents with a turn under way or a message waiting.
    pub agents: usize,
    /// Terminals in which a program other than the shell is in the foreground.
    pub terminals: usize,
}

impl AtWork {
    /// Whether nothing would be cut off.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// A started instance.
pub struct Core {
    /// What answers requests.
    pub(crate) router: Router,
    auth: Arc<Loopback>,
    app: App,
    store: Arc<Database>,
    runner: RunnerProcess,
    on_exit: OnExit,
    /// What looks after things by itself for as long as the server runs.
    keepers: [JoinHandle<()>; 3],
}

impl Core {
    /// Starts everything behind `settings`, to be reached through `door`.
    ///
    /// # Errors
    /// `Unavailable` with what is wrong and what to do: the data folder, the database, or the runner's program.
    pub async fn start(
        settings: &Settings,
        folder: &DataFolder,
        door: Door,
        assets: Arc<dyn Assets>,
    ) -> Result<Self> {
        let runner = RunnerProcess::keep(RunnerCommand {
            program: runner_program(settings)?,
            socket: folder.runner_socket()?,
            state: folder.runner_state(),
            workspaces: settings.workspace_dir.clone(),
            environment: settings.runner_environment.clone(),
        })?;
        let clock = SystemClock;
        let store = Arc::new(Database::open_sqlite(&SqliteConfig::new(folder.database())).await?);
        let (user, org) = store.local_identity(clock.now()).await?;
        store.prune_events(&local_actor(user, org).scope(org)?, EVENTS_KEPT).await?;
        let token = match &settings.token {
            Some(token) => token.clone(),
            None => folder.token()?,
        };
        let actor = local_actor(user, org);
        let auth = Arc::new(match door {
            Door::Port(port) => Loopback::new(actor, org, token, port)?,
            Door::Window => Loopback::of_window(actor, org, token)?,
        });
        let app = App::new(Ports {
            store: Arc::clone(&store) as Arc<dyn Store>,
            runners: Arc::new(runner.for_everybody()),
            vault: Arc::new(DesktopVault::new(folder.credentials())),
            clock: Arc::new(clock),
        });
        app.recover(local_actor).await?;
        let (trash, approvals, terminals) = (app.clone(), app.clone(), app.clone());
        let cleanup = settings.terminals;
        let keepers = [
            tokio::spawn(async move { trash.keep_trash(local_actor).await }),
            tokio::spawn(async move { approvals.keep_approvals(local_actor).await }),
            tokio::spawn(async move { terminals.keep_terminals(local_actor, cleanup, &[user]).await }),
        ];
        let instance = Instance {
            version: env!("CARGO_PKG_VERSION"),
            mode: Mode::Desktop,
            data_dir: settings.data_dir.display().to_string(),
            user_name: settings.user_name.clone(),
        };
        let router = switchyard_api::router(ApiState::new(app.clone(), Arc::clone(&auth), instance, assets));
        Ok(Self { router, auth, app, store, runner, on_exit: settings.on_exit, keepers })
    }

    /// A path and fragment that let one browser in, once.
    ///
    /// # Errors
    /// `Internal` when the operating system has no random numbers.
    pub fn entrance(&self) -> Result<String> {
        Ok(format!("/#code={}", self.auth.new_code()?.reveal()))
    }

    /// What would be cut off if the runner ended now.
    ///
    /// # Errors
    /// What the store says, or `Unavailable` when the runner does not answer.
    pub async fn at_work(&self) -> Result<AtWork> {
        let agents = self.store.unfinished_sessions().await?.len();
        let remote = self.runner.remote();
        let Ok(terminals) = tokio::time::timeout(ANSWER_PATIENCE, remote.terminals()).await else {
            return Err(Error::unavailable("runner_unavailable", "The runner does not answer."));
        };
        let terminals = terminals?.iter().filter(|terminal| terminal.busy).count();
        Ok(AtWork { agents, terminals })
    }

    /// Lets a window of this process in.
    #[must_use]
    pub fn window(&self) -> Window {
        Window::open(self.router.clone())
    }

    /// Ends cleanly: agents are stopped or left at work as the settings say, the database is closed.
    pub async fn shut_down(&self) {
        self.end(self.on_exit).await;
    }

    /// Ends cleanly, with the agents and terminals left as `agents` says.
    pub async fn end(&self, agents: OnExit) {
        // What they leave half done, the next start goes on with.
        for keeper in &self.keepers {
            keeper.abort();
        }
        match agents {
            OnExit::Keep => self.runner.detach(),
            OnExit::Stop => {
                // The runner takes its terminals along: that is how they end, and not a loss.
                if let Err(error) = self.app.note_terminals_closed(local_actor).await {
                    tracing::warn!(?error, "terminals will be told lost at the next start");
                }
                if let Err(error) = self.runner.shut_down(STOP_PATIENCE).await {
                    tracing::warn!(?error, "the runner did not end cleanly");
                }
            }
        }
        self.store.close().await;
    }
}

/// The one user of a desktop, who may do everything.
fn local_actor(user: UserId, org: OrgId) -> Actor {
    Actor::authenticated(user, vec![(org, Role::Admin)])
}

fn runner_program(settings: &Settings) -> Result<PathBuf> {
    let program = match &settings.runner_program {
        Some(program) => program.clone(),
        None => {
            let own = std::env::current_exe().map_err(Error::internal)?;
            own.with_file_name("switchyard-runner")
        }
    };
    if program.is_file() {
        return Ok(program);
    }
    let text = format!(
        "The runner's program is not at {}. Set SWITCHYARD_RUNNER to where it is.",
        program.display()
    );
    Err(Error::unavailable("runner_missing", text))
}
