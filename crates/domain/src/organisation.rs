//! Organisations: the tenants that own rows, and who belongs to them.

use crate::user::SecretDigest;
use crate::{Error, InvitationId, OrgId, Result, Role, Timestamp, UserId};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// Most invitations of an organisation that wait to be accepted.
pub const MOST_INVITATIONS: i64 = 500;

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrgId,
    /// Its name for people.
    pub name: String,
    /// Whether it is one person's own: nobody else can be a member.
    pub personal: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub version: i64,
}

/// A name as somebody wrote it.
///
/// # Errors
/// `Invalid` with field `name`.
pub fn organisation_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "An organisation's name has 1 to 100 characters on one line."));
    }
    Ok(name.to_owned())
}

/// One person's place in one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The organisation.
    pub organisation: Organisation,
    /// What the person may do there.
    pub role: Role,
}

/// Somebody who belongs to an organisation, as the others see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// Their name for display.
    pub name: String,
    /// The name under which they sign in with a password.
    pub username: Option<String>,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// A picture.
    pub avatar_url: Option<String>,
    /// What they may do.
    pub role: Role,
    /// When they joined.
    pub joined_at: Timestamp,
}

/// A place in an organisation that waits for whoever has the invitation's secret, for as long as who invited may still
/// invite there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// For whom it is meant; whoever has the secret can take it.
    pub email: Option<String>,
    /// The role that it gives.
    pub role: Role,
    /// Who invited.
    pub invited_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// What whoever has an invitation's secret is told before they take the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedPlace {
    /// The organisation's name.
    pub organisation: String,
    /// The role that the invitation gives.
    pub role: Role,
    /// The name of whoever invited.
    pub invited_by: String,
}

/// An invitation as it begins.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// For whom it is meant.
    pub email: Option<String>,
    /// The role that it gives.
    pub role: Role,
    /// What it is found by.
    pub secret: SecretDigest,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}
