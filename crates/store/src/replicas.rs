//! Leases of servers on one database, what each of them sees to, and what they tell each other.
//!
//! Time is the database's own, so that the servers' clocks need not agree. A write for a claim holds the claim's row until
//! it is committed: a takeover comes before it, and it is refused, or after it, and finds what it wrote.

use std::time::Duration;

use async_trait::async_trait;
use switchyard_domain::store::{Claim, Held, Replicas, Signal, Signals};
use switchyard_domain::{Error, ReplicaId, Result, SessionId};
use tokio::sync::broadcast;

use crate::database::Database;
use crate::reach::Reach;
use crate::tx::{Dialect, Tx};
use crate::value::values;

/// How long one of these calls may take: a server that cannot renew its lease must know soon.
const QUICK: Duration = Duration::from_millis(1500);

/// What tells of changed access, which names nobody: who it concerns is looked up.
const ACCESS: &str = "access";

/// Refuses a write for a claim that is another server's by now.
pub(crate) async fn check(tx: &mut Tx, held: Held) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let sql = "SELECT work FROM claims WHERE work = $1 AND replica_id = $2 FOR SHARE";
    let kept = tx.row(sql, &values![held.work.to_string(), held.replica], |_| Ok(())).await?;
    kept.ok_or_else(|| {
        Error::conflict(
            "lease_lost",
            "This server stood still for so long that another one took this over. Look at how it stands now.",
        )
    })
}

/// Tells the other servers, once this is committed, that a transcript grew.
pub(crate) async fn transcript_grew(tx: &mut Tx, id: SessionId, last_seq: i64) -> Result<()> {
    tell(tx, &format!("transcript {id} {last_seq}")).await
}

/// Tells every server, once this is committed, that somebody may do more, or less, than before.
pub(crate) async fn access_changed(tx: &mut Tx) -> Result<()> {
    tell(tx, ACCESS).await
}

async fn tell(tx: &mut Tx, what: &str) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let sql = "SELECT pg_notify('switchyard_signals', $1)";
    tx.send(sql, &values![what]).await
}

/// What another server told; `None` for what a later version says.
#[cfg(feature = "postgres")]
pub(crate) fn understood(told: &str) -> Option<Signal> {
    if told == ACCESS {
        return Some(Signal::Access);
    }
    let (kind, rest) = told.split_once(' ')?;
    let (id, rest) = rest.split_once(' ')?;
    match kind {
        "transcript" => Some(Signal::Transcript(id.parse().ok()?, rest.parse().ok()?)),
        "call" => Some(Signal::Call(id.parse().ok()?, rest.parse().ok()?)),
        _ => None,
    }
}

async fn join(tx: &mut Tx, replica: ReplicaId, lease: Duration) -> Result<()> {
    let sql = "INSERT INTO replicas (id, expires_at) VALUES ($1, clock_timestamp() + $2 * INTERVAL '1 millisecond')";
    tx.send(sql, &values![replica, millis(lease)]).await
}

async fn renew(tx: &mut Tx, replica: ReplicaId, lease: Duration) -> Result<bool> {
    let sql =
        "UPDATE replicas SET expires_at = clock_timestamp() + $2 * INTERVAL '1 millisecond' WHERE id = $1";
    Ok(tx.execute(sql, &values![replica, millis(lease)]).await? > 0)
}

/// Their claims go with them. Those that another server is forgetting are left to it.
async fn forget_lapsed(tx: &mut Tx) -> Result<bool> {
    let sql = "DELETE FROM replicas WHERE id IN
                   (SELECT id FROM replicas WHERE expires_at <= clock_timestamp() FOR UPDATE SKIP LOCKED)";
    Ok(tx.execute(sql, &[]).await? > 0)
}

