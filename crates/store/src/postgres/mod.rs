//! PostgreSQL: connections on loan, one snapshot per read, notifications as wake-ups.

pub(crate) mod begun;
mod budget;
mod connect;
mod listen;
pub(crate) mod role;
pub(crate) mod statement;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use switchyard_domain::store::{Connections, Signal};
use switchyard_domain::{Error, OrgId, ReplicaId, Result};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::database::Job;
use crate::reach::Reach;
use crate::tx::Tx;
use crate::wake_ups::Waiting;
use crate::{fault, feed, migrate};

use begun::{Begun, Opening};
pub use budget::with_budget;
use connect::{Lender, Own, Settings};

/// Where the server is and how much of it may be used.
#[derive(Clone)]
pub struct PostgresConfig {
    /// `postgres://user:password@host/database`, of the role that serves.
    pub url: String,
    /// The address of the role that owns the tables and migrates them; the same one where `None`.
    pub migration_url: Option<String>,
    /// Whether to refuse to serve with a role that row-level security does not hold.
    pub refuse_strong_role: bool,
    /// Connections at most, the one that listens for commits included; two at least.
    pub max_connections: u32,
    /// How long a call waits for a connection before it is told that the store is busy.
    pub acquire_timeout: Duration,
    /// How long a statement may run, waiting for locks included.
    pub statement_timeout: Duration,
}

impl PostgresConfig {
    /// The server at `url`, with whatever role that is: ten connections, 2 s to get one, 10 s for a statement.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            migration_url: None,
            refuse_strong_role: false,
            max_connections: 10,
            acquire_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(10),
        }
    }
}

impl fmt::Debug for PostgresConfig {
    /// Without the addresses, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("max_connections", &self.max_connections)
            .field("refuse_strong_role", &self.refuse_strong_role)
            .finish_non_exhaustive()
    }
}

pub(crate) struct Postgres {
    lender: Arc<Lender>,
    waiting: Waiting,
    /// As whom this server tells others of what it committed.
    teller: ReplicaId,
    listener: JoinHandle<()>,
}

impl Postgres {
    pub(crate) async fn open(
        config: &PostgresConfig,
        waiting: Waiting,
        signals: broadcast::Sender<Signal>,
    ) -> Result<Self> {
        let mut preparing = Own::once(config, &config.url, "DATABASE_URL").await?;
        match &config.migration_url {
            Some(_) => migrate(config, &role::name(&preparing.client).await?).await?,
            None => migrate::postgres(&mut preparing.client, None).await?,
        }
        if config.refuse_strong_role {
            role::refuse_strong(&preparing.client).await?;
        }
        drop(preparing);
        let teller = ReplicaId::new();
        let settings = Settings::new(config, &config.url, "DATABASE_URL")?;
        let heard = listen::Heard { waiting: waiting.clone(), signals, own: teller };
        let listener = tokio::spawn(listen::run(settings.clone(), heard));
        // One of the connections listens.
        let most = config.max_connections.saturating_sub(1).max(1);
        let lender = Arc::new(Lender::new(settings, most as usize, config.acquire_timeout)?);
        Ok(Self { lender, waiting, teller, listener })
    }

    pub(crate) async fn read<T, W>(&self, limit: Duration, reach: Reach, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        let reading = async {
            let statements = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned() + &reach.settings();
            let begun = Begun::begin(&self.lender, Opening { statements, must_find: false }).await?;
            let mut tx = Tx::Postgres(Box::new(begun));
            let outcome = work(&mut tx).await;
            transaction(tx)?.leave();
            outcome
        };
        budget::within(limit, reading).await.unwrap_or_else(|| Err(fault::too_slow()))
    }

    /// Runs `work` and commits; with the feed of `held` held from the beginning, where that is somebody's.
    pub(crate) async fn write<T, W>(
        &self,
        limit: Duration,
        reach: Reach,
        held: Option<OrgId>,
        work: W,
    ) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        let committing = AtomicBool::new(false);
        let writing = async {
            let hold = held.map(feed::holding).unwrap_or_default();
            let statements = "BEGIN".to_owned() + &reach.settings() + &hold;
            let begun = Begun::begin(&self.lender, Opening { statements, must_find: held.is_some() }).await?;
            let mut tx = Tx::Postgres(Box::new(begun));
            let outcome = work(&mut tx).await;
            let begun = transaction(tx)?;
            if outcome.is_err() {
                begun.leave();
                return outcome;
            }
            let grown = begun.grown().clone();
            let tell: String = grown.iter().map(|org| listen::telling(*org, self.teller)).collect();
            committing.store(true, Ordering::Relaxed);
            begun.end(&(tell + "COMMIT")).await?;
            for org in grown {
                self.waiting.wake(org);
            }
            outcome
        };
        match budget::within(limit, writing).await {
            Some(outcome) => outcome,
            None if committing.load(Ordering::Relaxed) => Err(fault::outcome_unknown()),
            None => Err(fault::too_slow()),
        }
    }

    /// Those that are lent; the one that listens for commits is not among them.
    pub(crate) fn connections(&self) -> Connections {
        self.lender.connections()
    }

    pub(crate) async fn close(&self) {
        self.listener.abort();
        self.lender.close().await;
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// Brings the database up to date as the role that owns it, and gives `app` what it needs to serve.
pub(crate) async fn migrate(config: &PostgresConfig, app: &str) -> Result<()> {
    let (url, name) = match &config.migration_url {
        Some(url) => (url, "DATABASE_MIGRATION_URL"),
        None => (&config.url, "DATABASE_URL"),
    };
    let mut own = Own::once(config, url, name).await?;
    migrate::postgres(&mut own.client, Some(app)).await
}

fn transaction(tx: Tx) -> Result<Begun> {
    match tx {
        Tx::Postgres(begun) => Ok(*begun),
        Tx::Sqlite(_) => Err(Error::internal("PostgreSQL was given another engine's transaction")),
    }
}
