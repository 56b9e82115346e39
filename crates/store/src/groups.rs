//! Groups: members of an organisation under one name.

use async_trait::async_trait;
use switchyard_domain::access::Subject;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::group::{Group, GroupMember, GroupSource, MOST_GROUPS};
use switchyard_domain::store::{Act, Groups};
use switchyard_domain::{
    Error, ErrorKind, GroupId, OrgId, Page, PageRequest, Result, Scope, Timestamp, UserId,
};

use crate::database::Database;
use crate::reach::Reach;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::values;
use crate::write::{Author, Change, Write, check_version};
use crate::{access, audit, cursor, feed, idempotency, organisations};

/// Of the group `g`.
const COLUMNS: &str =
    "g.id, g.name, g.source, (SELECT count(*) FROM group_members m WHERE m.group_id = g.id),
    g.created_at, g.version";

fn read(row: &mut Columns<'_>) -> Result<Group> {
    Ok(Group {
        id: row.id()?,
        name: row.get()?,
        source: row.name()?,
        member_count: row.get()?,
        created_at: row.get()?,
        version: row.get()?,
    })
}

async fn find(tx: &mut Tx, org: OrgId, id: GroupId) -> Result<Group> {
    let sql = format!("SELECT {COLUMNS} FROM user_groups g WHERE g.org_id = $1 AND g.id = $2");
    tx.found(&sql, &values![org, id], read).await
}

async fn list(tx: &mut Tx, scope: &Scope, page: &PageRequest) -> Result<Page<Group>> {
    let mut values = values![scope.org(), i64::from(page.limit) + 1].to_vec();
    let mut behind = "";
    if let Some([name, id]) = cursor::decode::<2>(page)? {
        let id: GroupId = id.parse().map_err(|_| cursor::invalid())?;
        values.extend(values![name, id]);
        behind = " AND (g.name_key, g.id) > ($3, $4)";
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM user_groups g WHERE g.org_id = $1{behind} ORDER BY g.name_key, g.id LIMIT $2"
    );
    let found = tx.rows(&sql, &values, read).await?;
    Ok(cursor::page(found, page, |group| vec![group.name.to_lowercase(), group.id.to_string()]))
}

fn read_member(row: &mut Columns<'_>) -> Result<(String, GroupMember)> {
    let key = row.get()?;
    let member = GroupMember {
        user_id: row.id()?,
        name: row.get()?,
        username: row.optional()?,
        avatar_url: row.optional()?,
    };
    Ok((key, member))
}

async fn members(tx: &mut Tx, scope: &Scope, id: GroupId, page: &PageRequest) -> Result<Page<GroupMember>> {
    find(tx, scope.org(), id).await?;
    let mut values = values![scope.org(), id, i64::from(page.limit) + 1].to_vec();
    let mut behind = "";
    if let Some([name, id]) = cursor::decode::<2>(page)? {
        let id: UserId = id.parse().map_err(|_| cursor::invalid())?;
        values.extend(values![name, id]);
        behind = " AND (u.name_key, u.id) > ($4, $5)";
    }
    let sql = format!(
        "SELECT u.name_key, u.id, u.name, u.username, u.avatar_url
         FROM group_members m JOIN users u ON u.id = m.user_id
         WHERE m.org_id = $1 AND m.group_id = $2{behind} ORDER BY u.name_key, u.id LIMIT $3"
    );
    let found = tx.rows(&sql, &values, read_member).await?;
    let key = |(name, member): &(String, GroupMember)| vec![name.clone(), member.user_id.to_string()];
    Ok(cursor::page(found, page, key).map(|(_, member)| member))
}

fn change(group: &Group, verb: Verb) -> Change {
    Change { verb, entity: Entity::Group, id: group.id.0, project_id: None, version: group.version }
}

