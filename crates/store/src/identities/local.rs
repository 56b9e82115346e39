//! The user and organisation of desktop mode, and those that are given from outside.

use switchyard_domain::{Error, OrgId, Result, Role, Timestamp, UserId};

use crate::database::Database;
use crate::organisations::join;
use crate::reach::Reach;
use crate::tx::Tx;
use crate::value::values;

/// The name by which the local user and organisation are found again.
const LOCAL: &str = "local";

/// A user's place in an organisation, with what is known of both.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The organisation.
    pub org: OrgId,
    /// Its name for people.
    pub org_name: String,
    /// The user.
    pub user: UserId,
    /// Their name for people.
    pub user_name: String,
    /// What they may do there.
    pub role: Role,
}

impl Database {
    /// Makes the user, the organisation and the membership where they are not there yet; names and role are
    /// brought up to date.
    ///
    /// # Errors
    /// `Unavailable` as for every write.
    pub async fn ensure_membership(&self, membership: &Membership, at: Timestamp) -> Result<()> {
        let membership = membership.clone();
        self.transact(Reach::Instance, move |tx| Box::pin(async move { ensure(tx, &membership, at).await }))
            .await
    }
}

async fn ensure(tx: &mut Tx, membership: &Membership, at: Timestamp) -> Result<()> {
    let Membership { org, org_name, user, user_name, role } = membership;
    tx.send(
        "INSERT INTO users (id, name, name_key, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key",
        &values![*user, user_name, user_name.to_lowercase(), at],
    )
    .await?;
    tx.send(
        "INSERT INTO organisations (id, name, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        &values![*org, org_name, at],
    )
    .await?;
    join(tx, *org, *user, *role, at).await
}

/// The local user and organisation, made on first call.
pub(crate) async fn local(tx: &mut Tx, at: Timestamp) -> Result<(UserId, OrgId)> {
    if let Some(found) = find_local(tx).await? {
        return Ok(found);
    }
    // Another process may be at the same: whoever comes first makes the rows, both find them.
    tx.send(
        "INSERT INTO users (id, handle, name, name_key, created_at) VALUES ($1, $2, 'You', 'you', $3)
         ON CONFLICT (handle) DO NOTHING",
        &values![UserId::new(), LOCAL, at],
    )
    .await?;
    tx.send(
        "INSERT INTO organisations (id, handle, name, personal, created_at) VALUES ($1, $2, 'Local', $3, $4)
         ON CONFLICT (handle) DO NOTHING",
        &values![OrgId::new(), LOCAL, true, at],
    )
    .await?;
    let (user, org) = find_local(tx)
        .await?
        .ok_or_else(|| Error::internal("the local user and organisation were made, and are not there"))?;
    join(tx, org, user, Role::Admin, at).await?;
    Ok((user, org))
}

async fn find_local(tx: &mut Tx) -> Result<Option<(UserId, OrgId)>> {
    tx.row(
        "SELECT u.id, o.id FROM users u CROSS JOIN organisations o WHERE u.handle = $1 AND o.handle = $1",
        &values![LOCAL],
        |row| Ok((row.id()?, row.id()?)),
    )
    .await
}
