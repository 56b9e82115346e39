//! The connections that are kept, for whoever asks next.
//!
//! What came back last is lent first: its server process did most of late, and has most at hand. Nobody asks a connection
//! whether it is still good, which would be a round trip for each transaction; the one that begins it finds out
//! (`begun.rs`).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

/// How long a connection is kept that nobody uses.
const UNUSED: Duration = Duration::from_secs(10 * 60);
/// How old a connection becomes: its server process grows with what it remembers.
const OLD: Duration = Duration::from_secs(30 * 60);
/// The first and the longest pause before a server that does not let anybody in yet is asked again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(400));
/// How long closing waits for what is under way, and for each server process to hear of it.
const FAREWELL: Duration = Duration::from_secs(10);

/// Lends connections, a bounded number at a time.
pub(super) struct Pool(Arc<Shared>);

struct Shared {
    options: PgConnectOptions,
    most: u32,
    patience: Duration,
    places: Arc<Semaphore>,
    kept: Mutex<Vec<Kept>>,
}

/// A connection that nobody uses.
struct Kept {
    connection: PgConnection,
    made: Instant,
    since: Instant,
}

/// A connection in use. Dropped, it is closed, without a word to the server and without waiting for one.
pub(super) struct Lent {
    pub(super) connection: PgConnection,
    /// Whether somebody used it before.
    pub(super) is_used: bool,
    made: Instant,
    shared: Arc<Shared>,
    _place: OwnedSemaphorePermit,
}

impl Pool {
    /// At most `most` connections, for one of which somebody waits no longer than `patience`.
    pub(super) fn new(options: PgConnectOptions, most: u32, patience: Duration) -> Self {
        let places = Arc::new(Semaphore::new(most as usize));
        Self(Arc::new(Shared { options, most, patience, places, kept: Mutex::default() }))
    }

    /// A connection: one that was kept, or a new one.
    pub(super) async fn lend(&self) -> Result<Lent, sqlx::Error> {
        let lending = async {
            let place = Arc::clone(&self.0.places).acquire_owned().await;
            let _place = place.map_err(|_| sqlx::Error::PoolClosed)?;
            let (is_used, connection, made) = match self.0.take() {
                Some(kept) => (true, kept.connection, kept.made),
                None => (false, connect(&self.0.options).await?, Instant::now()),
            };
            Ok(Lent { connection, is_used, made, shared: Arc::clone(&self.0), _place })
        };
        timeout(self.0.patience, lending).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// Lends nothing any more, lets what is under way come to its end, and takes leave of the server.
    pub(super) async fn close(&self) {
        let all = timeout(FAREWELL, self.0.places.acquire_many(self.0.most)).await;
        self.0.places.close();
        drop(all);
        let kept = std::mem::take(&mut *self.0.kept());
        for Kept { connection, .. } in kept {
            // It is gone in any case.
            let _ = timeout(FAREWELL, connection.close()).await;
        }
    }
}

impl Shared {
    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Kept> {
        let now = Instant::now();
        let mut kept = self.kept();
        // The ones that were used longest ago are first.
        let unused = kept.partition_point(|kept| now - kept.since >= UNUSED);
        kept.drain(..unused);
        kept.pop()
    }
}

impl Lent {
    /// Gives it back, as good as it was.
    pub(super) fn keep(self) {
        let Self { connection, made, shared, _place, .. } = self;
        let since = Instant::now();
        if since - made < OLD && !shared.places.is_closed() {
            shared.kept().push(Kept { connection, made, since });
        }
    }
}

/// Connects, to a server that may be about to start.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let (mut pause, longest) = PAUSES;
    loop {
        match options.connect().await {
            Err(error) if is_starting(&error) => {
                sleep(pause).await;
                pause = (pause * 2).min(longest);
            }
            connected => return connected,
        }
    }
}

fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        // Too many connections; cannot connect now.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("53300" | "57P03")),
        _ => false,
    }
}
