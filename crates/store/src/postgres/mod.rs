//! PostgreSQL: a bounded pool, one snapshot per read, notifications as wake-ups.

mod listen;
pub(crate) mod statement;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use switchyard_domain::{Error, Result};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::database::Job;
use crate::tx::Tx;
use crate::{fault, migrate};

/// Where the server is and how much of it may be used.
#[derive(Clone)]
pub struct PostgresConfig {
    /// `postgres://user:password@host/database`.
    pub url: String,
    /// Connections at most, the one that listens for commits included; two at least.
    pub max_connections: u32,
    /// How long a call waits for a connection before it is told that the store is busy.
    pub acquire_timeout: Duration,
    /// How long a statement may run, waiting for locks included.
    pub statement_timeout: Duration,
}

impl PostgresConfig {
    /// The server at `url`: ten connections, 5 s to get one, 30 s for a statement.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
        }
    }
}

impl fmt::Debug for PostgresConfig {
    /// Without the address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

pub(crate) struct Postgres {
    pool: PgPool,
    committed: watch::Sender<()>,
    listener: JoinHandle<()>,
}

impl Postgres {
    pub(crate) async fn open(config: &PostgresConfig, committed: watch::Sender<()>) -> Result<Self> {
        let timeout = config.statement_timeout.as_millis().to_string();
        let options = PgConnectOptions::from_str(&config.url)
            .map_err(|error| {
                Error::invalid(
                    "DATABASE_URL",
                    "Write the database's address as postgres://user:password@host/name.",
                )
                .caused_by(error)
            })?
            .application_name("switchyard")
            .options([
                ("statement_timeout", timeout.as_str()),
                ("idle_in_transaction_session_timeout", "60000"),
            ]);
        let pool = PgPoolOptions::new()
            // One of them listens.
            .max_connections(config.max_connections.max(2))
            .acquire_timeout(config.acquire_timeout)
            .connect_with(options)
            .await
            .map_err(|error| {
                Error::unavailable(
                    "store_unavailable",
                    "The database server does not answer. Check DATABASE_URL.",
                )
                .caused_by(error)
            })?;
        migrate::postgres(&pool).await?;
        let listener = tokio::spawn(listen::run(pool.clone(), committed.clone()));
        Ok(Self { pool, committed, listener })
    }

    pub(crate) async fn read<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        let transaction = self.pool.begin_with(begin).await.map_err(fault::postgres)?;
        let mut tx = Tx::Postgres(transaction);
        let outcome = work(&mut tx).await;
        end(tx, false).await?;
        outcome
    }

    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        let mut tx = Tx::Postgres(self.pool.begin().await.map_err(fault::postgres)?);
        match work(&mut tx).await {
            Ok(value) => {
                tx.rows(listen::NOTIFY, &[], |_| Ok(())).await?;
                end(tx, true).await?;
                self.committed.send_replace(());
                Ok(value)
            }
            Err(error) => {
                // What the work met matters more than what the rollback meets; the server rolls back anyway.
                drop(end(tx, false).await);
                Err(error)
            }
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

async fn end(tx: Tx, keep: bool) -> Result<()> {
    match tx {
        Tx::Postgres(transaction) if keep => transaction.commit().await.map_err(fault::postgres),
        Tx::Postgres(transaction) => transaction.rollback().await.map_err(fault::postgres),
        Tx::Sqlite(_) => Err(Error::internal("PostgreSQL was given another engine's transaction")),
    }
}
