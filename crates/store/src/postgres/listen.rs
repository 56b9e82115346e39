//! What other replicas tell. The tables are the truth; a notification only says that there is something to read.

use std::time::Duration;

use super::connect::{Own, Settings};
use crate::wake_ups::Waiting;
use crate::{fault, replicas};
use switchyard_domain::store::Signal;
use switchyard_domain::{OrgId, ReplicaId};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{sleep, timeout};

const FEED: &str = "switchyard_feed";
const SIGNALS: &str = "switchyard_signals";

/// The statement that tells, with the commit, that an organisation's feed grew, and which server says so.
pub(super) fn telling(org: OrgId, teller: ReplicaId) -> String {
    format!("NOTIFY {FEED}, '{org} {teller}'; ")
}

/// How many notifications wait at most to be passed on, before the server has to.
const UNHEARD: usize = 1024;
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
pub(super) async fn run(settings: Settings, heard: Heard) {
    loop {
        if let Err(error) = listen(&settings, &heard).await {
            tracing::warn!(%error, "the database's notifications are interrupted");
        }
        sleep(RETRY).await;
    }
}

/// Listens until the connection is lost, which a server that went away without a word is found out by being asked.
async fn listen(settings: &Settings, heard: &Heard) -> Result<(), String> {
    let (tell, mut told) = mpsc::channel(UNHEARD);
    let own = in_time(Own::listening(settings, tell)).await?;
    in_time(own.client.batch_execute(&format!("LISTEN {FEED}; LISTEN {SIGNALS}"))).await?;
    // Of the time before, something may have gone unheard.
    heard.waiting.wake_all();
    heard.signal(Signal::Missed);
    loop {
        match timeout(QUIET, told.recv()).await {
            Ok(Some(told)) if told.channel() == FEED => heard.grown(told.payload()),
            Ok(Some(told)) => {
                if let Some(signal) = replicas::understood(told.payload()) {
                    heard.signal(signal);
                }
            }
            Ok(None) => return Err("the connection was closed".to_owned()),
            Err(_) => in_time(own.client.batch_execute("SELECT 1")).await?,
        }
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, String> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error| fault::in_words(&error)),
        Err(_) => Err("the server does not answer".to_owned()),
    }
}
