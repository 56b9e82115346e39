//! What an operator asks of the whole instance.
//!
//! No scope stands in front of these either: whoever asks has the database's address. The operator's commands alone use
//! them; nothing that answers a request does.

use std::str::FromStr;

use async_trait::async_trait;

use crate::user::{User, Username};
use crate::{Error, OrgId, Result, Timestamp, UserId};

/// A user as an operator names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// By id. Text that can be read as one always is one, so that nobody is mistaken for another by a chosen name.
    Id(UserId),
    /// By the name of their local account.
    Username(Username),
}

impl FromStr for Whom {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim().parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => Username::new(text).map(Self::Username),
        }
    }
}

/// The instance's users, for its operator.
#[async_trait]
pub trait Operating: Send + Sync {
    /// At most `limit` users after the one with id `after`, by id; closed accounts are among them.
    async fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>>;
    /// A user, whether or not their account is closed.
    async fn find_user(&self, whom: &Whom) -> Result<Option<User>>;
    /// Makes a user an instance admin, or takes that back. Written into the audit log where it changes something.
    /// `NotFound` without such a user.
    async fn set_instance_admin(&self, at: Timestamp, user: UserId, admin: bool) -> Result<User>;
    /// At most `limit` users after the one with id `after` who have sealed credentials, by id, each with an organisation
    /// of theirs.
    async fn users_with_credentials(&self, after: Option<UserId>, limit: u32)
    -> Result<Vec<(OrgId, UserId)>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_by_an_account_or_an_id_and_an_id_is_never_taken_for_a_name() {
        let id = UserId::new();
        assert_eq!(id.to_string().parse::<Whom>().unwrap(), Whom::Id(id));
        assert_eq!("Ada".parse::<Whom>().unwrap(), Whom::Username(Username::new("ada").unwrap()));
        assert_eq!("a b".parse::<Whom>().unwrap_err().field, Some("username"));
    }
}
