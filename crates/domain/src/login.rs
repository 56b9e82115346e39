//! Logins: the browsers and programs in which a person is signed in.

use crate::task::names;
use crate::user::{PasswordHash, SecretDigest};
use crate::{LoginId, OrgId, Timestamp, UserId};

/// How somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginMethod {
    /// GitHub, by OAuth.
    Github,
    /// A local account's password.
    Password,
}
names!(LoginMethod { Github = "github", Password = "password" });

/// One browser or program in which a person is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Its id.
    pub id: LoginId,
    /// Who is signed in.
    pub user_id: UserId,
    /// The organisation in which they act there.
    pub org_id: OrgId,
    /// How they signed in.
    pub method: LoginMethod,
    /// What the browser or program called itself.
    pub user_agent: String,
    /// The network address it last came from.
    pub address: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to some minutes.
    pub last_seen_at: Timestamp,
    /// When it ends unless it is used before.
    pub expires_at: Timestamp,
}

/// A login as it begins.
#[derive(Clone, Debug)]
pub struct NewLogin {
    /// Who signed in.
    pub user_id: UserId,
    /// How.
    pub method: LoginMethod,
    /// The password that was compared with theirs: it must still be that when the login begins.
    pub password: Option<PasswordHash>,
    /// What it is found by.
    pub secret: SecretDigest,
    /// What the browser or program calls itself; cut to 400 characters.
    pub user_agent: String,
    /// The network address it came from.
    pub address: String,
    /// When it ends unless it is used before.
    pub expires_at: Timestamp,
}

/// What presenting a login's secret to have it replaced came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The new secret is in force.
    Done(Login),
    /// The secret was replaced before: somebody has a copy, so the login was ended.
    Reused(LoginId),
    /// No login has, or had, this secret.
    Unknown,
}
