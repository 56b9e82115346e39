//! Idempotency keys: what a creation under a key made, kept in the transaction of the creation.

use switchyard_domain::{Error, Result};
use uuid::Uuid;

use crate::value::values;
use crate::write::Write;

/// How long a key is kept at least, in hours; clients are promised a day.
const KEPT_HOURS: i64 = 48;

/// What an earlier creation under this write's key made.
///
/// # Errors
/// `Invalid` when the key is not usable, `Conflict` when it was used for something else.
pub(crate) async fn made_before<T: From<Uuid>>(write: &mut Write<'_>) -> Result<Option<T>> {
    let Some(key) = write.act.idempotency_key.clone() else { return Ok(None) };
    if key.is_empty() || key.chars().count() > 200 || key.contains('\0') {
        return Err(Error::invalid("idempotency_key", "An idempotency key has 1 to 200 characters."));
    }
    let scope = write.scope();
    let made = write
        .tx
        .row(
            "SELECT action, entity_id FROM idempotency_keys WHERE org_id = $1 AND user_id = $2 AND key = $3",
            &values![scope.org(), scope.user(), key],
            |row| Ok((row.get::<String>()?, row.get::<Uuid>()?)),
        )
        .await?;
    match made {
        Some((action, id)) if action == write.act.action => Ok(Some(T::from(id))),
        Some(_) => Err(Error::conflict(
            "idempotency_key_reused",
            "This idempotency key was used for something else. Use a new one for each creation.",
        )),
        None => Ok(None),
    }
}

/// Remembers that this write's key, if it has one, made `id`; forgets keys that are old.
pub(crate) async fn remember(write: &mut Write<'_>, id: impl Into<Uuid>) -> Result<()> {
    let Some(key) = write.act.idempotency_key.clone() else { return Ok(()) };
    let (scope, at) = (write.scope(), write.act.at);
    let old = at - time::Duration::hours(KEPT_HOURS);
    write.tx.send("DELETE FROM idempotency_keys WHERE created_at < $1", &values![old]).await?;
    write
        .tx
        .send(
            "INSERT INTO idempotency_keys (org_id, user_id, key, action, entity_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &values![scope.org(), scope.user(), key, write.act.action, id.into(), at],
        )
        .await
}