/// Refuses to have two groups of one name and source.
async fn check_name(tx: &mut Tx, org: OrgId, name: &str) -> Result<()> {
    let sql = "SELECT 1 FROM user_groups WHERE org_id = $1 AND name_key = $2 AND source = 'admin'";
    match tx.row(sql, &values![org, name.to_lowercase()], |_| Ok(())).await? {
        None => Ok(()),
        Some(()) => {
            Err(Error::conflict("group_exists", "The organisation has a group of this name. Take another."))
        }
    }
}

/// Refuses to change what the proxy keeps, which would undo it with the next request.
fn check_own(group: &Group) -> Result<()> {
    match group.source {
        GroupSource::Admin => Ok(()),
        GroupSource::Proxy => Err(Error::conflict(
            "proxy_group",
            "The identity proxy says who is in this group. Change it there.",
        )),
    }
}

/// The row of a new group.
async fn insert(tx: &mut Tx, author: Author, name: &str, source: GroupSource) -> Result<Group> {
    let Author { org, user, at } = author;
    let id = GroupId::new();
    tx.send(
        "INSERT INTO user_groups (id, org_id, user_id, name, name_key, source, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
        &values![id, org, user, name, name.to_lowercase(), source.as_str(), at],
    )
    .await?;
    find(tx, org, id).await
}

async fn create(write: &mut Write<'_>, name: &str) -> Result<Group> {
    let org = write.scope().org();
    if let Some(id) = idempotency::made_before(write).await? {
        return find(write.tx, org, id).await;
    }
    organisations::refuse_personal(write.tx, org).await?;
    if count(write.tx, org).await? >= MOST_GROUPS {
        let message =
            format!("The organisation has {MOST_GROUPS} groups, which is the most. Delete one first.");
        return Err(Error::new(ErrorKind::Limited, "too_many_groups", message));
    }
    check_name(write.tx, org, name).await?;
    let author = Author::from(&write.act);
    let group = insert(write.tx, author, name, GroupSource::Admin).await?;
    idempotency::remember(write, group.id).await?;
    write.record(change(&group, Verb::Created), &[("name", group.name.clone())]).await?;
    Ok(group)
}

async fn count(tx: &mut Tx, org: OrgId) -> Result<i64> {
    tx.found("SELECT count(*) FROM user_groups WHERE org_id = $1", &values![org], |row| row.get()).await
}

async fn rename(write: &mut Write<'_>, id: GroupId, version: i64, name: &str) -> Result<Group> {
    let org = write.scope().org();
    let before = find(write.tx, org, id).await?;
    check_version(before.version, version)?;
    check_own(&before)?;
    if before.name == name {
        return Ok(before);
    }
    if before.name.to_lowercase() != name.to_lowercase() {
        check_name(write.tx, org, name).await?;
    }
    let sql = "UPDATE user_groups SET name = $3, name_key = $4, version = version + 1 WHERE org_id = $1 AND id = $2";
    write.tx.send(sql, &values![org, id, name, name.to_lowercase()]).await?;
    let group = find(write.tx, org, id).await?;
    let details = [("from", before.name), ("to", group.name.clone())];
    write.record(change(&group, Verb::Updated), &details).await?;
    Ok(group)
}

async fn delete(write: &mut Write<'_>, id: GroupId) -> Result<()> {
    let org = write.scope().org();
    let mut group = find(write.tx, org, id).await?;
    access::forget(write, Subject::Group(id)).await?;
    write.tx.send("DELETE FROM user_groups WHERE org_id = $1 AND id = $2", &values![org, id]).await?;
    group.version += 1;
    let details = [("name", group.name.clone()), ("members", group.member_count.to_string())];
    write.record(change(&group, Verb::Deleted), &details).await
}

/// Counts a group's version up after somebody came or went.
async fn touched(tx: &mut Tx, org: OrgId, id: GroupId) -> Result<Group> {
    let sql = "UPDATE user_groups SET version = version + 1 WHERE org_id = $1 AND id = $2";
    tx.send(sql, &values![org, id]).await?;
    find(tx, org, id).await
}

