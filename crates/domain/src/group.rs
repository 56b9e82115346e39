//! Groups: members of an organisation under one name, whom projects can name together.

use crate::task::names;
use crate::{Error, GroupId, Result, Timestamp, UserId};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// Most groups that an organisation has.
pub const MOST_GROUPS: i64 = 1_000;

/// Most groups that the proxy in front of the instance can put one person in.
pub const MOST_OF_ONE: usize = 200;

/// Who says who is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupSource {
    /// The organisation's admins.
    Admin,
    /// The proxy in front of the instance, with each request that it passes on.
    Proxy,
}
names!(GroupSource { Admin = "admin", Proxy = "proxy" });

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name, which no other group of the organisation has that has the same source.
    pub name: String,
    /// Who says who is in it.
    pub source: GroupSource,
    /// How many are in it.
    pub member_count: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes, and those of who is in it.
    pub version: i64,
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// Who.
    pub user_id: UserId,
    /// Their name for display.
    pub name: String,
    /// The name under which they sign in with a password.
    pub username: Option<String>,
    /// A picture.
    pub avatar_url: Option<String>,
}

/// A name as somebody wrote it.
///
/// # Errors
/// `Invalid` with field `name`.
pub fn group_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "A group's name has 1 to 100 characters on one line."));
    }
    Ok(name.to_owned())
}
