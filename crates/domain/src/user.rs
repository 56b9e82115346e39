//! People, as a hosted instance knows them, and the ways in which they show who they are.

use std::fmt;

use crate::task::names;
use crate::{Error, Result, Timestamp, UserId};

/// Longest user name, in characters.
const LONGEST_USERNAME: usize = 39;

/// Longest name for display, in characters.
const LONGEST_NAME: usize = 100;

/// Longest address of a mailbox, in bytes (RFC 5321, 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// How short a password may be, and how long, in characters. Longer ones would be work for the server and none for
/// whoever guesses.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name for display.
    pub name: String,
    /// The name under which they sign in with a password; nobody else has it.
    pub username: Option<Username>,
    /// Where mail reaches them, as far as whoever vouched for them said so.
    pub email: Option<String>,
    /// A picture, at an `https` address.
    pub avatar_url: Option<String>,
    /// Whether they look after the whole instance. The first user does.
    pub instance_admin: bool,
    /// When an operator closed the account; nothing of theirs lets them in since.
    pub disabled_at: Option<Timestamp>,
    /// When they first signed in.
    pub created_at: Timestamp,
}

/// The name of a local account, in lower case: `Ada` and `ada` are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// A name as somebody wrote it.
    ///
    /// # Errors
    /// `Invalid` with field `username`.
    pub fn new(text: &str) -> Result<Self> {
        let name = text.trim().to_ascii_lowercase();
        let shaped = (1..=LONGEST_USERNAME).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if shaped {
            return Ok(Self(name));
        }
        Err(Error::invalid(
            "username",
            "A user name has 1 to 39 letters a to z, digits, dots, hyphens and underscores, and begins with a letter \
             or digit.",
        ))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name for display, as somebody wrote it.
///
/// # Errors
/// `Invalid` with field `name`.
pub fn display_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "A name has 1 to 100 characters on one line."));
    }
    Ok(name.to_owned())
}

/// The address of a mailbox, as somebody wrote it. Whether mail arrives there is not known.
///
/// # Errors
/// `Invalid` with field `email`.
pub fn email_address(text: &str) -> Result<String> {
    let email = text.trim();
    let shaped = email.len() <= LONGEST_EMAIL
        && email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && host.len() > 2 && host.contains('.') && !host.contains('@')
        })
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if shaped {
        return Ok(email.to_owned());
    }
    Err(Error::invalid("email", "Write an address as name@example.org."))
}

/// Refuses a password that is too short or too long. Nothing else is asked of it (NIST SP 800-63B, 3.1.1.2): rules of
/// composition make passwords worse.
///
/// # Errors
/// `Invalid` with field `password`.
pub fn check_password(password: &str) -> Result<()> {
    if PASSWORD_LENGTH.contains(&password.chars().count()) {
        return Ok(());
    }
    Err(Error::invalid("password", "A password has 12 to 200 characters; several words do well."))
}

/// A password's argon2id hash, as a PHC string. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string as what it is.
    #[must_use]
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// The SHA-256 digest under which a random secret (a cookie, a key, an invitation) is kept. A secret of 256 random bits
/// needs no salt and no slow hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretDigest(pub [u8; 32]);

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

/// Who vouches for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// GitHub, by OAuth.
    Github,
    /// The issuer of bearer tokens that the instance is told to trust.
    Token,
    /// The proxy in front of the instance.
    Proxy,
}
names!(Provider { Github = "github", Token = "token", Proxy = "proxy" });

/// A person as somebody else vouches for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideIdentity {
    /// Who vouches.
    pub provider: Provider,
    /// The id there, which stays the same whatever else changes.
    pub subject: String,
    /// The id that the person gets here on first sight; a fresh one where `None`.
    pub user_id: Option<UserId>,
    /// Their name for display.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// A picture.
    pub avatar_url: Option<String>,
}

/// Who may make a local account for themselves. Whoever runs the instance always can, for anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Anybody.
    Open,
    /// Who has an invitation that can be accepted.
    Invited,
    /// Nobody.
    Closed,
}
names!(Registration { Open = "open", Invited = "invited", Closed = "closed" });

/// A local account as it begins.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name to sign in with.
    pub username: Username,
    /// Their name for display.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// What their password is compared with.
    pub password: PasswordHash,
}

/// A local account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Whose it is.
    pub user: User,
    /// What their password is compared with.
    pub password: PasswordHash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_is_one_however_it_is_written() {
        assert_eq!(Username::new(" Ada ").unwrap(), Username::new("ada").unwrap());
        for bad in ["", " ", "-ada", "a b", "ada@x", "ädä", "a/b", &"a".repeat(40)] {
            assert_eq!(Username::new(bad).unwrap_err().field, Some("username"), "{bad}");
        }
    }

    #[test]
    fn an_address_is_one_mailbox_at_a_host() {
        assert_eq!(email_address(" ada@example.org ").unwrap(), "ada@example.org");
        for bad in
            ["", "ada", "@example.org", "ada@x", "a@b@c.d", "a da@example.org", "ada@example.org\nBcc: x"]
        {
            assert_eq!(email_address(bad).unwrap_err().field, Some("email"), "{bad}");
        }
    }

    #[test]
    fn a_password_is_asked_for_length_alone() {
        assert!(check_password("correct horse battery").is_ok());
        assert!(check_password("elevenchars").is_err());
        assert!(check_password(&"x".repeat(201)).is_err());
    }

    #[test]
    fn what_is_secret_does_not_print() {
        assert_eq!(format!("{:?}", PasswordHash::new("$argon2id$x".to_owned())), "PasswordHash(…)");
        assert_eq!(format!("{:?}", SecretDigest([7; 32])), "SecretDigest(…)");
    }
}
