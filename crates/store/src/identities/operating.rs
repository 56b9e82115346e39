//! What an operator asks of the whole instance.

use async_trait::async_trait;
use switchyard_domain::store::{Operating, Whom};
use switchyard_domain::user::User;
use switchyard_domain::{Error, OrgId, Result, Timestamp, UserId};
use uuid::Uuid;

use super::users;
use crate::database::Database;
use crate::reach::Reach;
use crate::tx::Tx;
use crate::value::values;
use crate::write::Author;
use crate::{audit, organisations};

/// The lowest of all ids, which is nobody's.
fn beginning(after: Option<UserId>) -> UserId {
    after.unwrap_or(UserId(Uuid::nil()))
}

/// Looks for who has no handle: the user of desktop mode is no account.
async fn find(tx: &mut Tx, whom: &Whom) -> Result<Option<User>> {
    let (column, value) = match whom {
        Whom::Id(id) => ("id", values![*id]),
        Whom::Username(name) => ("username", values![name.as_str()]),
    };
    let sql = format!("SELECT {} FROM users u WHERE u.{column} = $1 AND u.handle IS NULL", users::COLUMNS);
    tx.row(&sql, &value, users::read).await
}

async fn set_admin(tx: &mut Tx, at: Timestamp, id: UserId, admin: bool) -> Result<User> {
    let user = find(tx, &Whom::Id(id)).await?.ok_or_else(Error::not_found)?;
    // Of two who do the same at once, one changes something.
    let sql = "UPDATE users SET instance_admin = $2 WHERE id = $1 AND instance_admin <> $2";
    if tx.execute(sql, &values![id, admin]).await? > 0 {
        let author = Author { org: organisations::home(tx, id).await?, user: id, at };
        let action = if admin { "user.make_admin" } else { "user.remove_admin" };
        audit::append(tx, author, action, ("user", Some(id.0)), &[]).await?;
    }
    Ok(User { instance_admin: admin, ..user })
}

#[async_trait]
impl Operating for Database {
    async fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(async move {
                let sql = format!(
                    "SELECT {} FROM users u WHERE u.id > $1 AND u.handle IS NULL ORDER BY u.id LIMIT $2",
                    users::COLUMNS
                );
                tx.rows(&sql, &values![beginning(after), limit], users::read).await
            })
        })
        .await
    }

    async fn find_user(&self, whom: &Whom) -> Result<Option<User>> {
        let whom = whom.clone();
        self.read(Reach::Instance, move |tx| Box::pin(async move { find(tx, &whom).await })).await
    }

    async fn set_instance_admin(&self, at: Timestamp, user: UserId, admin: bool) -> Result<User> {
        self.transact(Reach::Instance, move |tx| Box::pin(set_admin(tx, at, user, admin))).await
    }

    async fn users_with_credentials(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(OrgId, UserId)>> {
        self.read(Reach::Instance, move |tx| {
            Box::pin(async move {
                let sql = "SELECT org_id, user_id FROM user_configs
                     WHERE user_id > $1 AND oauth_credentials IS NOT NULL ORDER BY user_id LIMIT $2";
                tx.rows(sql, &values![beginning(after), limit], |row| Ok((row.id()?, row.id()?))).await
            })
        })
        .await
    }
}
