//! Members: who belongs to an organisation.

use switchyard_domain::access::Subject;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::organisation::Member;
use switchyard_domain::{Error, OrgId, Page, PageRequest, Result, Role, Scope, UserId};

use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Author, Change, Write};
use crate::{access, api_keys, cursor, feed, groups, organisations};

/// Of the membership `m` of the user `u`.
const COLUMNS: &str =
    "u.name_key, m.version, u.id, u.name, u.username, u.email, u.avatar_url, m.role, m.created_at";

/// A member with what sorts them and counts their changes.
struct Found {
    name_key: String,
    version: i64,
    member: Member,
}

fn read(row: &mut Columns<'_>) -> Result<Found> {
    Ok(Found {
        name_key: row.get()?,
        version: row.get()?,
        member: Member {
            user_id: row.id()?,
            name: row.get()?,
            username: row.optional()?,
            email: row.optional()?,
            avatar_url: row.optional()?,
            role: row.name()?,
            joined_at: row.get()?,
        },
    })
}

async fn find(tx: &mut Tx, org: OrgId, user: UserId) -> Result<Found> {
    let sql = format!(
        "SELECT {COLUMNS} FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1 AND m.user_id = $2"
    );
    tx.found(&sql, &values![org, user], read).await
}

pub(crate) async fn list(tx: &mut Tx, scope: &Scope, page: &PageRequest) -> Result<Page<Member>> {
    let mut values = values![scope.org(), i64::from(page.limit) + 1].to_vec();
    let mut behind = "";
    if let Some([name, id]) = cursor::decode::<2>(page)? {
        let id: UserId = id.parse().map_err(|_| cursor::invalid())?;
        values.extend(values![name, id]);
        behind = " AND (u.name_key, u.id) > ($3, $4)";
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM memberships m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1{behind} ORDER BY u.name_key, u.id LIMIT $2"
    );
    let found = tx.rows(&sql, &values, read).await?;
    let key = |found: &Found| vec![found.name_key.clone(), found.member.user_id.to_string()];
    Ok(cursor::page(found, page, key).map(|found| found.member))
}

fn change(user: UserId, verb: Verb, version: i64) -> Change {
    Change { verb, entity: Entity::Member, id: user.0, project_id: None, version }
}

/// Refuses to leave an organisation without anybody who may act as its admin.
async fn keep_an_admin(tx: &mut Tx, org: OrgId, but: UserId) -> Result<()> {
    let sql = "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 AND m.user_id <> $2 AND m.role = 'admin' AND u.disabled_at IS NULL";
    let others: i64 = tx.found(sql, &values![org, but], |row| row.get()).await?;
    if others > 0 {
        return Ok(());
    }
    Err(Error::conflict(
        "last_admin",
        "An organisation needs an admin, and there is no other. Make somebody else admin first.",
    ))
}

pub(crate) async fn set_role(write: &mut Write<'_>, user: UserId, role: Role) -> Result<Member> {
    let org = write.scope().org();
    let Found { member: before, version, .. } = find(write.tx, org, user).await?;
    organisations::refuse_personal(write.tx, org).await?;
    if before.role == role {
        return Ok(before);
    }
    if before.role == Role::Admin {
        keep_an_admin(write.tx, org, user).await?;
    }
    let sql = "UPDATE memberships SET role = $3, version = version + 1 WHERE org_id = $1 AND user_id = $2";
    write.tx.send(sql, &values![org, user, role.as_str()]).await?;
    let details = [("from", before.role.as_str().to_owned()), ("to", role.as_str().to_owned())];
    write.record(change(user, Verb::Updated, version + 1), &details).await?;
    Ok(Member { role, ..before })
}

/// Takes a member out, with whatever names them. The write reaches all projects.
pub(crate) async fn remove(write: &mut Write<'_>, user: UserId) -> Result<()> {
    let org = write.scope().org();
    let Found { member, version, .. } = find(write.tx, org, user).await?;
    organisations::refuse_personal(write.tx, org).await?;
    if member.role == Role::Admin {
        keep_an_admin(write.tx, org, user).await?;
    }
    let keys = api_keys::delete_all_of(write, user).await?;
    access::forget(write, Subject::User(user)).await?;
    groups::forget(write, user).await?;
    let sql = "DELETE FROM memberships WHERE org_id = $1 AND user_id = $2";
    write.tx.send(sql, &values![org, user]).await?;
    let details =
        [("name", member.name), ("role", member.role.as_str().to_owned()), ("api_keys", keys.to_string())];
    write.record(change(user, Verb::Deleted, version + 1), &details).await
}

/// Makes `author` a member of an organisation, or gives the member that they are a greater role; what they were before
/// is the answer. The organisation's feed is held.
pub(crate) async fn take_place(tx: &mut Tx, author: Author, role: Role) -> Result<Option<Role>> {
    let Author { org, user, at } = author;
    let before = match find(tx, org, user).await {
        Ok(found) => Some((found.member.role, found.version)),
        Err(error) if error.kind == switchyard_domain::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let change = match before {
        None => {
            organisations::join(tx, org, user, role, at).await?;
            change(user, Verb::Created, 1)
        }
        Some((was, version)) if was < role => {
            let sql =
                "UPDATE memberships SET role = $3, version = version + 1 WHERE org_id = $1 AND user_id = $2";
            tx.send(sql, &values![org, user, role.as_str()]).await?;
            change(user, Verb::Updated, version + 1)
        }
        Some((was, _)) => return Ok(Some(was)),
    };
    feed::append(tx, author, change).await?;
    Ok(before.map(|(was, _)| was))
}

/// Tells all organisations of a user that their name, address or picture changed. Their feeds are held in one order, so
/// that two such changes cannot wait for each other.
pub(crate) async fn tell_of_change(tx: &mut Tx, author: Author) -> Result<()> {
    let user = author.user;
    let sql = "SELECT org_id FROM memberships WHERE user_id = $1 ORDER BY org_id";
    let organisations: Vec<OrgId> = tx.rows(sql, &values![user], |row| row.id()).await?;
    for org in organisations {
        feed::hold(tx, org).await?;
        let sql = "UPDATE memberships SET version = version + 1 WHERE org_id = $1 AND user_id = $2 RETURNING version";
        // Whoever was removed meanwhile is nobody's member to be told of.
        if let Some(version) = tx.row(sql, &values![org, user], |row| row.get()).await? {
            feed::append(tx, Author { org, ..author }, change(user, Verb::Updated, version)).await?;
        }
    }
    Ok(())
}
