//! People: found by who vouches for them, or made on first sight.

use switchyard_domain::organisation::Membership;
use switchyard_domain::store::Known;
use switchyard_domain::user::{OutsideIdentity, User, Username};
use switchyard_domain::{Error, ErrorKind, OrgId, Result, Timestamp, UserId};

use super::logins;
use crate::row::Columns;
use crate::tx::{Dialect, Tx};
use crate::value::{values, without_nul};
use crate::write::Author;
use crate::{audit, members, organisations, replicas};

/// Longest name that is kept of what somebody else says, in characters.
const LONGEST_NAME: usize = 100;

/// Of the user `u`.
pub(super) const COLUMNS: &str =
    "u.id, u.name, u.username, u.email, u.avatar_url, u.instance_admin, u.disabled_at, u.created_at";

pub(super) fn read(row: &mut Columns<'_>) -> Result<User> {
    Ok(User {
        id: row.id()?,
        name: row.get()?,
        username: row.optional::<String>()?.map(|name| Username::new(&name)).transpose()?,
        email: row.optional()?,
        avatar_url: row.optional()?,
        instance_admin: row.get()?,
        disabled_at: row.optional()?,
        created_at: row.get()?,
    })
}

/// Somebody who is about to be made.
pub(super) struct Newcomer {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) username: Option<String>,
    pub(super) email: Option<String>,
    pub(super) avatar_url: Option<String>,
    /// Who vouched, for the audit log.
    pub(super) provider: &'static str,
}

/// What somebody else says of a person, as it can be kept: a name is one line.
pub(super) fn tidied(identity: &OutsideIdentity) -> OutsideIdentity {
    let line = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let name: String = line(&identity.name).trim().chars().take(LONGEST_NAME).collect();
    OutsideIdentity {
        subject: without_nul(&identity.subject),
        name: if name.is_empty() { identity.provider.as_str().to_owned() } else { name },
        email: identity.email.as_deref().map(line),
        avatar_url: identity.avatar_url.as_deref().map(line),
        ..identity.clone()
    }
}

async fn find(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    tx.row(&format!("SELECT {COLUMNS} FROM users u WHERE u.id = $1"), &values![id], read).await
}

/// The person behind an identity, if they were here before.
pub(super) async fn known_as(tx: &mut Tx, identity: &OutsideIdentity) -> Result<Option<User>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM identities i JOIN users u ON u.id = i.user_id WHERE i.provider = $1 AND i.subject = $2"
    );
    tx.row(&sql, &values![identity.provider.as_str(), &identity.subject], read).await
}

/// Whether a user is as the identity says. What it says nothing of stays as it was.
pub(super) fn is_current(user: &User, identity: &OutsideIdentity) -> bool {
    user.name == identity.name
        && (identity.email.is_none() || user.email == identity.email)
        && (identity.avatar_url.is_none() || user.avatar_url == identity.avatar_url)
}

/// Somebody whose account is not closed, with where they belong.
pub(super) async fn known(tx: &mut Tx, id: UserId) -> Result<Option<Known<()>>> {
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM users u {} WHERE u.id = $1 AND u.disabled_at IS NULL",
        organisations::MEMBERSHIP,
        organisations::MEMBERSHIPS
    );
    let rows =
        tx.rows(&sql, &values![id], |row| Ok(((), read(row)?, organisations::read_membership(row)?))).await?;
    Ok(gathered(rows))
}

/// Somebody with where they belong, from a row for each membership.
pub(super) fn gathered<C>(rows: Vec<(C, User, Option<Membership>)>) -> Option<Known<C>> {
    let mut rows = rows.into_iter();
    let (credential, user, first) = rows.next()?;
    let mut memberships: Vec<Membership> = first.into_iter().chain(rows.filter_map(|row| row.2)).collect();
    organisations::sort(&mut memberships);
    Some(Known { credential, user, memberships })
}

fn refuse_disabled(user: &User) -> Result<()> {
    if user.disabled_at.is_none() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Forbidden,
        "user_disabled",
        "Your account is closed. Ask whoever looks after this instance.",
    ))
}

/// Refuses unless there is such a user, and their account is not closed.
pub(super) async fn require_open(tx: &mut Tx, id: UserId) -> Result<()> {
    refuse_disabled(&find(tx, id).await?.ok_or_else(Error::not_found)?)
}

/// Makes whoever else makes a user wait, so that one alone is the first, and nobody is made twice. SQLite has one
/// writer anyway.
pub(super) async fn hold(tx: &mut Tx) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => Ok(()),
        #[cfg(feature = "postgres")]
        // Any number that nothing else takes.
        Dialect::Postgres => {
            tx.rows("SELECT pg_advisory_xact_lock(7230916246)", &[], |_| Ok(())).await.map(drop)
        }
    }
}

