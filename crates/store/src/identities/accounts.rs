//! Local accounts: a name, a password, and a way back for who forgot it.

use switchyard_domain::organisation::Organisation;
use switchyard_domain::user::{Account, NewAccount, PasswordHash, SecretDigest, User, Username};
use switchyard_domain::{Error, ErrorKind, LoginId, Result, Timestamp, UserId};

use super::{logins, users};
use crate::invitations::Guest;
use crate::tx::Tx;
use crate::value::values;
use crate::write::Author;
use crate::{audit, invitations, organisations};

pub(super) async fn find(tx: &mut Tx, username: &Username) -> Result<Option<Account>> {
    let sql = format!(
        "SELECT {}, a.password FROM users u JOIN accounts a ON a.user_id = u.id
         WHERE u.username = $1 AND u.disabled_at IS NULL",
        users::COLUMNS
    );
    tx.row(&sql, &values![username.as_str()], |row| {
        Ok(Account { user: users::read(row)?, password: PasswordHash::new(row.get()?) })
    })
    .await
}

pub(super) async fn register(tx: &mut Tx, at: Timestamp, new: &NewAccount) -> Result<User> {
    users::hold(tx).await?;
    let username = new.username.as_str();
    if tx.row("SELECT 1 FROM users WHERE username = $1", &values![username], |_| Ok(())).await?.is_some() {
        return Err(Error::conflict("username_taken", "Somebody has this user name already. Take another."));
    }
    let newcomer = users::Newcomer {
        id: UserId::new(),
        name: new.name.clone(),
        username: Some(username.to_owned()),
        email: new.email.clone(),
        avatar_url: None,
        provider: "password",
    };
    let user = users::make(tx, at, newcomer).await?;
    tx.send(
        "INSERT INTO accounts (user_id, password, created_at, updated_at) VALUES ($1, $2, $3, $3)",
        &values![user.id, new.password.as_str(), at],
    )
    .await?;
    Ok(user)
}

/// Makes an account for whoever has an invitation, and gives it the place that this keeps.
pub(super) async fn register_invited(
    tx: &mut Tx,
    at: Timestamp,
    new: &NewAccount,
    secret: SecretDigest,
) -> Result<(User, Organisation)> {
    // Of two who come with one invitation, the second finds it used, and not the first one's user name taken.
    users::hold(tx).await?;
    invitations::offered(tx, at, secret).await?;
    let user = register(tx, at, new).await?;
    let joined = invitations::accept(tx, at, Guest::New(user.id), secret).await?;
    Ok((user, joined))
}

/// Refuses where the password that somebody showed has been replaced since it was compared, and holds it until the
/// transaction ends: whoever replaces it then finds the login, and ends it.
pub(super) async fn require_password(tx: &mut Tx, user: UserId, password: &PasswordHash) -> Result<()> {
    let sql = "UPDATE accounts SET updated_at = updated_at WHERE user_id = $1 AND password = $2";
    if tx.execute(sql, &values![user, password.as_str()]).await? > 0 {
        return Ok(());
    }
    let text = "The user name or the password is wrong.";
    Err(Error::new(ErrorKind::Unauthenticated, "credentials_invalid", text))
}

/// Replaces a password, and ends what the old one let in.
pub(super) async fn set_password(
    tx: &mut Tx,
    at: Timestamp,
    user: UserId,
    password: &PasswordHash,
    keep: Option<LoginId>,
) -> Result<()> {
    let sql = "UPDATE accounts SET password = $2, updated_at = $3 WHERE user_id = $1";
    if tx.execute(sql, &values![user, password.as_str(), at]).await? == 0 {
        return Err(Error::not_found());
    }
    tx.send("DELETE FROM password_resets WHERE user_id = $1", &values![user]).await?;
    let author = Author { org: organisations::home(tx, user).await?, user, at };
    audit::append(tx, author, "account.password", ("user", Some(user.0)), &[]).await?;
    logins::end_all(tx, at, user, keep).await.map(drop)
}

pub(super) async fn start_reset(
    tx: &mut Tx,
    at: Timestamp,
    user: UserId,
    secret: SecretDigest,
    expires_at: Timestamp,
) -> Result<()> {
    // Held, so that of two resets that start at once one is void.
    let sql = "UPDATE accounts SET updated_at = updated_at WHERE user_id = $1";
    if tx.execute(sql, &values![user]).await? == 0 {
        return Err(Error::not_found());
    }
    tx.send("DELETE FROM password_resets WHERE user_id = $1", &values![user]).await?;
    tx.send(
        "INSERT INTO password_resets (secret, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        &values![secret, user, at, expires_at],
    )
    .await?;
    let author = Author { org: organisations::home(tx, user).await?, user, at };
    audit::append(tx, author, "account.reset_start", ("user", Some(user.0)), &[]).await
}

pub(super) async fn finish_reset(
    tx: &mut Tx,
    at: Timestamp,
    secret: SecretDigest,
    password: &PasswordHash,
) -> Result<UserId> {
    // Of two who show it at once, one gets the row.
    let sql = "DELETE FROM password_resets WHERE secret = $1 AND expires_at > $2
         AND user_id IN (SELECT id FROM users WHERE disabled_at IS NULL) RETURNING user_id";
    let user: Option<UserId> = tx.row(sql, &values![secret, at], |row| row.id()).await?;
    let user = user.ok_or_else(|| {
        Error::new(
            ErrorKind::Unauthenticated,
            "reset_invalid",
            "This link cannot be used any more. Ask for a new one.",
        )
    })?;
    set_password(tx, at, user, password, None).await?;
    Ok(user)
}
