//! API keys: how programs act in an organisation.

use async_trait::async_trait;
use switchyard_domain::access::Subject;
use switchyard_domain::api_key::{ApiKey, KeyProject, MOST_API_KEYS, MOST_KEY_PROJECTS, NewApiKey};
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::{Act, ApiKeys};
use switchyard_domain::{ApiKeyId, Error, ErrorKind, Page, PageRequest, Result, Role, Scope, UserId};

use crate::database::Database;
use crate::reach::Reach;
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{Value, values};
use crate::write::{Change, Write};
use crate::{access, cursor, idempotency};

/// Of the key `k`.
pub(crate) const COLUMNS: &str = "k.id, k.org_id, k.user_id, k.name, k.role, k.for_projects, k.hint, k.created_at, k.expires_at, k.last_used_at";

pub(crate) fn read(row: &mut Columns<'_>) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.id()?,
        org_id: row.id()?,
        user_id: row.id()?,
        name: row.get()?,
        role: row.name()?,
        for_projects: row.get()?,
        projects: Vec::new(),
        hint: row.get()?,
        created_at: row.get()?,
        expires_at: row.optional()?,
        last_used_at: row.optional()?,
    })
}

/// Whose keys the scope sees: everybody's, or the acting user's alone.
pub(crate) fn owner(scope: &Scope) -> Option<UserId> {
    (scope.role() < Role::Admin).then(|| scope.user())
}

async fn find(tx: &mut Tx, scope: &Scope, id: ApiKeyId) -> Result<ApiKey> {
    let sql = format!(
        "SELECT {COLUMNS} FROM api_keys k
         WHERE k.org_id = $1 AND k.id = $2 AND k.user_id = COALESCE($3, k.user_id) AND k.id = COALESCE($4, k.id)"
    );
    // A key for projects knows itself alone: its maker's others are none of its projects'.
    let values = values![scope.org(), id, owner(scope), scope.project_key()];
    let mut key = tx.found(&sql, &values, read).await?;
    add_projects(tx, scope, std::slice::from_mut(&mut key)).await?;
    Ok(key)
}

/// Adds the projects that name them to keys that are in order, those alone that the scope reaches.
async fn add_projects(tx: &mut Tx, scope: &Scope, keys: &mut [ApiKey]) -> Result<()> {
    let (Some(newest), Some(oldest)) = (keys.first(), keys.last()) else { return Ok(()) };
    let values = values![scope.org(), oldest.id, newest.id, owner(scope), MOST_KEY_PROJECTS as i64];
    let sql = "SELECT n.key_id, n.id, n.name, n.role_rank FROM (
             SELECT k.id AS key_id, p.id, p.name, a.role_rank,
                 row_number() OVER (PARTITION BY k.id ORDER BY p.name_key, p.id) AS place
             FROM api_keys k JOIN project_access a
                     ON a.org_id = k.org_id AND a.kind = 'api_key' AND a.subject_id = k.id
                 JOIN projects p ON p.id = a.project_id
             WHERE k.org_id = $1 AND k.id BETWEEN $2 AND $3 AND k.user_id = COALESCE($4, k.user_id)
                 AND p.deleted_at IS NULL AND reaches_project(p.id)) n
         WHERE n.place <= $5 ORDER BY n.key_id, n.place";
    let read = |row: &mut Columns<'_>| {
        let key: ApiKeyId = row.id()?;
        Ok((key, KeyProject { id: row.id()?, name: row.get()?, role: access::of_rank(row.get()?)? }))
    };
    for (id, project) in tx.rows(sql, &values, read).await? {
        if let Some(key) = keys.iter_mut().find(|key| key.id == id) {
            key.projects.push(project);
        }
    }
    Ok(())
}

async fn list(tx: &mut Tx, scope: &Scope, page: &PageRequest) -> Result<Page<ApiKey>> {
    let mut values = values![scope.org(), i64::from(page.limit) + 1].to_vec();
    let mut conditions = String::new();
    if let Some(user) = owner(scope) {
        values.push(user.into());
        conditions.push_str(&format!(" AND k.user_id = ${}", values.len()));
    }
    if let Some(own) = scope.project_key() {
        // Its maker's others are none of its projects'.
        values.push(own.into());
        conditions.push_str(&format!(" AND k.id = ${}", values.len()));
    }
    if let Some([id]) = cursor::decode::<1>(page)? {
        values.push(Value::from(id.parse::<ApiKeyId>().map_err(|_| cursor::invalid())?));
        conditions.push_str(&format!(" AND k.id < ${}", values.len()));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM api_keys k WHERE k.org_id = $1{conditions} ORDER BY k.id DESC LIMIT $2"
    );
    let found = tx.rows(&sql, &values, read).await?;
    let mut page = cursor::page(found, page, |key| vec![key.id.to_string()]);
    add_projects(tx, scope, &mut page.items).await?;
    Ok(page)
}

