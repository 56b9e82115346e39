//! Users, organisations and memberships: what tenant rows refer to.

use async_trait::async_trait;
use switchyard_domain::store::Organisations;
use switchyard_domain::{OrgId, Result, Role, Scope, Timestamp, UserId};

use crate::database::Database;
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
        self.transact(move |tx| Box::pin(async move { ensure(tx, &membership, at).await })).await
    }
}

async fn ensure(tx: &mut Tx, membership: &Membership, at: Timestamp) -> Result<()> {
    let Membership { org, org_name, user, user_name, role } = membership;
    tx.execute(
        "INSERT INTO users (id, name, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        &values![*user, user_name, at],
    )
    .await?;
    tx.execute(
        "INSERT INTO organisations (id, name, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        &values![*org, org_name, at],
    )
    .await?;
    join(tx, *org, *user, *role, at).await
}

async fn join(tx: &mut Tx, org: OrgId, user: UserId, role: Role, at: Timestamp) -> Result<()> {
    let role = match role {
        Role::Viewer => "viewer",
        Role::Member => "member",
        Role::Admin => "admin",
    };
    tx.execute(
        "INSERT INTO memberships (org_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role",
        &values![org, user, role, at],
    )
    .await?;
    tx.execute(
        "INSERT INTO feed_heads (org_id, seq, pruned) VALUES ($1, 0, 0) ON CONFLICT (org_id) DO NOTHING",
        &values![org],
    )
    .await
    .map(drop)
}

/// The local user and organisation, made on first call.
pub(crate) async fn local(tx: &mut Tx, at: Timestamp) -> Result<(UserId, OrgId)> {
    if let Some(found) = find_local(tx).await? {
        return Ok(found);
    }
    // Another process may be at the same: whoever comes first makes the rows, both find them.
    tx.execute(
        "INSERT INTO users (id, handle, name, created_at) VALUES ($1, $2, 'You', $3) ON CONFLICT (handle) DO NOTHING",
        &values![UserId::new(), LOCAL, at],
    )
    .await?;
    tx.execute(
        "INSERT INTO organisations (id, handle, name, created_at) VALUES ($1, $2, 'Local', $3)
         ON CONFLICT (handle) DO NOTHING",
        &values![OrgId::new(), LOCAL, at],
    )
    .await?;
    let (user, org) = find_local(tx).await?.ok_or_else(|| {
        switchyard_domain::Error::internal("the local user and organisation were made, and are not there")
    })?;
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

#[async_trait]
impl Organisations for Database {
    async fn organisation_name(&self, scope: &Scope) -> Result<String> {
        let org = scope.org();
        self.read(move |tx| {
            Box::pin(async move {
                tx.found("SELECT name FROM organisations WHERE id = $1", &values![org], |row| row.get()).await
            })
        })
        .await
    }
}
