//! How much there is at the moment.

use async_trait::async_trait;
use switchyard_domain::Result;
use switchyard_domain::store::{Connections, Gauges, Metrics};

use crate::database::Database;
use crate::reach::Reach;
use crate::tx::Tx;

async fn gauges(tx: &mut Tx) -> Result<Gauges> {
    let sql =
        "SELECT status, count(*) FROM sessions WHERE status IN ('starting', 'running', 'waiting_approval')
         GROUP BY status ORDER BY status";
    let sessions = tx.rows(sql, &[], |row| Ok((row.name()?, row.get::<i64>()?.unsigned_abs()))).await?;
    let queued_messages = count(tx, "SELECT count(*) FROM messages WHERE status = 'queued'").await?;
    let terminals = count(tx, "SELECT count(*) FROM terminals WHERE status = 'open'").await?;
    Ok(Gauges { sessions, queued_messages, terminals })
}

async fn count(tx: &mut Tx, sql: &str) -> Result<u64> {
    tx.found(sql, &[], |row| Ok(row.get::<i64>()?.unsigned_abs())).await
}

#[async_trait]
impl Metrics for Database {
    async fn gauges(&self) -> Result<Gauges> {
        self.read(Reach::Instance, |tx| Box::pin(gauges(tx))).await
    }

    fn connections(&self) -> Option<Connections> {
        self.lent()
    }
}
