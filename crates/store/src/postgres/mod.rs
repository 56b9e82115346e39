//! PostgreSQL: a bounded pool, one snapshot per read, notifications as wake-ups.

pub(crate) mod begun;
mod budget;
mod listen;
mod pool;
pub(crate) mod role;
pub(crate) mod statement;

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use switchyard_domain::store::Signal;
use switchyard_domain::{Error, OrgId, ReplicaId, Result};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::database::Job;
use crate::reach::Reach;
use crate::tx::Tx;
use crate::wake_ups::Waiting;
use crate::{fault, feed, migrate};

use begun::Begun;
pub use budget::with_budget;
use pool::Pool;

/// Milliseconds after which the server ends a transaction in which nothing is asked of it.
const STANDS_STILL: &str = "4000";

/// How many prepared statements a connection remembers: more than there are, since each is a round trip to prepare again.
const STATEMENTS: usize = 512;

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
    pool: Pool,
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
        let preparing = connect(config, &config.url, "DATABASE_URL").await?;
        match &config.migration_url {
            Some(_) => migrate(config, &role::name(&preparing).await?).await?,
            None => migrate::postgres(&preparing, None).await?,
        }
        if config.refuse_strong_role {
            role::refuse_strong(&preparing).await?;
        }
        preparing.close().await;
        let teller = ReplicaId::new();
        let options = options(config, &config.url, "DATABASE_URL")?;
        let heard = listen::Heard { waiting: waiting.clone(), signals, own: teller };
        let listener = tokio::spawn(listen::run(options.clone(), heard));
        // One of the connections listens.
        let most = config.max_connections.saturating_sub(1).max(1);
        let pool = Pool::new(options, most, config.acquire_timeout);
        Ok(Self { pool, waiting, teller, listener })
    }

    pub(crate) async fn read<T, W>(&self, limit: Duration, reach: Reach, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        let reading = async {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned() + &reach.settings();
            let (begun, _) = Begun::begin(&self.pool, &begin).await.map_err(fault::postgres)?;
            let mut tx = Tx::Postgres(begun);
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
            let begin = "BEGIN".to_owned() + &reach.settings() + &hold;
            let (begun, found) = Begun::begin(&self.pool, &begin).await.map_err(fault::postgres)?;
            if held.is_some() && found == 0 {
                begun.leave();
                return Err(Error::not_found());
            }
            let mut tx = Tx::Postgres(begun);
            let outcome = work(&mut tx).await;
            let begun = transaction(tx)?;
            if outcome.is_err() {
                begun.leave();
                return outcome;
            }
            let grown = begun.grown().clone();
            let tell: String = grown.iter().map(|org| listen::telling(*org, self.teller)).collect();
            committing.store(true, Ordering::Relaxed);
            begun.end(&(tell + "COMMIT")).await.map_err(fault::commit)?;
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

    pub(crate) async fn close(&self) {
        self.listener.abort();
        self.pool.close().await;
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
    let pool = connect(config, url, name).await?;
    let migrated = migrate::postgres(&pool, Some(app)).await;
    pool.close().await;
    migrated
}

/// How to connect to the server at `url`, which the setting `name` gave.
fn options(config: &PostgresConfig, url: &str, name: &'static str) -> Result<PgConnectOptions> {
    let timeout = config.statement_timeout.as_millis().to_string();
    let options = PgConnectOptions::from_str(url).map_err(|error| {
        Error::invalid(name, "Write the database's address as postgres://user:password@host/name.")
            .caused_by(error)
    })?;
    // A server of ours that stands still in a transaction keeps an organisation's other writes waiting.
    let settings =
        [("statement_timeout", timeout.as_str()), ("idle_in_transaction_session_timeout", STANDS_STILL)];
    Ok(options.application_name("switchyard").statement_cache_capacity(STATEMENTS).options(settings))
}

/// For what is done once.
async fn connect(config: &PostgresConfig, url: &str, name: &'static str) -> Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(config.acquire_timeout)
        .connect_with(options(config, url, name)?)
        .await
        .map_err(|error| {
            let message = format!("The database server does not answer. Check {name}.");
            Error::unavailable("store_unavailable", message).caused_by(error)
        })
}

fn transaction(tx: Tx) -> Result<Begun> {
    match tx {
        Tx::Postgres(begun) => Ok(begun),
        Tx::Sqlite(_) => Err(Error::internal("PostgreSQL was given another engine's transaction")),
    }
}