async fn put(tx: &mut Tx, org: OrgId, id: GroupId, user: UserId) -> Result<bool> {
    let sql = "INSERT INTO group_members (group_id, org_id, user_id) VALUES ($1, $2, $3)
         ON CONFLICT (group_id, user_id) DO NOTHING";
    Ok(tx.execute(sql, &values![id, org, user]).await? > 0)
}

async fn take(tx: &mut Tx, org: OrgId, id: GroupId, user: UserId) -> Result<bool> {
    let sql = "DELETE FROM group_members WHERE org_id = $1 AND group_id = $2 AND user_id = $3";
    Ok(tx.execute(sql, &values![org, id, user]).await? > 0)
}

async fn add(write: &mut Write<'_>, id: GroupId, user: UserId) -> Result<Group> {
    let org = write.scope().org();
    let group = find(write.tx, org, id).await?;
    check_own(&group)?;
    let sql = "SELECT 1 FROM memberships WHERE org_id = $1 AND user_id = $2";
    write.tx.found(sql, &values![org, user], |_| Ok(())).await?;
    if !put(write.tx, org, id, user).await? {
        return Ok(group);
    }
    let group = touched(write.tx, org, id).await?;
    let details = [("name", group.name.clone()), ("added", user.to_string())];
    write.record(change(&group, Verb::Updated), &details).await?;
    Ok(group)
}

async fn remove(write: &mut Write<'_>, id: GroupId, user: UserId) -> Result<Group> {
    let org = write.scope().org();
    check_own(&find(write.tx, org, id).await?)?;
    if !take(write.tx, org, id, user).await? {
        return Err(Error::not_found());
    }
    let group = touched(write.tx, org, id).await?;
    let details = [("name", group.name.clone()), ("removed", user.to_string())];
    write.record(change(&group, Verb::Updated), &details).await?;
    Ok(group)
}

/// Takes a member who is gone out of every group of the organisation.
pub(crate) async fn forget(write: &mut Write<'_>, user: UserId) -> Result<()> {
    let org = write.scope().org();
    let sql = "DELETE FROM group_members WHERE org_id = $1 AND user_id = $2 RETURNING group_id";
    let groups: Vec<GroupId> = write.tx.rows(sql, &values![org, user], |row| row.id()).await?;
    for id in groups {
        let group = touched(write.tx, org, id).await?;
        write.consequence(change(&group, Verb::Updated)).await?;
    }
    Ok(())
}

/// A group that the proxy keeps, or is to keep, with who is in it.
type Kept = (OrgId, String);

/// The groups that the proxy has put somebody in, and those that it is to, in each organisation that they share.
pub(crate) async fn proxied(tx: &mut Tx, user: UserId, names: &[String]) -> Result<(Vec<Kept>, Vec<Kept>)> {
    let sql = "SELECT g.org_id, g.name_key FROM group_members m JOIN user_groups g ON g.id = m.group_id
         WHERE m.user_id = $1 AND g.source = 'proxy' ORDER BY g.org_id, g.name_key";
    let there = tx.rows(sql, &values![user], |row| Ok((row.id()?, row.get()?))).await?;
    let sql = "SELECT m.org_id FROM memberships m JOIN organisations o ON o.id = m.org_id
         WHERE m.user_id = $1 AND o.personal = $2 ORDER BY m.org_id";
    let shared: Vec<OrgId> = tx.rows(sql, &values![user, false], |row| row.id()).await?;
    let mut wanted: Vec<Kept> =
        shared.iter().flat_map(|org| names.iter().map(|name| (*org, name.to_lowercase()))).collect();
    wanted.sort();
    wanted.dedup();
    Ok((there, wanted))
}

