//! The database: one of two engines behind one way to read and write.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use switchyard_domain::store::{Act, Connections, Signal, Store, WakeUps};
use switchyard_domain::{Error, ErrorKind, OrgId, Result};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::reach::Reach;
use crate::sqlite::{Sqlite, SqliteConfig};
use crate::tx::Tx;
use crate::wake_ups::Waiting;
use crate::write::Write;
use crate::{audit, feed, replicas};
use switchyard_domain::event::Entity;

/// The future of a job: it borrows the transaction that it runs in.
pub(crate) type Job<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The store on either engine.
pub struct Database {
    backend: Backend,
    waiting: Waiting,
    signals: broadcast::Sender<Signal>,
}

/// How long a read may take, getting a connection included.
const READ: Duration = Duration::from_secs(5);
/// How long a write may take, getting a connection and waiting for other writes included.
const WRITE: Duration = Duration::from_secs(10);
/// How long the store may take to say that it is there.
const ANSWER: Duration = Duration::from_secs(2);
/// Signals that somebody may be behind before they are told that they missed some.
const SIGNALS: usize = 4096;

enum Backend {
    Sqlite(Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(crate::postgres::Postgres),
}

impl Store for Database {}

impl Database {
    /// Opens a SQLite file, made and migrated where needed, and starts its threads.
    ///
    /// # Errors
    /// `Unavailable` with one of the codes `data_folder_in_use` (another process has it), `database_newer` and
    /// `migration_changed` (it is not this program's), `sqlite_too_old`, `disk_full`, `store_unavailable`.
    pub async fn open_sqlite(config: &SqliteConfig) -> Result<Self> {
        let waiting = Waiting::default();
        let sqlite = Sqlite::open(config, waiting.clone()).await?;
        let signals = broadcast::Sender::new(SIGNALS);
        Ok(Self { backend: Backend::Sqlite(sqlite), waiting, signals })
    }

    /// Connects to PostgreSQL, migrates where needed and listens for other replicas' commits.
    ///
    /// # Errors
    /// `Unavailable` with one of the codes `store_unavailable`, `database_newer`, `migration_changed`,
    /// `migration_needed` (the role may not migrate) and `role_too_strong` (row-level security does not hold it);
    /// `Invalid` when an address cannot be read.
    #[cfg(feature = "postgres")]
    pub async fn open_postgres(config: &crate::PostgresConfig) -> Result<Self> {
        let waiting = Waiting::default();
        let signals = broadcast::Sender::new(SIGNALS);
        let postgres = crate::postgres::Postgres::open(config, waiting.clone(), signals.clone()).await?;
        Ok(Self { backend: Backend::Postgres(postgres), waiting, signals })
    }

    /// Brings a PostgreSQL database up to date as the role that owns it, and gives `app_role`, which exists, what it
    /// needs to serve.
    ///
    /// # Errors
    /// As [`Database::open_postgres`]; `Invalid` with field `app_role` when there is no such role, or when it is the owner.
    #[cfg(feature = "postgres")]
    pub async fn migrate_postgres(config: &crate::PostgresConfig, app_role: &str) -> Result<()> {
        crate::postgres::migrate(config, app_role).await
    }

    /// Runs `work` on one snapshot of what `reach` lets it see; what it writes is not kept.
    pub(crate) async fn read<T, W>(&self, reach: impl Into<Reach>, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        self.read_within(READ, reach.into(), work).await
    }

    #[cfg_attr(not(feature = "postgres"), allow(unused_variables, reason = "SQLite is not waited for"))]
    async fn read_within<T, W>(&self, limit: Duration, reach: Reach, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.read(within(reach, work)).await,
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.read(limit, reach, work).await,
        }
    }

    /// Runs `work` in a transaction within `reach` and commits it unless it fails; returns once it is on disk.
    pub(crate) async fn transact<T, W>(&self, reach: impl Into<Reach>, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        self.transact_within(WRITE, reach.into(), work).await
    }

    /// The same within a limit of its own, where the engine is one that is waited for.
    pub(crate) async fn transact_within<T, W>(&self, limit: Duration, reach: Reach, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        self.commit(limit, reach, None, work).await
    }

