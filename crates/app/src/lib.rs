//! Use cases: what people can do, one file per noun.
//!
//! The only place where rules meet the store and the runner. Knows neither how a request came in nor which
//! database or which kind of runner there is; time and authority come in with each call.

mod access;
mod api_key;
mod approval;
mod audit;
mod clone;
mod comment;
mod config;
mod credential;
mod delivery;
mod dev_server;
mod drivers;
mod expiry;
mod feed;
mod group;
mod limit;
mod locks;
mod login;
mod metrics;
mod organisation;
mod panics;
mod project;
mod recap;
mod recovery;
mod removed_clone;
mod replica;
mod repo;
mod retention;
mod review;
mod session;
mod session_driver;
mod session_end;
mod task;
mod terminal;
mod terminal_cleanup;
mod trash;
mod withdrawal;
mod workspace;

use std::sync::Arc;

use switchyard_domain::credential::Vault;
use switchyard_domain::runner::{Runner, Runners};
use switchyard_domain::store::{Act, Store};
use switchyard_domain::{Clock, Result, Scope, Timestamp, UserId};

pub use api_key::NewApiKeyRequest;
pub use drivers::{Patience, TranscriptWatch};
pub use feed::{Change, Delivery, FeedReader, Resource};
pub use login::SignInFrom;
pub use panics::unceasing;
pub use repo::NewRepoRequest;
pub use session::NewSessionRequest;
pub use terminal_cleanup::TerminalCleanup;
pub use workspace::{MergeReport, NewWorkspaceRequest};

/// The application: cheap to clone, shared by all requests.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
}

/// What the use cases stand on.
pub struct Ports {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where workspaces, agents and terminals are, by whose they are.
    pub runners: Arc<dyn Runners>,
    /// Where credentials are kept.
    pub vault: Arc<dyn Vault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

struct Parts {
    store: Arc<dyn Store>,
    runners: Arc<dyn Runners>,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    replica: replica::Replica,
    drivers: drivers::Drivers,
    patience: Patience,
    workspaces: locks::Locks,
    opening: terminal::Opening,
    updates: clone::Updates,
    feed: feed::Hub,
    /// Wakes the pass that empties the trash.
    trash: tokio::sync::Notify,
}

impl App {
    /// Wires the use cases to what they stand on. Call [`App::recover`] before the first request.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self::with_patience(ports, Patience::default())
    }

    /// The same, with drivers of sessions that wait longer or shorter.
    #[must_use]
    pub fn with_patience(ports: Ports, patience: Patience) -> Self {
        let Ports { store, runners, vault, clock } = ports;
        let parts = Parts {
            store,
            runners,
            vault,
            clock,
            replica: replica::Replica::default(),
            drivers: drivers::Drivers::default(),
            patience,
            workspaces: locks::Locks::default(),
            opening: terminal::Opening::default(),
            updates: clone::Updates::default(),
            feed: feed::Hub::default(),
            trash: tokio::sync::Notify::new(),
        };
        Self { parts: Arc::new(parts) }
    }

    fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// The runner of `owner`'s work: whoever owns the workspace, session or terminal that is meant, and not whoever
    /// asks. Only for what belongs to no workspace it is the caller's.
    fn runner(&self, owner: UserId) -> Arc<dyn Runner> {
        self.parts.runners.of(owner)
    }

    fn vault(&self) -> &dyn Vault {
        &*self.parts.vault
    }

    /// Why workspaces and agents cannot be reached at the moment, in words for the person, where that is known.
    #[must_use]
    pub fn runner_trouble(&self, scope: &Scope) -> Option<String> {
        self.runner(scope.user()).trouble()
    }

    /// A write by `scope`, now, that the audit log calls `action`.
    #[must_use]
    pub fn act(&self, scope: Scope, action: &'static str) -> Act {
        Act { scope, at: self.now(), action, idempotency_key: None, held: None }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// What the store says.
    pub async fn ping(&self) -> Result<()> {
        self.store().ping().await
    }
}
