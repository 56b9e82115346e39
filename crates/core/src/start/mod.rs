//! The wiring, and an instance that runs.

mod desktop;
#[cfg(feature = "hosted")]
mod hosted;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use switchyard_api::Door as Authentication;
use switchyard_app::App;
use switchyard_domain::runner::RunsTerminals;
use switchyard_domain::store::Recovery;
use switchyard_domain::{Actor, Error, OrgId, Result, Role, UserId};
use switchyard_store::Database;
use tokio::task::JoinHandle;

use crate::runner_process::RunnerProcess;
use crate::settings::OnExit;
use crate::window::Window;

/// How long agents get to stop when the server ends.
const STOP_PATIENCE: Duration = Duration::from_millis(2800);

/// How long the runner may take to say what is at work.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

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
    auth: Arc<Authentication>,
    app: App,
    store: Arc<Database>,
    /// The runner that we keep; none where a host keeps one for each user, which outlives us and serves others too.
    runner: Option<RunnerProcess>,
    on_exit: OnExit,
    /// What looks after things by itself for as long as the server runs.
    keepers: Vec<JoinHandle<()>>,
}

impl Core {
    /// A path and fragment that let one browser in, once.
    ///
    /// # Errors
    /// `Internal` when the operating system has no random numbers.
    pub fn entrance(&self) -> Result<String> {
        Ok(format!("/#code={}", self.auth.loopback()?.new_code()?.reveal()))
    }

    /// What would be cut off if the runner ended now.
    ///
    /// # Errors
    /// What the store says, or `Unavailable` when the runner does not answer.
    pub async fn at_work(&self) -> Result<AtWork> {
        let agents = self.store.unfinished_sessions().await?.len();
        let Some(runner) = &self.runner else { return Ok(AtWork { agents, terminals: 0 }) };
        let remote = runner.remote();
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
        match (&self.runner, agents) {
            (None, _) => {}
            (Some(runner), OnExit::Keep) => runner.detach(),
            (Some(runner), OnExit::Stop) => {
                // The runner takes its terminals along: that is how they end, and not a loss.
                if let Err(error) = self.app.note_terminals_closed(owner).await {
                    tracing::warn!(?error, "terminals will be told lost at the next start");
                }
                if let Err(error) = runner.shut_down(STOP_PATIENCE).await {
                    tracing::warn!(?error, "the runner did not end cleanly");
                }
            }
        }
        self.app.leave().await;
        self.store.close().await;
    }
}

/// Whoever owns what is looked after, in the organisation that it belongs to. On a desktop that is the one user.
fn owner(user: UserId, org: OrgId) -> Actor {
    Actor::authenticated(user, vec![(org, Role::Admin)])
}