/// Puts somebody into the groups that the proxy names, and takes them out of those that it does not.
pub(crate) async fn sync(tx: &mut Tx, at: Timestamp, user: UserId, names: &[String]) -> Result<()> {
    let (there, wanted) = proxied(tx, user, names).await?;
    let mut organisations: Vec<OrgId> = there.iter().chain(&wanted).map(|(org, _)| *org).collect();
    organisations.sort();
    organisations.dedup();
    for org in organisations {
        // In one order, so that two such changes cannot wait for each other.
        feed::hold(tx, org).await?;
        let author = Author { org, user, at };
        for (_, name_key) in there.iter().filter(|kept| kept.0 == org && !wanted.contains(kept)) {
            if let Some(group) = proxy_group(tx, org, name_key).await?
                && take(tx, org, group.id, user).await?
            {
                note(tx, author, group.id, "group.proxy_remove").await?;
            }
        }
        for (_, name_key) in wanted.iter().filter(|kept| kept.0 == org && !there.contains(kept)) {
            let group = match proxy_group(tx, org, name_key).await? {
                Some(group) => group,
                // What is beyond the most is left out: a header must not fill the database.
                None if count(tx, org).await? >= MOST_GROUPS => continue,
                None => {
                    let name = names.iter().find(|name| name.to_lowercase() == *name_key).unwrap_or(name_key);
                    insert(tx, author, name, GroupSource::Proxy).await?
                }
            };
            if put(tx, org, group.id, user).await? {
                note(tx, author, group.id, "group.proxy_add").await?;
            }
        }
    }
    Ok(())
}

async fn proxy_group(tx: &mut Tx, org: OrgId, name_key: &str) -> Result<Option<Group>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM user_groups g WHERE g.org_id = $1 AND g.name_key = $2 AND g.source = 'proxy'"
    );
    tx.row(&sql, &values![org, name_key], read).await
}

/// Tells that the proxy changed who is in a group.
async fn note(tx: &mut Tx, author: Author, id: GroupId, action: &'static str) -> Result<()> {
    let group = touched(tx, author.org, id).await?;
    feed::append(tx, author, change(&group, Verb::Updated)).await?;
    let about = (Entity::Group.as_str(), Some(id.0));
    audit::append(tx, author, action, about, &[("name", group.name)]).await
}

#[async_trait]
impl Groups for Database {
    async fn groups(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Group>> {
        let (scope, page) = (*scope, page.clone());
        self.read(scope, move |tx| Box::pin(async move { list(tx, &scope, &page).await })).await
    }

    async fn create_group(&self, act: &Act, name: &str) -> Result<Group> {
        let name = name.to_owned();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, &name).await })).await
    }

    async fn rename_group(&self, act: &Act, id: GroupId, version: i64, name: &str) -> Result<Group> {
        let name = name.to_owned();
        self.write_version(act, (Entity::Group, id.0), move |mut write| {
            Box::pin(async move { rename(&mut write, id, version, &name).await })
        })
        .await
    }

    async fn delete_group(&self, act: &Act, id: GroupId) -> Result<()> {
        let reach = Reach::Scope(act.scope.unattended());
        self.write_within(reach, act, move |mut write| Box::pin(async move { delete(&mut write, id).await }))
            .await
    }

    async fn group_members(
        &self,
        scope: &Scope,
        id: GroupId,
        page: &PageRequest,
    ) -> Result<Page<GroupMember>> {
        let (scope, page) = (*scope, page.clone());
        self.read(scope, move |tx| Box::pin(async move { members(tx, &scope, id, &page).await })).await
    }

    async fn add_group_member(&self, act: &Act, id: GroupId, user: UserId) -> Result<Group> {
        self.write(act, move |mut write| Box::pin(async move { add(&mut write, id, user).await })).await
    }

    async fn remove_group_member(&self, act: &Act, id: GroupId, user: UserId) -> Result<Group> {
        self.write(act, move |mut write| Box::pin(async move { remove(&mut write, id, user).await })).await
    }
}
