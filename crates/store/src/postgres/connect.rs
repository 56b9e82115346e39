//! The way to the server, and the connections that are kept for whoever asks next.
//!
//! What came back last is lent first: its server process did most of late, and has most at hand. Nobody asks a connection
//! whether it is still good, which would be a round trip for each transaction; the one that begins it finds out
//! (`begun.rs`).

use std::future::poll_fn;
use std::time::Duration;

use deadpool_postgres::{
    Connect, Manager, ManagerConfig, Object, Pool, PoolError, QueueMode, RecyclingMethod, Status,
};
use futures_util::future::BoxFuture;
use switchyard_domain::store::Connections;
use switchyard_domain::{Error, Result};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Notification, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::PostgresConfig;
use super::tls::Wanted;
use crate::fault;

/// Milliseconds after which the server ends a transaction in which nothing is asked of it: a server of ours that stands
/// still in one keeps an organisation's other writes waiting.
const STANDS_STILL: u32 = 4000;

/// How long a connection is kept that nobody uses.
const UNUSED: Duration = Duration::from_secs(10 * 60);
/// How old a connection becomes: its server process grows with what it remembers.
const OLD: Duration = Duration::from_secs(30 * 60);
/// How often it is looked for both.
const SWEPT: Duration = Duration::from_secs(60);
/// The first and the longest pause before a server that does not let anybody in yet is asked again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(400));
/// How long closing waits for what is under way, and how often it looks.
const FAREWELL: (Duration, Duration) = (Duration::from_secs(10), Duration::from_millis(5));

/// Where notifications go.
pub(super) type Told = mpsc::Sender<Notification>;

/// A connection, and the task that sees to it.
type Connecting = Result<(Client, JoinHandle<()>), tokio_postgres::Error>;

/// How to connect.
#[derive(Clone)]
pub(super) struct Settings {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Settings {
    /// For the server at `url`, which the setting `name` gave.
    ///
    /// # Errors
    /// `Invalid` with field `name` when the address cannot be read, or asks for what there is not.
    pub(super) fn new(config: &PostgresConfig, url: &str, name: &'static str) -> Result<Self> {
        let refused = |why: &str| {
            let text = "Write the database's address as postgres://user:password@host/name.";
            Error::invalid(name, format!("{text} {why}").trim_end().to_owned())
        };
        let wanted = Wanted::of(url).map_err(|why| refused(&why))?;
        let tls = wanted.connector().map_err(|why| refused(&why))?;
        let mut settings: Config = wanted.address.parse().map_err(|error| refused("").caused_by(error))?;
        // A server would be looked for at each of two places, of which one is meant.
        let is_named_twice = settings.get_hosts().len() > 1 && url.contains("host=");
        if is_named_twice || settings.get_hosts().is_empty() {
            return Err(refused("Name the host once; a socket's folder as %2Frun%2Fpostgresql."));
        }
        let given = settings.get_options().map(|given| format!("{given} ")).unwrap_or_default();
        let statement = config.statement_timeout.as_millis();
        settings.application_name("switchyard").options(format!(
            "{given}-c statement_timeout={statement} -c idle_in_transaction_session_timeout={STANDS_STILL}"
        ));
        Ok(Self { config: settings, tls })
    }

    /// Connects to a server that may be about to start.
    async fn connect_patiently(&self) -> Connecting {
        let (mut pause, longest) = PAUSES;
        loop {
            match self.connect(None).await {
                Err(error) if is_starting(&error) => {
                    sleep(pause).await;
                    pause = (pause * 2).min(longest);
                }
                connected => return connected,
            }
        }
    }

    /// Connects; notifications go to who wants to know.
    async fn connect(&self, heard: Option<Told>) -> Connecting {
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                Ok((client, tokio::spawn(see_to(connection, heard))))
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                Ok((client, tokio::spawn(see_to(connection, heard))))
            }
        }
    }
}