/// The person behind an identity, brought up to date, or made on first sight.
pub(super) async fn meet(tx: &mut Tx, at: Timestamp, identity: &OutsideIdentity) -> Result<User> {
    if let Some(user) = known_as(tx, identity).await? {
        return refresh(tx, at, user, identity).await;
    }
    hold(tx).await?;
    if let Some(user) = known_as(tx, identity).await? {
        return refresh(tx, at, user, identity).await;
    }
    let id = identity.user_id.unwrap_or_else(UserId::new);
    if find(tx, id).await?.is_some() {
        return Err(Error::new(
            ErrorKind::Forbidden,
            "identity_taken",
            "Somebody else here has the id of this identity. Ask whoever looks after this instance.",
        ));
    }
    let newcomer = Newcomer {
        id,
        name: identity.name.clone(),
        username: None,
        email: identity.email.clone(),
        avatar_url: identity.avatar_url.clone(),
        provider: identity.provider.as_str(),
    };
    let user = make(tx, at, newcomer).await?;
    tx.send(
        "INSERT INTO identities (provider, subject, user_id, created_at) VALUES ($1, $2, $3, $4)",
        &values![identity.provider.as_str(), &identity.subject, id, at],
    )
    .await?;
    Ok(user)
}

/// Makes a user, with an organisation of their own. Making users is held.
pub(super) async fn make(tx: &mut Tx, at: Timestamp, new: Newcomer) -> Result<User> {
    let Newcomer { id, name, username, email, avatar_url, provider } = new;
    // The user of desktop mode, the only one with a handle, does not count.
    tx.send(
        "INSERT INTO users (id, name, name_key, username, email, avatar_url, created_at, instance_admin)
         VALUES ($1, $2, $3, $4, $5, $6, $7, NOT EXISTS (SELECT 1 FROM users WHERE handle IS NULL))",
        &values![id, &name, name.to_lowercase(), username, email, avatar_url, at],
    )
    .await?;
    let author = Author { org: OrgId::new(), user: id, at };
    organisations::make(tx, author, &name, true).await?;
    let user = find(tx, id).await?.ok_or_else(|| Error::internal("a user was made, and is not there"))?;
    let mut details = vec![("provider", provider.to_owned()), ("name", name)];
    if user.instance_admin {
        details.push(("instance_admin", "true".to_owned()));
    }
    audit::append(tx, author, "user.create", ("user", Some(id.0)), &details).await?;
    Ok(user)
}

async fn refresh(tx: &mut Tx, at: Timestamp, user: User, identity: &OutsideIdentity) -> Result<User> {
    refuse_disabled(&user)?;
    if is_current(&user, identity) {
        return Ok(user);
    }
    let author = Author { org: organisations::home(tx, user.id).await?, user: user.id, at };
    // First, so that feeds are held before rows, as everywhere.
    members::tell_of_change(tx, author).await?;
    let now = User {
        name: identity.name.clone(),
        email: identity.email.clone().or(user.email),
        avatar_url: identity.avatar_url.clone().or(user.avatar_url),
        ..user
    };
    tx.send(
        "UPDATE users SET name = $2, name_key = $3, email = $4, avatar_url = $5 WHERE id = $1",
        &values![now.id, &now.name, now.name.to_lowercase(), now.email.clone(), now.avatar_url.clone()],
    )
    .await?;
    let mut details = vec![("name", now.name.clone())];
    details.extend(now.email.clone().map(|email| ("email", email)));
    audit::append(tx, author, "user.update", ("user", Some(now.id.0)), &details).await?;
    Ok(now)
}

/// Closes an account, or opens it again. Closing it ends all its logins.
pub(super) async fn set_disabled(tx: &mut Tx, at: Timestamp, id: UserId, disabled: bool) -> Result<User> {
    let user = find(tx, id).await?.ok_or_else(Error::not_found)?;
    if user.disabled_at.is_some() == disabled {
        return Ok(user);
    }
    let disabled_at = disabled.then_some(at);
    tx.send("UPDATE users SET disabled_at = $2 WHERE id = $1", &values![id, disabled_at]).await?;
    let author = Author { org: organisations::home(tx, id).await?, user: id, at };
    let action = if disabled { "user.disable" } else { "user.enable" };
    audit::append(tx, author, action, ("user", Some(id.0)), &[]).await?;
    if disabled {
        logins::end_all(tx, at, id, None).await?;
    }
    replicas::access_changed(tx).await?;
    Ok(User { disabled_at, ..user })
}
