//! Logins: the browsers and programs in which people are signed in.

use switchyard_domain::login::{Login, NewLogin, Rotation};
use switchyard_domain::organisation::Organisation;
use switchyard_domain::store::Known;
use switchyard_domain::user::SecretDigest;
use switchyard_domain::{Error, LoginId, OrgId, Result, Timestamp, UserId};

use super::{accounts, users};
use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{Value, values, without_nul};
use crate::write::Author;
use crate::{audit, organisations};

/// Longest that is kept of what a browser calls itself, in characters.
const LONGEST_AGENT: usize = 400;

/// Most logins that somebody has at once; the one that was used least recently gives way.
const MOST: u32 = 100;

/// How long a login is kept once it is over.
const KEPT: time::Duration = time::Duration::days(30);

/// Of the login `l`.
fn columns() -> String {
    let org = organisations::of_login();
    format!(
        "l.id, l.user_id, {org}, l.method, l.user_agent, l.address, l.created_at, l.last_seen_at, l.expires_at"
    )
}

fn read(row: &mut Columns<'_>) -> Result<Login> {
    Ok(Login {
        id: row.id()?,
        user_id: row.id()?,
        org_id: row.id()?,
        method: row.name()?,
        user_agent: row.get()?,
        address: row.get()?,
        created_at: row.get()?,
        last_seen_at: row.get()?,
        expires_at: row.get()?,
    })
}

/// A login that is not over at `at`.
async fn find(tx: &mut Tx, at: Timestamp, id: LoginId) -> Result<Login> {
    let sql = format!(
        "SELECT {} FROM logins l WHERE l.id = $1 AND l.ended_at IS NULL AND l.expires_at > $2",
        columns()
    );
    tx.found(&sql, &values![id, at], read).await
}

pub(super) async fn start(tx: &mut Tx, at: Timestamp, new: &NewLogin) -> Result<Login> {
    let user = new.user_id;
    users::require_open(tx, user).await?;
    if let Some(password) = &new.password {
        accounts::require_password(tx, user, password).await?;
    }
    let over = "DELETE FROM logins WHERE user_id = $1 AND (ended_at <= $2 OR expires_at <= $2)";
    tx.send(over, &values![user, at - KEPT]).await?;
    let (id, org) = (LoginId::new(), organisations::home(tx, user).await?);
    let agent: String = without_nul(&new.user_agent).chars().take(LONGEST_AGENT).collect();
    let address = without_nul(&new.address);
    tx.send(
        "INSERT INTO logins (id, org_id, user_id, secret, method, user_agent, address, created_at, last_seen_at,
                             expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        &values![id, org, user, new.secret, new.method.as_str(), &agent, &address, at, new.expires_at],
    )
    .await?;
    let details = [("method", new.method.as_str().to_owned()), ("user_agent", agent), ("address", address)];
    audit::append(tx, Author { org, user, at }, "login.start", ("login", Some(id.0)), &details).await?;
    let many = of_user(tx, at, user).await?;
    for login in many.iter().skip(MOST as usize) {
        end(tx, at, login, "login.end").await?;
    }
    find(tx, at, id).await
}

/// Who shows the secret of a login that is not over, with where they belong.
pub(super) async fn recognise(
    tx: &mut Tx,
    at: Timestamp,
    secret: SecretDigest,
) -> Result<Option<Known<Login>>> {
    known(tx, "l.secret = $1", &values![secret, at]).await
}

/// Whose login this is, unless it is over, with where they belong.
pub(super) async fn known_by_id(
    tx: &mut Tx,
    at: Timestamp,
    user: UserId,
    id: LoginId,
) -> Result<Option<Known<Login>>> {
    known(tx, "l.id = $1 AND l.user_id = $3", &values![id, at, user]).await
}

/// The second value is the time.
async fn known(tx: &mut Tx, which: &str, values: &[Value]) -> Result<Option<Known<Login>>> {
    let sql = format!(
        "SELECT {}, {}, {} FROM logins l JOIN users u ON u.id = l.user_id {}
         WHERE {which} AND l.ended_at IS NULL AND l.expires_at > $2 AND u.disabled_at IS NULL",
        columns(),
        users::COLUMNS,
        organisations::MEMBERSHIP,
        organisations::MEMBERSHIPS
    );
    let rows = tx
        .rows(&sql, values, |row| Ok((read(row)?, users::read(row)?, organisations::read_membership(row)?)))
        .await?;
    Ok(users::gathered(rows))
}

