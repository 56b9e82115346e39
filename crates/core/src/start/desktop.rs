//! The wiring of desktop mode: one local user, SQLite, a runner of our own.

use std::path::PathBuf;
use std::sync::Arc;

use switchyard_api::{ApiState, Assets, Door as Authentication, Instance, Loopback, Mode};
use switchyard_app::{App, Ports};
use switchyard_domain::store::{Feed, Recovery, Store};
use switchyard_domain::{Clock, Error, Result};
use switchyard_store::{Database, SqliteConfig};
use switchyard_vault::DesktopVault;

use super::{Core, Door, owner};
use crate::clock::SystemClock;
use crate::data_folder::DataFolder;
use crate::runner_process::{RunnerCommand, RunnerProcess};
use crate::settings::Settings;

/// Events that the change feed keeps over a start; a client that is further behind reads everything anew.
const EVENTS_KEPT: i64 = 100_000;

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
        store.prune_events(&owner(user, org).scope(org)?, EVENTS_KEPT).await?;
        let token = match &settings.token {
            Some(token) => token.clone(),
            None => folder.token()?,
        };
        let actor = owner(user, org);
        let auth = Arc::new(Authentication::Loopback(Box::new(match door {
            Door::Port(port) => Loopback::new(actor, org, token, port)?,
            Door::Window => Loopback::of_window(actor, org, token)?,
        })));
        let app = App::new(Ports {
            store: Arc::clone(&store) as Arc<dyn Store>,
            runners: Arc::new(runner.for_everybody()),
            vault: Arc::new(DesktopVault::new(folder.credentials())),
            clock: Arc::new(clock),
        });
        app.recover(owner).await?;
        let (trash, approvals, terminals) = (app.clone(), app.clone(), app.clone());
        let cleanup = settings.terminals;
        let keepers = vec![
            tokio::spawn(async move { trash.keep_trash(owner).await }),
            tokio::spawn(async move { approvals.keep_approvals(owner).await }),
            tokio::spawn(async move { terminals.keep_terminals(owner, cleanup, &[user]).await }),
        ];
        let instance = Instance {
            version: env!("CARGO_PKG_VERSION"),
            mode: Mode::Desktop,
            data_dir: Some(settings.data_dir.display().to_string()),
            user_name: Some(settings.user_name.clone()),
        };
        let router = switchyard_api::router(ApiState::new(app.clone(), Arc::clone(&auth), instance, assets));
        Ok(Self { router, auth, app, store, runner: Some(runner), on_exit: settings.on_exit, keepers })
    }
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
