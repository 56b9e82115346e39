//! Organisations: the tenants that own rows.

use async_trait::async_trait;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::organisation::{Invitation, Member, Membership, NewInvitation, Organisation};
use switchyard_domain::store::{Act, Organisations};
use switchyard_domain::{
    Error, InvitationId, OrgId, Page, PageRequest, Result, Role, Scope, Timestamp, UserId,
};

use crate::database::Database;
use crate::reach::Reach;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Author, Change, Write, check_version};
use crate::{audit, feed, idempotency, invitations, members, reach};

/// Of the organisation `o`.
const COLUMNS: &str = "o.id, o.name, o.personal, o.created_at, o.version";

/// The organisation `o` that is a user's own, or, where somebody has none, the first that they came to. What is asked
/// for stands before it, the user's id behind it.
const HOME: &str = "FROM memberships h JOIN organisations o ON o.id = h.org_id
    WHERE h.user_id =";
const HOME_FIRST: &str = "ORDER BY o.personal DESC, h.created_at, o.id LIMIT 1";

/// A membership of the user `u`; the last columns of a row.
pub(crate) const MEMBERSHIP: &str = "o.id, o.name, o.personal, o.created_at, o.version, m.role";

/// Gives the user `u` a row for each membership, or one without any.
pub(crate) const MEMBERSHIPS: &str =
    "LEFT JOIN (memberships m JOIN organisations o ON o.id = m.org_id) ON m.user_id = u.id";

pub(crate) fn read(row: &mut Columns<'_>) -> Result<Organisation> {
    let id = row.id()?;
    read_rest(id, row)
}

fn read_rest(id: OrgId, row: &mut Columns<'_>) -> Result<Organisation> {
    Ok(Organisation {
        id,
        name: row.get()?,
        personal: row.get()?,
        created_at: row.get()?,
        version: row.get()?,
    })
}

/// What [`MEMBERSHIP`] says.
pub(crate) fn read_membership(row: &mut Columns<'_>) -> Result<Option<Membership>> {
    let Some(id) = row.optional_id()? else { return Ok(None) };
    Ok(Some(Membership { organisation: read_rest(id, row)?, role: row.name()? }))
}

/// SQL for the organisation in which the login `l` acts: the one that was chosen for as long as its user is a member
/// there.
pub(crate) fn of_login() -> String {
    format!(
        "COALESCE((SELECT m.org_id FROM memberships m WHERE m.org_id = l.org_id AND m.user_id = l.user_id),
                  (SELECT o.id {HOME} l.user_id {HOME_FIRST}))"
    )
}

async fn find(tx: &mut Tx, id: OrgId) -> Result<Organisation> {
    tx.found(&format!("SELECT {COLUMNS} FROM organisations o WHERE o.id = $1"), &values![id], read).await
}

/// The organisation, if the user is a member.
pub(crate) async fn joined(tx: &mut Tx, user: UserId, id: OrgId) -> Result<Organisation> {
    let sql = format!(
        "SELECT {COLUMNS} FROM memberships m JOIN organisations o ON o.id = m.org_id
         WHERE m.org_id = $1 AND m.user_id = $2"
    );
    tx.found(&sql, &values![id, user], read).await
}

/// Where somebody's own acts are noted.
pub(crate) async fn home(tx: &mut Tx, user: UserId) -> Result<OrgId> {
    tx.found(&format!("SELECT o.id {HOME} $1 {HOME_FIRST}"), &values![user], |row| row.id()).await
}

/// Puts somebody's own organisation first, then by name.
pub(crate) fn sort(memberships: &mut [Membership]) {
    memberships.sort_by_cached_key(|Membership { organisation, .. }| {
        (!organisation.personal, organisation.name.to_lowercase(), organisation.id)
    });
}

/// Refuses where nobody but its owner can be a member.
pub(crate) async fn refuse_personal(tx: &mut Tx, id: OrgId) -> Result<()> {
    if find(tx, id).await?.personal {
        return Err(Error::conflict(
            "personal_organisation",
            "This is one person's own organisation. Make another one to work together.",
        ));
    }
    Ok(())
}

/// Makes the rows of an organisation whose first admin is `author`.
pub(crate) async fn make(tx: &mut Tx, author: Author, name: &str, personal: bool) -> Result<()> {
    tx.send(
        "INSERT INTO organisations (id, name, personal, created_at, version) VALUES ($1, $2, $3, $4, 1)",
        &values![author.org, name, personal, author.at],
    )
    .await?;
    join(tx, author.org, author.user, Role::Admin, author.at).await
}