/// Notes that a login was used; one that ended meanwhile stays as it is.
pub(super) async fn note_use(tx: &mut Tx, at: Timestamp, id: LoginId, until: Timestamp) -> Result<()> {
    let sql = "UPDATE logins SET last_seen_at = $2, expires_at = $3
         WHERE id = $1 AND ended_at IS NULL AND last_seen_at < $2";
    tx.send(sql, &values![id, at, until]).await
}

pub(super) async fn rotate(
    tx: &mut Tx,
    at: Timestamp,
    secret: SecretDigest,
    next: SecretDigest,
    until: Timestamp,
) -> Result<Rotation> {
    // Of two who show it at once, one finds the row as it was.
    let sql = "UPDATE logins SET secret = $2, last_seen_at = $3, expires_at = $4
         WHERE secret = $1 AND ended_at IS NULL AND expires_at > $3
             AND user_id IN (SELECT id FROM users WHERE disabled_at IS NULL)
         RETURNING id";
    let rotated: Option<LoginId> = tx.row(sql, &values![secret, next, at, until], |row| row.id()).await?;
    let Some(id) = rotated else { return reused(tx, at, secret).await };
    tx.send("DELETE FROM replaced_secrets WHERE login_id = $1 AND expires_at <= $2", &values![id, at])
        .await?;
    tx.send(
        "INSERT INTO replaced_secrets (secret, login_id, expires_at) VALUES ($1, $2, $3)",
        &values![secret, id, until],
    )
    .await?;
    Ok(Rotation::Done(find(tx, at, id).await?))
}

/// What showing a secret came to that no login has now. A login that once had it ends: of two who have the same secret
/// one is a thief, and nobody can say which.
async fn reused(tx: &mut Tx, at: Timestamp, secret: SecretDigest) -> Result<Rotation> {
    let sql = "SELECT login_id FROM replaced_secrets WHERE secret = $1";
    let Some(id) = tx.row(sql, &values![secret], |row| row.id::<LoginId>()).await? else {
        return Ok(Rotation::Unknown);
    };
    match find(tx, at, id).await {
        Ok(login) => end(tx, at, &login, "login.reuse").await.map(drop)?,
        Err(error) if error.kind == switchyard_domain::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(Rotation::Reused(id))
}

pub(super) async fn switch(tx: &mut Tx, at: Timestamp, id: LoginId, org: OrgId) -> Result<Organisation> {
    let login = find(tx, at, id).await?;
    let organisation = organisations::joined(tx, login.user_id, org).await?;
    tx.send("UPDATE logins SET org_id = $2 WHERE id = $1", &values![id, org]).await?;
    let author = Author { org, user: login.user_id, at };
    let details = [("from", login.org_id.to_string())];
    audit::append(tx, author, "login.switch", ("login", Some(id.0)), &details).await?;
    Ok(organisation)
}

/// Ends a login, unless it has ended meanwhile; whether it did.
async fn end(tx: &mut Tx, at: Timestamp, login: &Login, action: &'static str) -> Result<bool> {
    let sql = "UPDATE logins SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    if tx.execute(sql, &values![login.id, at]).await? == 0 {
        return Ok(false);
    }
    let author = Author { org: login.org_id, user: login.user_id, at };
    audit::append(tx, author, action, ("login", Some(login.id.0)), &[]).await?;
    Ok(true)
}

pub(super) async fn end_one(tx: &mut Tx, at: Timestamp, user: UserId, id: LoginId) -> Result<()> {
    let login = find(tx, at, id).await?;
    if login.user_id == user && end(tx, at, &login, "login.end").await? {
        return Ok(());
    }
    Err(Error::not_found())
}

pub(super) async fn end_all(tx: &mut Tx, at: Timestamp, user: UserId, keep: Option<LoginId>) -> Result<u64> {
    let mut ended = 0;
    for login in of_user(tx, at, user).await? {
        if Some(login.id) != keep && end(tx, at, &login, "login.end").await? {
            ended += 1;
        }
    }
    Ok(ended)
}

pub(super) async fn of_user(tx: &mut Tx, at: Timestamp, user: UserId) -> Result<Vec<Login>> {
    let sql = format!(
        "SELECT {} FROM logins l WHERE l.user_id = $1 AND l.ended_at IS NULL AND l.expires_at > $2
         ORDER BY l.last_seen_at DESC, l.id DESC",
        columns()
    );
    tx.rows(&sql, &[Value::from(user), Value::from(at)], read).await
}