async fn claim(tx: &mut Tx, held: Held) -> Result<Claim> {
    let work = held.work.to_string();
    loop {
        let sql = "INSERT INTO claims AS claim (work, replica_id)
                   SELECT $1, id FROM replicas WHERE id = $2 AND expires_at > clock_timestamp() FOR KEY SHARE
                   ON CONFLICT (work) DO UPDATE SET replica_id = excluded.replica_id
                   WHERE claim.replica_id = excluded.replica_id OR NOT EXISTS
                       (SELECT 1 FROM replicas WHERE id = claim.replica_id AND expires_at > clock_timestamp())";
        if tx.execute(sql, &values![&work, held.replica]).await? > 0 {
            return Ok(Claim::Granted);
        }
        let sql = "SELECT id FROM replicas WHERE id = $1 AND expires_at > clock_timestamp()";
        if tx.row(sql, &values![held.replica], |_| Ok(())).await?.is_none() {
            return Ok(Claim::Lapsed);
        }
        let sql = "SELECT replica_id FROM claims WHERE work = $1";
        if let Some(holder) = tx.row(sql, &values![&work], |row| row.id()).await? {
            return Ok(Claim::Taken(holder));
        }
        // It was given up in between.
    }
}

async fn release(tx: &mut Tx, held: Held) -> Result<()> {
    let sql = "DELETE FROM claims WHERE work = $1 AND replica_id = $2";
    tx.send(sql, &values![held.work.to_string(), held.replica]).await
}

fn millis(lease: Duration) -> i64 {
    i64::try_from(lease.as_millis()).unwrap_or(i64::MAX)
}

#[async_trait]
impl Replicas for Database {
    async fn join(&self, replica: ReplicaId, lease: Duration) -> Result<()> {
        if self.is_alone() {
            return Ok(());
        }
        self.transact_within(QUICK, Reach::Nothing, move |tx| Box::pin(join(tx, replica, lease))).await
    }

    async fn renew(&self, replica: ReplicaId, lease: Duration) -> Result<bool> {
        if self.is_alone() {
            return Ok(true);
        }
        self.transact_within(QUICK, Reach::Nothing, move |tx| Box::pin(renew(tx, replica, lease))).await
    }

    async fn leave(&self, replica: ReplicaId) -> Result<()> {
        if self.is_alone() {
            return Ok(());
        }
        self.transact_within(QUICK, Reach::Nothing, move |tx| {
            Box::pin(async move {
                // What it saw to is free at once; whoever forgets the lease takes it up.
                let sql = "UPDATE replicas SET expires_at = clock_timestamp() WHERE id = $1";
                tx.send(sql, &values![replica]).await
            })
        })
        .await
    }

    async fn forget_lapsed(&self) -> Result<bool> {
        if self.is_alone() {
            return Ok(false);
        }
        self.transact_within(QUICK, Reach::Nothing, move |tx| Box::pin(forget_lapsed(tx))).await
    }

    async fn claim(&self, held: Held) -> Result<Claim> {
        if self.is_alone() {
            return Ok(Claim::Granted);
        }
        self.transact(Reach::Nothing, move |tx| Box::pin(claim(tx, held))).await
    }

    async fn release(&self, held: Held) -> Result<()> {
        if self.is_alone() {
            return Ok(());
        }
        self.transact(Reach::Nothing, move |tx| Box::pin(release(tx, held))).await
    }

    async fn call(&self, holder: Held) -> Result<()> {
        if self.is_alone() {
            return Ok(());
        }
        self.transact(Reach::Nothing, move |tx| {
            Box::pin(async move { tell(tx, &format!("call {} {}", holder.replica, holder.work)).await })
        })
        .await
    }

    fn signals(&self) -> Box<dyn Signals> {
        Box::new(Hearing(self.heard()))
    }
}

struct Hearing(broadcast::Receiver<Signal>);

#[async_trait]
impl Signals for Hearing {
    async fn heard(&mut self) -> Signal {
        match self.0.recv().await {
            Ok(signal) => signal,
            Err(broadcast::error::RecvError::Lagged(_)) => Signal::Missed,
            // The store is gone: nobody says anything any more.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[cfg(all(test, feature = "postgres"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use switchyard_domain::store::Work;

    use super::*;

    #[test]
    fn what_a_later_version_says_is_passed_over() {
        let (session, replica) = (SessionId::new(), ReplicaId::new());
        let told = understood(&format!("transcript {session} 12"));
        assert_eq!(told, Some(Signal::Transcript(session, 12)));
        let told = understood(&format!("call {replica} session {session}"));
        assert_eq!(told, Some(Signal::Call(replica, Work::Session(session))));
        assert_eq!(understood(ACCESS), Some(Signal::Access));
        for strange in ["", "call", "call me maybe", "transcript x y", "dance 1 2"] {
            assert_eq!(understood(strange), None, "{strange}");
        }
    }
}