fn change(id: ApiKeyId, verb: Verb) -> Change {
    let version = if verb == Verb::Deleted { 2 } else { 1 };
    Change { verb, entity: Entity::ApiKey, id: id.0, project_id: None, version }
}

async fn create(write: &mut Write<'_>, new: &NewApiKey) -> Result<ApiKey> {
    let (scope, at) = (write.scope(), write.act.at);
    let org = scope.org();
    if let Some(id) = idempotency::made_before(write).await? {
        // Nobody can be told the first secret again: the key has the second one from now on.
        let sql = "UPDATE api_keys SET secret = $3, hint = $4 WHERE org_id = $1 AND id = $2";
        write.tx.send(sql, &values![org, id, new.secret, &new.hint]).await?;
        return find(write.tx, &scope, id).await;
    }
    let sql = "SELECT count(*) FROM api_keys WHERE org_id = $1";
    let there: i64 = write.tx.found(sql, &values![org], |row| row.get()).await?;
    if there >= MOST_API_KEYS {
        return Err(Error::new(
            ErrorKind::Limited,
            "too_many_api_keys",
            format!("The organisation has {there} API keys, which is the most. Delete one first."),
        ));
    }
    let id = ApiKeyId::new();
    write
        .tx
        .send(
            "INSERT INTO api_keys (id, org_id, user_id, secret, name, role, hint, created_at, expires_at, for_projects)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &values![
                id,
                org,
                scope.user(),
                new.secret,
                &new.name,
                new.role.as_str(),
                &new.hint,
                at,
                new.expires_at,
                new.projects.is_some()
            ],
        )
        .await?;
    idempotency::remember(write, id).await?;
    let details = [
        ("name", new.name.clone()),
        ("role", new.role.as_str().to_owned()),
        ("hint", new.hint.clone()),
        ("expires_at", new.expires_at.map_or_else(|| "never".to_owned(), |at| at.to_string())),
    ];
    write.record(change(id, Verb::Created), &details).await?;
    for (project, role) in new.projects.iter().flatten() {
        access::name_key(write, *project, id, *role).await?;
    }
    find(write.tx, &scope, id).await
}

async fn delete(write: &mut Write<'_>, id: ApiKeyId) -> Result<()> {
    let scope = write.scope();
    let key = find(write.tx, &scope, id).await?;
    access::forget(write, Subject::ApiKey(id)).await?;
    write.tx.send("DELETE FROM api_keys WHERE org_id = $1 AND id = $2", &values![scope.org(), id]).await?;
    write.record(change(id, Verb::Deleted), &[("name", key.name), ("hint", key.hint)]).await
}

/// Deletes what keys somebody has in the organisation; answers how many. The write reaches all projects.
pub(crate) async fn delete_all_of(write: &mut Write<'_>, user: UserId) -> Result<usize> {
    let sql = "DELETE FROM api_keys WHERE org_id = $1 AND user_id = $2 RETURNING id";
    let values = values![write.act.scope.org(), user];
    let deleted: Vec<ApiKeyId> = write.tx.rows(sql, &values, |row| row.id()).await?;
    for id in &deleted {
        access::forget(write, Subject::ApiKey(*id)).await?;
        write.event(change(*id, Verb::Deleted)).await?;
    }
    Ok(deleted.len())
}

#[async_trait]
impl ApiKeys for Database {
    async fn api_keys(&self, scope: &Scope, page: &PageRequest) -> Result<Page<ApiKey>> {
        let (scope, page) = (*scope, page.clone());
        self.read(scope, move |tx| Box::pin(async move { list(tx, &scope, &page).await })).await
    }

    async fn create_api_key(&self, act: &Act, new: &NewApiKey) -> Result<ApiKey> {
        let new = new.clone();
        self.write(act, move |mut write| Box::pin(async move { create(&mut write, &new).await })).await
    }

    async fn delete_api_key(&self, act: &Act, id: ApiKeyId) -> Result<()> {
        let reach = Reach::Scope(act.scope.unattended());
        self.write_within(reach, act, move |mut write| Box::pin(async move { delete(&mut write, id).await }))
            .await
    }
}
