//! The audit log: appended to in the transaction of what it tells of, never changed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use switchyard_domain::audit::{AuditEntry, AuditFilter, AuditRecord};
use switchyard_domain::event::Entity;
use switchyard_domain::store::{Act, Audit};
use switchyard_domain::{AuditId, Page, PageRequest, Result, Role, Scope};
use uuid::Uuid;

use crate::cursor;
use crate::database::Database;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{Value, values};
use crate::write::Author;

/// Appends that `author` did `action` to something of a kind, which has an id where there is one.
pub(crate) async fn append(
    tx: &mut Tx,
    author: Author,
    action: &str,
    (entity_type, entity_id): (&str, Option<Uuid>),
    details: &[(&str, String)],
) -> Result<()> {
    let details =
        details.iter().map(|(name, value)| ((*name).to_owned(), value.replace('\0', "\u{FFFD}").into()));
    let details = Value::Json(serde_json::Value::Object(details.collect()));
    let [id, org, user, action, entity_type, entity_id, at] =
        values![AuditId::new(), author.org, author.user, action, entity_type, entity_id, author.at];
    tx.send(
        "INSERT INTO audit_log (id, org_id, user_id, action, entity_type, entity_id, details, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[id, org, user, action, entity_type, entity_id, details, at],
    )
    .await
}

/// Appends that `act` came too late: somebody else had changed the resource since.
pub(crate) async fn append_stale(tx: &mut Tx, act: &Act, entity: Entity, id: Uuid) -> Result<()> {
    let action = format!("{}.stale", act.action);
    append(tx, Author::from(act), &action, (entity.as_str(), Some(id)), &[]).await
}

fn read(row: &mut Columns<'_>) -> Result<AuditRecord> {
    Ok(AuditRecord {
        id: row.id()?,
        user_id: row.id()?,
        user_name: row.get()?,
        action: row.get()?,
        entity_type: row.get()?,
        entity_id: row.optional()?,
        details: row.json::<BTreeMap<String, String>>()?.into_iter().collect(),
        at: row.get()?,
    })
}

async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditRecord>> {
    if scope.project_key().is_some() {
        // What its maker did is not about its projects alone.
        return Ok(Page { items: Vec::new(), next_cursor: None });
    }
    let mut values = values![scope.org(), i64::from(page.limit) + 1].to_vec();
    let mut conditions = String::new();
    // Each `?` becomes the number of the value that is given with it.
    let mut and = |condition: &str, value: Value| {
        values.push(value);
        conditions.push_str(" AND ");
        conditions.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    if scope.role() < Role::Admin {
        and("a.user_id = ?", scope.user().into());
    }
    if let Some(user) = filter.user_id {
        and("a.user_id = ?", user.into());
    }
    if let Some(action) = &filter.action {
        and("(a.action = ? OR substr(a.action, 1, length(?) + 1) = ? || '.')", action.into());
    }
    if let Some(kind) = &filter.entity_type {
        and("a.entity_type = ?", kind.into());
    }
    if let Some(id) = filter.entity_id {
        and("a.entity_id = ?", id.into());
    }
    if let Some(since) = filter.since {
        and("a.created_at >= ?", since.into());
    }
    if let Some(until) = filter.until {
        and("a.created_at < ?", until.into());
    }
    if let Some([id]) = cursor::decode::<1>(page)? {
        and("a.id < ?", id.parse::<AuditId>().map_err(|_| cursor::invalid())?.into());
    }
    let sql = format!(
        "SELECT a.id, a.user_id, u.name, a.action, a.entity_type, a.entity_id, a.details, a.created_at
         FROM audit_log a JOIN users u ON u.id = a.user_id
         WHERE a.org_id = $1{conditions} ORDER BY a.id DESC LIMIT $2"
    );
    let found = tx.rows(&sql, &values, read).await?;
    Ok(cursor::page(found, page, |record| vec![record.id.to_string()]))
}

#[async_trait]
impl Audit for Database {
    async fn append_audit(&self, scope: &Scope, entry: &AuditEntry) -> Result<()> {
        let author = Author { org: scope.org(), user: scope.user(), at: entry.at };
        let entry = entry.clone();
        self.transact(scope, move |tx| {
            Box::pin(async move {
                let about = (entry.entity_type, entry.entity_id);
                append(tx, author, entry.action, about, &entry.details).await
            })
        })
        .await
    }

    async fn audit(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>> {
        let (scope, filter, page) = (*scope, filter.clone(), page.clone());
        self.read(scope, move |tx| Box::pin(async move { list(tx, &scope, &filter, &page).await })).await
    }
}
