//! Secrets that are good once: what was used is remembered for as long as somebody could show it again.

use std::time::Duration;

use switchyard_domain::user::SecretDigest;
use switchyard_domain::{Result, Timestamp};

use crate::tx::Tx;
use crate::value::values;

/// How far a server's clock may be ahead of another's without its forgetting what could still be shown there.
const APART: Duration = Duration::from_secs(3600);

pub(super) async fn spend(
    tx: &mut Tx,
    at: Timestamp,
    secret: SecretDigest,
    expires_at: Timestamp,
) -> Result<bool> {
    tx.send("DELETE FROM spent_secrets WHERE expires_at <= $1", &values![at - APART]).await?;
    let sql =
        "INSERT INTO spent_secrets (secret, expires_at) VALUES ($1, $2) ON CONFLICT (secret) DO NOTHING";
    Ok(tx.execute(sql, &values![secret, expires_at]).await? > 0)
}