/// Makes somebody a member, or gives a member another role, and the organisation its feed.
pub(crate) async fn join(tx: &mut Tx, org: OrgId, user: UserId, role: Role, at: Timestamp) -> Result<()> {
    tx.send(
        "INSERT INTO memberships (org_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role",
        &values![org, user, role.as_str(), at],
    )
    .await?;
    tx.send(
        "INSERT INTO feed_heads (org_id, seq, pruned) VALUES ($1, 0, 0) ON CONFLICT (org_id) DO NOTHING",
        &values![org],
    )
    .await
}

fn change(organisation: &Organisation, verb: Verb) -> Change {
    let Organisation { id, version, .. } = organisation;
    Change { verb, entity: Entity::Organisation, id: id.0, project_id: None, version: *version }
}

async fn create(write: &mut Write<'_>, name: &str) -> Result<Organisation> {
    let scope = write.scope();
    if let Some(id) = idempotency::made_before(write).await? {
        reach::enter(write.tx, id).await?;
        return joined(write.tx, scope.user(), id).await;
    }
    let id = OrgId::new();
    idempotency::remember(write, id).await?;
    reach::enter(write.tx, id).await?;
    let author = Author { org: id, ..Author::from(&write.act) };
    make(write.tx, author, name, false).await?;
    let organisation = find(write.tx, id).await?;
    // In its own feed and log: where its maker acts now has nothing to do with it.
    feed::append(write.tx, author, change(&organisation, Verb::Created)).await?;
    let about = (Entity::Organisation.as_str(), Some(id.0));
    audit::append(write.tx, author, write.act.action, about, &[("name", name.to_owned())]).await?;
    Ok(organisation)
}

async fn rename(write: &mut Write<'_>, version: i64, name: &str) -> Result<Organisation> {
    let org = write.scope().org();
    let before = find(write.tx, org).await?;
    check_version(before.version, version)?;
    if before.name == name {
        return Ok(before);
    }
    let sql = "UPDATE organisations SET name = $2, version = version + 1 WHERE id = $1";
    write.tx.send(sql, &values![org, name]).await?;
    let organisation = find(write.tx, org).await?;
    let details = [("from", before.name), ("to", organisation.name.clone())];
    write.record(change(&organisation, Verb::Updated), &details).await?;
    Ok(organisation)
}

#[async_trait]
impl Organisations for Database {
    async fn organisation(&self, scope: &Scope) -> Result<Organisation> {
        let org = scope.org();
        self.read(scope, move |tx| Box::pin(find(tx, org))).await
    }

    async fn create_organisation(&self, act: &Act, name: &str) -> Result<Organisation> {
        let name = name.to_owned();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, &name).await })).await
    }

    async fn rename_organisation(&self, act: &Act, version: i64, name: &str) -> Result<Organisation> {
        let name = name.to_owned();
        self.write_version(act, (Entity::Organisation, act.scope.org().0), move |mut write| {
            Box::pin(async move { rename(&mut write, version, &name).await })
        })
        .await
    }

    async fn members(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Member>> {
        let (scope, page) = (*scope, page.clone());
        self.read(scope, move |tx| Box::pin(async move { members::list(tx, &scope, &page).await })).await
    }

    async fn set_member_role(&self, act: &Act, user: UserId, role: Role) -> Result<Member> {
        self.write(act, move |mut write| {
            Box::pin(async move { members::set_role(&mut write, user, role).await })
        })
        .await
    }

    async fn remove_member(&self, act: &Act, user: UserId) -> Result<()> {
        let reach = Reach::Scope(act.scope.unattended());
        self.write_within(reach, act, move |mut write| {
            Box::pin(async move { members::remove(&mut write, user).await })
        })
        .await
    }

    async fn invitations(
        &self,
        scope: &Scope,
        at: Timestamp,
        page: &PageRequest,
    ) -> Result<Page<Invitation>> {
        let (scope, page) = (*scope, page.clone());
        self.read(scope, move |tx| Box::pin(async move { invitations::list(tx, &scope, at, &page).await }))
            .await
    }

    async fn create_invitation(&self, act: &Act, new: &NewInvitation) -> Result<Invitation> {
        let new = new.clone();
        self.write(act, move |mut write| Box::pin(async move { invitations::create(&mut write, &new).await }))
            .await
    }

    async fn delete_invitation(&self, act: &Act, id: InvitationId) -> Result<()> {
        self.write(act, move |mut write| Box::pin(async move { invitations::delete(&mut write, id).await }))
            .await
    }
}