/// Sees to what comes and goes on a connection until it is lost.
async fn see_to<T>(mut connection: Connection<Socket, T>, heard: Option<Told>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        match (message, &heard) {
            (Ok(AsyncMessage::Notification(told)), Some(heard)) => {
                // Who wanted to know may be about to close this.
                let _ = heard.send(told).await;
            }
            (Ok(_), _) => {}
            (Err(error), _) => {
                tracing::debug!(error = fault::in_words(&error), "a connection to the database was lost");
                return;
            }
        }
    }
}

fn is_starting(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => [SqlState::TOO_MANY_CONNECTIONS, SqlState::CANNOT_CONNECT_NOW].contains(code),
        None => fault::io(error).is_some_and(|kind| kind == std::io::ErrorKind::ConnectionRefused),
    }
}

/// A connection that is lent to nobody, closed when dropped.
pub(super) struct Own {
    pub(super) client: Client,
    driver: JoinHandle<()>,
}

impl Own {
    /// For what is done once.
    pub(super) async fn once(config: &PostgresConfig, url: &str, name: &'static str) -> Result<Self> {
        let settings = Settings::new(config, url, name)?;
        let why = match timeout(config.acquire_timeout, settings.connect_patiently()).await {
            Ok(Ok((client, driver))) => return Ok(Self { client, driver }),
            Ok(Err(error)) => fault::in_words(&error),
            Err(_) => "it let nobody in in time".to_owned(),
        };
        let message = format!("The database server does not answer. Check {name}.");
        Err(Error::unavailable("store_unavailable", message).caused_by(why))
    }

    /// For what the server says without being asked.
    pub(super) async fn listening(settings: &Settings, heard: Told) -> Result<Self, tokio_postgres::Error> {
        let (client, driver) = settings.connect(Some(heard)).await?;
        Ok(Self { client, driver })
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Lends connections, a bounded number at a time.
pub(super) struct Lender {
    pool: Pool,
    patience: Duration,
    sweeper: JoinHandle<()>,
}

impl Lender {
    /// At most `most` connections, for one of which somebody waits no longer than `patience`.
    pub(super) fn new(settings: Settings, most: usize, patience: Duration) -> Result<Self> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(settings.config.clone(), settings, recycling);
        let pool = Pool::builder(manager).max_size(most).queue_mode(QueueMode::Lifo).build();
        let pool = pool.map_err(Error::internal)?;
        let sweeper = tokio::spawn(sweep(pool.clone()));
        Ok(Self { pool, patience, sweeper })
    }

    /// A connection: one that was kept, or a new one.
    pub(super) async fn lend(&self) -> Result<Object> {
        match timeout(self.patience, self.pool.get()).await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(PoolError::Backend(error))) => Err(fault::postgres(error)),
            Ok(Err(PoolError::Closed)) => Err(fault::closed()),
            Ok(Err(error)) => Err(Error::internal(error)),
            Err(_) => Err(fault::busy()),
        }
    }

    /// How many there are, and how many wait for one.
    pub(super) fn connections(&self) -> Connections {
        let Status { max_size, size, available, waiting } = self.pool.status();
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Connections {
            most: count(max_size),
            busy: count(size.saturating_sub(available)),
            idle: count(available),
            awaited: count(waiting),
        }
    }

    /// Lends nothing any more, and waits for what is under way to come to its end.
    pub(super) async fn close(&self) {
        self.pool.close();
        let (longest, pause) = FAREWELL;
        let begun = Instant::now();
        while self.pool.status().size > 0 && begun.elapsed() < longest {
            sleep(pause).await;
        }
    }
}

impl Drop for Lender {
    fn drop(&mut self) {
        self.sweeper.abort();
    }
}

async fn sweep(pool: Pool) {
    loop {
        sleep(SWEPT).await;
        pool.retain(|_, metrics| metrics.last_used() < UNUSED && metrics.age() < OLD);
    }
}

impl Connect for Settings {
    fn connect(&self, _: &Config) -> BoxFuture<'_, Connecting> {
        Box::pin(self.connect_patiently())
    }
}
