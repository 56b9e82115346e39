//! API keys: how programs act in an organisation.

use std::collections::BTreeSet;

use crate::access::ProjectRole;
use crate::user::SecretDigest;
use crate::{ApiKeyId, Error, OrgId, ProjectId, Result, Role, Timestamp, UserId};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// Most keys that an organisation has.
pub const MOST_API_KEYS: i64 = 500;

/// Most projects that a key is made for at once, and most that are told of one.
pub const MOST_KEY_PROJECTS: usize = 100;

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
    /// The projects that name it, by name: those that whoever asks can see, and the first [`MOST_KEY_PROJECTS`] of them.
    /// Nobody looks for them where it lets its program in.
    pub projects: Vec<KeyProject>,
    /// The last characters of the key, by which people tell keys apart.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; never where `None`.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to some minutes.
    pub last_used_at: Option<Timestamp>,
}

/// A project that names a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProject {
    /// Which.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// What the key may do in it; its role in the organisation bounds that.
    pub role: ProjectRole,
}

/// A key as it begins.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// The most that it may do.
    pub role: Role,
    /// The projects that it is for, and what it may do in each; the whole organisation where `None`.
    pub projects: Option<Vec<(ProjectId, ProjectRole)>>,
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

/// Refuses what cannot be the projects of one key.
///
/// # Errors
/// `Invalid` with field `projects`.
pub fn validate_key_projects(projects: &[(ProjectId, ProjectRole)]) -> Result<()> {
    if projects.is_empty() || projects.len() > MOST_KEY_PROJECTS {
        let text = "Name 1 to 100 projects that the key is for, or none at all for the whole organisation.";
        return Err(Error::invalid("projects", text));
    }
    let once: BTreeSet<ProjectId> = projects.iter().map(|(project, _)| *project).collect();
    if once.len() < projects.len() {
        return Err(Error::invalid("projects", "Name each project once."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_for_some_projects_each_named_once() {
        let some = |count| (0..count).map(|_| (ProjectId::new(), ProjectRole::Viewer)).collect::<Vec<_>>();
        validate_key_projects(&some(1)).unwrap();
        validate_key_projects(&some(MOST_KEY_PROJECTS)).unwrap();
        for wrong in [some(0), some(MOST_KEY_PROJECTS + 1), some(1).repeat(2)] {
            assert_eq!(validate_key_projects(&wrong).unwrap_err().field, Some("projects"));
        }
    }
}
