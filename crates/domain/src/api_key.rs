//! API keys: how programs act in an organisation.

use crate::user::SecretDigest;
use crate::{ApiKeyId, Error, OrgId, Result, Role, Timestamp, UserId};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// Most keys that an organisation has.
pub const MOST_API_KEYS: i64 = 500;

/// A key, without what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Where it lets programs in.
    pub org_id: OrgId,
    /// Who made it, and whose acts its acts are.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// The most that it may do; less once its maker may do less.
    pub role: Role,
    /// Whether it is for the projects that name it alone. Once it was named it stays so, even when none names it any more.
    pub for_projects: bool,
    /// The last characters of the key, by which people tell keys apart.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; never where `None`.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to some minutes.
    pub last_used_at: Option<Timestamp>,
}

/// A key as it begins.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// The most that it may do.
    pub role: Role,
    /// What it is found by.
    pub secret: SecretDigest,
    /// The last characters of the key.
    pub hint: String,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A name as somebody wrote it.
///
/// # Errors
/// `Invalid` with field `name`.
pub fn key_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "Say in 1 to 100 characters what the key is for."));
    }
    Ok(name.to_owned())
}
