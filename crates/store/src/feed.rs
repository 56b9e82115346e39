//! The change feed: events numbered per organisation, without gaps, in the transaction of the change.

use async_trait::async_trait;
use switchyard_domain::event::{Event, FeedSlice};
use switchyard_domain::store::{Feed, WakeUps};
use switchyard_domain::{Error, OrgId, Result, Scope};

use crate::database::Database;
use crate::replicas;
use crate::row::Columns;
use crate::tx::{Dialect, Tx};
use crate::value::values;
use crate::write::{Author, Change};

/// Where a feed stands.
struct Head {
    /// Number of the newest event.
    seq: i64,
    /// Number of the newest event that was forgotten.
    pruned: i64,
}

fn read_head(row: &mut Columns<'_>) -> Result<Head> {
    Ok(Head { seq: row.get()?, pruned: row.get()? })
}

fn read_event(row: &mut Columns<'_>) -> Result<Event> {
    Ok(Event {
        seq: row.get()?,
        entity: row.name()?,
        verb: row.name()?,
        id: row.get()?,
        project_id: row.optional_id()?,
        version: row.get()?,
        at: row.get()?,
    })
}

async fn head(tx: &mut Tx, org: OrgId) -> Result<Head> {
    tx.found("SELECT seq, pruned FROM feed_heads WHERE org_id = $1", &values![org], read_head).await
}

/// Makes the organisation's writes wait for this one. SQLite has one writer anyway.
pub(crate) async fn hold(tx: &mut Tx, org: OrgId) -> Result<()> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT seq, pruned FROM feed_heads WHERE org_id = $1",
        #[cfg(feature = "postgres")]
        Dialect::Postgres => "SELECT seq, pruned FROM feed_heads WHERE org_id = $1 FOR UPDATE",
    };
    tx.found(sql, &values![org], read_head).await.map(drop)
}

/// The statement that does so, for the beginning of a transaction; it finds a row unless there is no such organisation.
#[cfg(feature = "postgres")]
pub(crate) fn holding(org: OrgId) -> String {
    format!("; SELECT seq FROM feed_heads WHERE org_id = '{org}' FOR UPDATE")
}

/// Appends one event.
pub(crate) async fn append(tx: &mut Tx, author: Author, change: Change) -> Result<()> {
    let Author { org, user, at } = author;
    let Change { verb, entity, id, project_id, version } = change;
    let of_event = values![org, user, entity.as_str(), verb.as_str(), id, project_id, version, at];
    let insert =
        "INSERT INTO events (org_id, user_id, entity, verb, entity_id, project_id, version, at, seq)";
    match tx.dialect() {
        Dialect::Sqlite => {
            let next = "UPDATE feed_heads SET seq = seq + 1 WHERE org_id = $1 RETURNING seq";
            let seq: i64 = tx.found(next, &values![org], |row| row.get()).await?;
            let values: Vec<_> = of_event.into_iter().chain([seq.into()]).collect();
            let sql = format!("{insert} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
            tx.send(&sql, &values).await?;
        }
        // The same in one statement, which fails where there is no such feed.
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            let sql = format!(
                "WITH head AS (UPDATE feed_heads SET seq = seq + 1 WHERE org_id = $1 RETURNING seq)
                 {insert} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT seq FROM head))"
            );
            tx.send(&sql, &of_event).await?;
        }
    }
    tx.feed_grew(org);
    // Here, so that no change of what people may do comes past it.
    if entity.concerns_access() { replicas::access_changed(tx).await } else { Ok(()) }
}

async fn slice(tx: &mut Tx, org: OrgId, since: i64, limit: u32) -> Result<FeedSlice> {
    let Head { seq, pruned } = head(tx, org).await?;
    if since < pruned || since > seq {
        return Ok(FeedSlice::Reset { head: seq });
    }
    let events = tx
        .rows(
            "SELECT seq, entity, verb, entity_id, project_id, version, at FROM events
             WHERE org_id = $1 AND seq > $2 AND (project_id IS NULL OR reaches_project(project_id))
             ORDER BY seq LIMIT $3",
            &values![org, since, limit],
            read_event,
        )
        .await?;
    Ok(FeedSlice::Events(events))
}

async fn prune(tx: &mut Tx, org: OrgId, keep: i64) -> Result<()> {
    let Head { seq, pruned } = head(tx, org).await?;
    let last = seq.saturating_sub(keep);
    if last <= pruned {
        return Ok(());
    }
    tx.send("UPDATE feed_heads SET pruned = $2 WHERE org_id = $1", &values![org, last]).await?;
    tx.send("DELETE FROM events WHERE org_id = $1 AND seq <= $2", &values![org, last]).await
}

#[async_trait]
impl Feed for Database {
    async fn feed_head(&self, scope: &Scope) -> Result<i64> {
        let org = scope.org();
        self.read(scope, move |tx| Box::pin(async move { Ok(head(tx, org).await?.seq) })).await
    }

    async fn events(&self, scope: &Scope, since: i64, limit: u32) -> Result<FeedSlice> {
        let org = scope.org();
        self.read(scope, move |tx| Box::pin(slice(tx, org, since, limit))).await
    }

    fn wake_ups(&self, scope: &Scope) -> Box<dyn WakeUps> {
        self.waiter(scope.org())
    }

    async fn prune_events(&self, scope: &Scope, keep: i64) -> Result<()> {
        if keep < 0 {
            return Err(Error::invalid("keep", "The number of events to keep is not negative."));
        }
        let org = scope.org();
        self.transact(scope, move |tx| {
            Box::pin(async move {
                hold(tx, org).await?;
                prune(tx, org, keep).await
            })
        })
        .await
    }
}
