//! Programs: let in by an API key.

use switchyard_domain::api_key::ApiKey;
use switchyard_domain::store::Known;
use switchyard_domain::user::SecretDigest;
use switchyard_domain::{ApiKeyId, Result, Timestamp};

use super::users;
use crate::tx::Tx;
use crate::value::values;
use crate::{api_keys, organisations};

/// Who shows a key: its maker, with what both the key and they may do, in the key's organisation alone.
pub(super) async fn recognise(
    tx: &mut Tx,
    at: Timestamp,
    secret: SecretDigest,
) -> Result<Option<Known<ApiKey>>> {
    let sql = format!(
        "SELECT {}, {}, {} FROM api_keys k JOIN users u ON u.id = k.user_id
             JOIN memberships m ON m.org_id = k.org_id AND m.user_id = k.user_id
             JOIN organisations o ON o.id = k.org_id
         WHERE k.secret = $1 AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.disabled_at IS NULL",
        api_keys::COLUMNS,
        users::COLUMNS,
        organisations::MEMBERSHIP
    );
    let rows = tx
        .rows(&sql, &values![secret, at], |row| {
            Ok((api_keys::read(row)?, users::read(row)?, organisations::read_membership(row)?))
        })
        .await?;
    let Some(mut known) = users::gathered(rows) else { return Ok(None) };
    for makers in &mut known.memberships {
        makers.role = makers.role.min(known.credential.role);
        known.credential.role = makers.role;
    }
    Ok(Some(known))
}

pub(super) async fn note_use(tx: &mut Tx, at: Timestamp, id: ApiKeyId) -> Result<()> {
    tx.send("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", &values![id, at]).await
}