    /// Holds the feed of `held` before anything else, where that is an organisation.
    #[cfg_attr(not(feature = "postgres"), allow(unused_variables, reason = "SQLite is not waited for"))]
    async fn commit<T, W>(&self, limit: Duration, reach: Reach, held: Option<OrgId>, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
    {
        match &self.backend {
            Backend::Sqlite(sqlite) => {
                let holding = within(reach, move |tx| {
                    Box::pin(async move {
                        if let Some(org) = held {
                            feed::hold(tx, org).await?;
                        }
                        work(tx).await
                    })
                });
                sqlite.write(holding).await
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.write(limit, reach, held, work).await,
        }
    }

    /// A write of somebody's: holds the organisation's feed from the beginning, so that writes of one organisation
    /// happen one after the other, and cannot deadlock.
    pub(crate) async fn write<T, W>(&self, act: &Act, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(Write<'a>) -> Job<'a, T> + Send + 'static,
    {
        self.write_within(Reach::Scope(act.scope), act, work).await
    }

    /// A write that reaches further than its act's scope does.
    pub(crate) async fn write_within<T, W>(&self, reach: Reach, act: &Act, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(Write<'a>) -> Job<'a, T> + Send + 'static,
    {
        let act = act.clone();
        let org = act.scope.org();
        self.commit(WRITE, reach, Some(org), move |tx| {
            Box::pin(async move {
                if let Some(held) = act.held {
                    replicas::check(tx, held).await?;
                }
                work(Write::begin(tx, act)).await
            })
        })
        .await
    }

    /// A write that may find that its caller's version is stale, which goes into the audit log too.
    pub(crate) async fn write_version<T, W>(&self, act: &Act, about: (Entity, Uuid), work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(Write<'a>) -> Job<'a, T> + Send + 'static,
    {
        self.write_version_within(Reach::Scope(act.scope), act, about, work).await
    }

    /// The same, where it reaches further than its act's scope does.
    pub(crate) async fn write_version_within<T, W>(
        &self,
        reach: Reach,
        act: &Act,
        about: (Entity, Uuid),
        work: W,
    ) -> Result<T>
    where
        T: Send + 'static,
        W: for<'a> FnOnce(Write<'a>) -> Job<'a, T> + Send + 'static,
    {
        let outcome = self.write_within(reach, act, work).await;
        if matches!(&outcome, Err(error) if error.kind == ErrorKind::Stale) {
            let act = act.clone();
            let noted = self.transact(act.scope, move |tx| {
                Box::pin(async move { audit::append_stale(tx, &act, about.0, about.1).await })
            });
            if let Err(error) = noted.await {
                tracing::warn!(?error, "a stale write could not be put into the audit log");
            }
        }
        outcome
    }

    /// Whether the store answers.
    pub(crate) async fn answers(&self) -> Result<()> {
        self.read_within(ANSWER, Reach::Nothing, |tx| {
            Box::pin(async move { tx.rows("SELECT 1", &[], |_| Ok(())).await.map(drop) })
        })
        .await
    }

    /// Whether no other process can be at work on it.
    pub(crate) fn is_alone(&self) -> bool {
        matches!(self.backend, Backend::Sqlite(_))
    }

    /// Its connections; none where it lies in this process.
    pub(crate) fn lent(&self) -> Option<Connections> {
        match &self.backend {
            Backend::Sqlite(_) => None,
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => Some(postgres.connections()),
        }
    }

    /// What other servers say from now on.
    pub(crate) fn heard(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    /// A signal whenever an organisation's feed grew, from now on.
    pub(crate) fn waiter(&self, org: OrgId) -> Box<dyn WakeUps> {
        Box::new(self.waiting.join(org))
    }

    /// Writes everything out and closes.
    pub(crate) async fn shut(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// The same work, after a transaction of SQLite's was told how far it reaches.
fn within<T, W>(reach: Reach, work: W) -> impl for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static
where
    T: Send + 'static,
    W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
{
    move |tx| {
        Box::pin(async move {
            reach.tell_sqlite(tx).await?;
            work(tx).await
        })
    }
}

/// An error like `error`, for one more caller that it concerns.
pub(crate) fn again(error: &Error) -> Error {
    Error::new(error.kind, error.code, error.message.clone())
}
