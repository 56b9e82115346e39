//! How far limits are used up: the generic cell rate algorithm (ITU-T I.371), whose whole state is one time.

use std::time::Duration;

use async_trait::async_trait;
use switchyard_domain::limit::{Bucket, Limit, Taken};
use switchyard_domain::store::Limits;
use switchyard_domain::{Error, Result, Timestamp};

use crate::database::Database;
use crate::reach::Reach;
use crate::tx::Tx;
use crate::value::{Value, micros, values};

/// A time span as it is reckoned with in the table.
fn span(of: Duration) -> i64 {
    i64::try_from(of.as_micros()).unwrap_or(i64::MAX)
}

fn time(micros: i64) -> Result<Timestamp> {
    Timestamp::from_unix_timestamp_nanos(i128::from(micros) * 1000).map_err(Error::internal)
}

async fn take(tx: &mut Tx, at: Timestamp, bucket: Bucket, limit: Limit, count: u32) -> Result<Taken> {
    let (now, spacing, within) = (micros(at), span(limit.spacing()), span(limit.within()));
    let cost = spacing.saturating_mul(i64::from(count));
    if cost > within {
        return Err(Error::internal("more was asked of a limit than it ever allows"));
    }
    // One statement, so that those who take at once wait for each other at the row and at nothing else.
    let sql = "INSERT INTO rate_limits AS r (bucket, full_at) VALUES ($1, $2 + $3)
         ON CONFLICT (bucket) DO UPDATE
             SET full_at = CASE WHEN r.full_at > $2 THEN r.full_at ELSE $2 END + $3
             WHERE CASE WHEN r.full_at > $2 THEN r.full_at ELSE $2 END + $3 <= $2 + $4";
    let bucket = Value::Bytes(bucket.0);
    if tx.execute(sql, &[bucket.clone(), now.into(), cost.into(), within.into()]).await? > 0 {
        return Ok(Taken::All);
    }
    let full_at: Option<i64> =
        tx.row("SELECT full_at FROM rate_limits WHERE bucket = $1", &[bucket], |row| row.get()).await?;
    // One comes back when what is lacking is one less than everything.
    let next = full_at.map_or(now, |full_at| full_at - within + spacing);
    Ok(Taken::Nothing(time(next.max(now))?))
}

#[async_trait]
impl Limits for Database {
    async fn take(&self, at: Timestamp, bucket: &Bucket, limit: Limit, count: u32) -> Result<Taken> {
        let bucket = *bucket;
        self.transact(Reach::Instance, move |tx| Box::pin(take(tx, at, bucket, limit, count))).await
    }

    async fn give_back(&self, at: Timestamp, bucket: &Bucket, limit: Limit) -> Result<()> {
        let (now, spacing, bucket) = (micros(at), span(limit.spacing()), *bucket);
        self.transact(Reach::Instance, move |tx| {
            Box::pin(async move {
                let sql = "UPDATE rate_limits SET full_at = full_at - $2 WHERE bucket = $1 AND full_at > $3";
                tx.send(sql, &[Value::Bytes(bucket.0), spacing.into(), now.into()]).await
            })
        })
        .await
    }

    async fn forget_full(&self, at: Timestamp) -> Result<u64> {
        let now = micros(at);
        self.transact(Reach::Instance, move |tx| {
            Box::pin(
                async move { tx.execute("DELETE FROM rate_limits WHERE full_at <= $1", &values![now]).await },
            )
        })
        .await
    }
}
