//! What other replicas tell. The tables are the truth; a notification only says that there is something to read.

use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use switchyard_domain::store::Signal;
use switchyard_domain::{OrgId, ReplicaId};
use tokio::sync::broadcast;
use tokio::time::{sleep, timeout};

use crate::replicas;
use crate::wake_ups::Waiting;

const FEED: &str = "switchyard_feed";
const SIGNALS: &str = "switchyard_signals";

/// The statement that tells, with the commit, that an organisation's feed grew, and which server says so.
pub(super) fn telling(org: OrgId, teller: ReplicaId) -> String {
    format!("NOTIFY {FEED}, '{org} {teller}'; ")
}

/// How long to wait before listening again after the connection was lost.
const RETRY: Duration = Duration::from_millis(250);
/// After how long a silence the server is asked whether it is still there.
const QUIET: Duration = Duration::from_secs(1);
/// How long the server may take to answer that, or to let us in.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where what is heard goes.
#[derive(Clone)]
pub(super) struct Heard {
    pub(super) waiting: Waiting,
    pub(super) signals: broadcast::Sender<Signal>,
    /// Who need not be told what it told others.
    pub(super) own: ReplicaId,
}

impl Heard {
    fn grown(&self, told: &str) {
        let understood = told
            .split_once(' ')
            .and_then(|(org, teller)| Some((org.parse::<OrgId>().ok()?, teller.parse::<ReplicaId>().ok()?)));
        match understood {
            Some((_, teller)) if teller == self.own => {}
            Some((org, _)) => self.waiting.wake(org),
            // Another version says it in another way.
            None => self.waiting.wake_all(),
        }
    }

    fn signal(&self, signal: Signal) {
        // Nobody may want to know.
        let _ = self.signals.send(signal);
    }
}

/// Passes on what is told until it is aborted.
pub(super) async fn run(options: PgConnectOptions, heard: Heard) {
    loop {
        if let Err(error) = listen(&options, &heard).await {
            tracing::warn!(%error, "the database's notifications are interrupted");
        }
        sleep(RETRY).await;
    }
}

/// Listens until the connection is lost, which a server that went away without a word is found out by being asked.
async fn listen(options: &PgConnectOptions, heard: &Heard) -> Result<(), sqlx::Error> {
    // A pool of its own: what is lost is let go, and takes no connection from requests while it is cleaned up.
    let pool =
        PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    in_time(listener.listen_all([FEED, SIGNALS])).await?;
    // Of the time before, something may have gone unheard.
    heard.waiting.wake_all();
    heard.signal(Signal::Missed);
    loop {
        match timeout(QUIET, listener.try_recv()).await {
            Ok(told) => match told? {
                Some(told) if told.channel() == FEED => heard.grown(told.payload()),
                Some(told) => {
                    if let Some(signal) = replicas::understood(told.payload()) {
                        heard.signal(signal);
                    }
                }
                None => return Ok(()),
            },
            Err(_) => {
                in_time((&mut listener).execute("SELECT 1")).await?;
            }
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(PATIENCE, answer).await.map_err(|_| sqlx::Error::PoolTimedOut)?
}
