//! The audit log: appended to in the transaction of what it tells of, never changed.

use async_trait::async_trait;
use switchyard_domain::audit::AuditEntry;
use switchyard_domain::event::Entity;
use switchyard_domain::store::{Act, Audit};
use switchyard_domain::{AuditId, Result, Scope, Timestamp};
use uuid::Uuid;

use crate::database::Database;
use crate::tx::Tx;
use crate::value::{Value, values};

/// Appends what `act` did.
pub(crate) async fn append(
    tx: &mut Tx,
    act: &Act,
    action: &str,
    entity_type: &str,
    entity_id: Option<Uuid>,
    details: &[(&str, String)],
) -> Result<()> {
    insert(tx, &act.scope, act.at, (action, entity_type, entity_id), details).await
}

/// Appends that `act` came too late: somebody else had changed the resource since.
pub(crate) async fn append_stale(tx: &mut Tx, act: &Act, entity: Entity, id: Uuid) -> Result<()> {
    append(tx, act, &format!("{}.stale", act.action), entity.as_str(), Some(id), &[]).await
}

async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    at: Timestamp,
    (action, entity_type, entity_id): (&str, &str, Option<Uuid>),
    details: &[(&str, String)],
) -> Result<()> {
    let details =
        details.iter().map(|(name, value)| ((*name).to_owned(), value.replace('\0', "\u{FFFD}").into()));
    let details = Value::Json(serde_json::Value::Object(details.collect()));
    let [id, org, user, action, entity_type, entity_id, at] =
        values![AuditId::new(), scope.org(), scope.user(), action, entity_type, entity_id, at];
    tx.execute(
        "INSERT INTO audit_log (id, org_id, user_id, action, entity_type, entity_id, details, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[id, org, user, action, entity_type, entity_id, details, at],
    )
    .await
    .map(drop)
}

#[async_trait]
impl Audit for Database {
    async fn append_audit(&self, scope: &Scope, entry: &AuditEntry) -> Result<()> {
        let (scope, entry) = (*scope, entry.clone());
        self.transact(move |tx| {
            Box::pin(async move {
                let what = (entry.action, entry.entity_type, entry.entity_id);
                insert(tx, &scope, entry.at, what, &entry.details).await
            })
        })
        .await
    }
}
