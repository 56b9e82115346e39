//! Invitations: places in an organisation that wait for whoever has the secret.

use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::organisation::{
    Invitation, MOST_INVITATIONS, NewInvitation, OfferedPlace, Organisation,
};
use switchyard_domain::user::SecretDigest;
use switchyard_domain::{
    Error, ErrorKind, InvitationId, OrgId, Page, PageRequest, Result, Role, Scope, Timestamp, UserId,
};

use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{Value, values};
use crate::write::{Author, Change, Write};
use crate::{audit, cursor, feed, idempotency, members, organisations};

/// Of the invitation `i`.
const COLUMNS: &str = "i.id, i.email, i.role, i.user_id, i.created_at, i.expires_at";

/// Whether the invitation `i` can be accepted at `$2`. Not once who invited could not do so any more: whoever is shut out
/// would otherwise come back in by an invitation that they had made before.
const OPEN: &str = "i.expires_at > $2 AND EXISTS (
    SELECT 1 FROM memberships im JOIN users iu ON iu.id = im.user_id
    WHERE im.org_id = i.org_id AND im.user_id = i.user_id AND im.role = 'admin' AND iu.disabled_at IS NULL)";

fn read(row: &mut Columns<'_>) -> Result<Invitation> {
    Ok(Invitation {
        id: row.id()?,
        email: row.optional()?,
        role: row.name()?,
        invited_by: row.id()?,
        created_at: row.get()?,
        expires_at: row.get()?,
    })
}

async fn find(tx: &mut Tx, org: OrgId, id: InvitationId) -> Result<Invitation> {
    let sql = format!("SELECT {COLUMNS} FROM invitations i WHERE i.org_id = $1 AND i.id = $2");
    tx.found(&sql, &values![org, id], read).await
}

pub(crate) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    at: Timestamp,
    page: &PageRequest,
) -> Result<Page<Invitation>> {
    let mut values = values![scope.org(), at, i64::from(page.limit) + 1].to_vec();
    let mut behind = "";
    if let Some([id]) = cursor::decode::<1>(page)? {
        values.push(Value::from(id.parse::<InvitationId>().map_err(|_| cursor::invalid())?));
        behind = " AND i.id < $4";
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM invitations i WHERE i.org_id = $1 AND {OPEN}{behind} ORDER BY i.id DESC LIMIT $3"
    );
    let found = tx.rows(&sql, &values, read).await?;
    Ok(cursor::page(found, page, |invitation| vec![invitation.id.to_string()]))
}

fn change(id: InvitationId, verb: Verb) -> Change {
    let version = if verb == Verb::Deleted { 2 } else { 1 };
    Change { verb, entity: Entity::Invitation, id: id.0, project_id: None, version }
}

pub(crate) async fn create(write: &mut Write<'_>, new: &NewInvitation) -> Result<Invitation> {
    let (scope, at) = (write.scope(), write.act.at);
    let org = scope.org();
    organisations::refuse_personal(write.tx, org).await?;
    if let Some(id) = idempotency::made_before(write).await? {
        // Nobody can be told the first secret again: the invitation has the second one from now on.
        let sql = "UPDATE invitations SET secret = $3 WHERE org_id = $1 AND id = $2";
        write.tx.send(sql, &values![org, id, new.secret]).await?;
        return find(write.tx, org, id).await;
    }
    let over = format!("DELETE FROM invitations AS i WHERE i.org_id = $1 AND NOT ({OPEN})");
    write.tx.send(&over, &values![org, at]).await?;
    let sql = "SELECT count(*) FROM invitations WHERE org_id = $1";
    let open: i64 = write.tx.found(sql, &values![org], |row| row.get()).await?;
    if open >= MOST_INVITATIONS {
        return Err(Error::new(
            ErrorKind::Limited,
            "too_many_invitations",
            format!("{open} invitations wait to be accepted, which is the most. Take some back first."),
        ));
    }
    let id = InvitationId::new();
    write
        .tx
        .send(
            "INSERT INTO invitations (id, org_id, user_id, secret, email, role, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &values![
                id,
                org,
                scope.user(),
                new.secret,
                new.email.clone(),
                new.role.as_str(),
                at,
                new.expires_at
            ],
        )
        .await?;
    idempotency::remember(write, id).await?;
    let mut details = vec![("role", new.role.as_str().to_owned())];
    details.extend(new.email.clone().map(|email| ("email", email)));
    write.record(change(id, Verb::Created), &details).await?;
    find(write.tx, org, id).await
}

pub(crate) async fn delete(write: &mut Write<'_>, id: InvitationId) -> Result<()> {
    let sql = "DELETE FROM invitations WHERE org_id = $1 AND id = $2 RETURNING role";
    let role: Role = write.tx.found(sql, &values![write.act.scope.org(), id], |row| row.name()).await?;
    write.record(change(id, Verb::Deleted), &[("role", role.as_str().to_owned())]).await
}

/// The one answer for an invitation that was used, taken back, has expired, counts no more or never was.
fn invalid() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "invitation_invalid",
        "This invitation cannot be accepted any more. Ask for a new one.",
    )
}

/// What an invitation offers, if it can be accepted.
pub(crate) async fn offered(tx: &mut Tx, at: Timestamp, secret: SecretDigest) -> Result<OfferedPlace> {
    let sql = format!(
        "SELECT o.name, i.role, u.name FROM invitations i
         JOIN organisations o ON o.id = i.org_id JOIN users u ON u.id = i.user_id
         WHERE i.secret = $1 AND {OPEN}"
    );
    let values = values![secret, at];
    let place = tx.row(&sql, &values, |row| {
        Ok(OfferedPlace { organisation: row.get()?, role: row.name()?, invited_by: row.get()? })
    });
    place.await?.ok_or_else(invalid)
}

/// For whom an invitation is used up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guest {
    /// Somebody who was here before.
    Known(UserId),
    /// Somebody whose account is made by it.
    New(UserId),
}

/// Takes the place that an invitation keeps, and uses the invitation up.
pub(crate) async fn accept(
    tx: &mut Tx,
    at: Timestamp,
    guest: Guest,
    secret: SecretDigest,
) -> Result<Organisation> {
    let (Guest::Known(user) | Guest::New(user)) = guest;
    let sql = format!("SELECT i.org_id FROM invitations i WHERE i.secret = $1 AND {OPEN}");
    let org: OrgId = tx.row(&sql, &values![secret, at], |row| row.id()).await?.ok_or_else(invalid)?;
    feed::hold(tx, org).await?;
    // Of two who show it at once, one gets the row.
    let sql = "DELETE FROM invitations WHERE secret = $1 AND org_id = $2 RETURNING id, role";
    let used = tx.row(sql, &values![secret, org], |row| Ok((row.id()?, row.name()?))).await?;
    let (id, role): (InvitationId, Role) = used.ok_or_else(invalid)?;
    let author = Author { org, user, at };
    let before = members::take_place(tx, author, role).await?;
    feed::append(tx, author, change(id, Verb::Deleted)).await?;
    let mut details = vec![("role", role.as_str().to_owned())];
    details.extend(before.map(|was| ("was", was.as_str().to_owned())));
    if guest == Guest::New(user) {
        details.push(("account", "made by it".to_owned()));
    }
    let about = (Entity::Invitation.as_str(), Some(id.0));
    audit::append(tx, author, "invitation.accept", about, &details).await?;
    organisations::joined(tx, user, org).await
}
