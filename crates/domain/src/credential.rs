//! Credentials that a person gives their agents: keys and tokens, each under the name of the environment variable in
//! which agents expect it. And those that git shows to remotes, which agents do not get.

mod git;

use std::fmt;
use std::path::PathBuf;

use async_trait::async_trait;

pub use git::{
    DEFAULT_GIT_USERNAME, GitCredential, GitCredentialOrigin, GitHost, KeptGitCredential,
    MOST_GIT_CREDENTIALS,
};

use crate::{Error, Result, Scope, Timestamp};

/// Most credentials that one user keeps.
pub const MOST_CREDENTIALS: usize = 64;

/// Longest name, in characters.
const LONGEST_NAME: usize = 64;

/// Longest value, in bytes.
const LONGEST_VALUE: usize = 16 * 1024;

/// Variables that are not anybody's credential: what Switchyard itself sets, and what changes how programs are found
/// and loaded.
const NOT_CREDENTIALS: [&str; 12] = [
    "HOME",
    "IFS",
    "LANG",
    "LOGNAME",
    "NODE_OPTIONS",
    "PATH",
    "PWD",
    "SHELL",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER",
];

/// Beginnings of such variables.
const NOT_OF_CREDENTIALS: [&str; 5] = ["DYLD_", "GIT_", "LC_", "LD_", "SWITCHYARD"];

/// A text that is not to be seen: it does not print.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a text as a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, to be handed to whom it is for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The name of an environment variable that holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialName(String);

impl CredentialName {
    /// A name as somebody wrote it.
    ///
    /// # Errors
    /// `Invalid` with field `name`.
    pub fn new(name: &str) -> Result<Self> {
        let mut letters = name.chars();
        let shaped = name.len() <= LONGEST_NAME
            && letters.next().is_some_and(|first| first.is_ascii_uppercase())
            && letters.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if !shaped {
            let text = "A credential has the name of the variable that the agent reads: capital letters, digits and \
                        underscores, at most 64, as in ANTHROPIC_API_KEY.";
            return Err(Error::invalid("name", text));
        }
        if NOT_CREDENTIALS.contains(&name) || NOT_OF_CREDENTIALS.iter().any(|start| name.starts_with(start)) {
            let text = format!("{name} is not a credential, but says how programs run. Choose another name.");
            return Err(Error::invalid("name", text));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A value as somebody wrote it, without the white space around it that comes with copying.
///
/// # Errors
/// `Invalid` with field `value`.
pub fn credential_value(text: &str) -> Result<Secret> {
    let value = text.trim();
    if value.is_empty() || value.len() > LONGEST_VALUE || value.contains('\0') {
        return Err(Error::invalid(
            "value",
            "A credential has 1 to 16,384 bytes, and no zero byte among them.",
        ));
    }
    Ok(Secret::new(value.to_owned()))
}

/// Where a vault keeps what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultPlace {
    /// In the operating system's keychain.
    Keychain,
    /// In a file that its owner alone can read, where no keychain answers.
    File(PathBuf),
    /// Sealed, in the instance's database.
    Database,
}

/// What a vault keeps for somebody, without the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCredentials {
    /// Where.
    pub place: VaultPlace,
    /// Under which names, in alphabetical order.
    pub names: Vec<CredentialName>,
}

/// The port to where credentials are kept. Each user has their own.
#[async_trait]
pub trait Vault: Send + Sync {
    /// What is kept for the acting user.
    async fn credentials(&self, scope: &Scope) -> Result<KeptCredentials>;
    /// Keeps a credential, in place of one of the same name. `Limited` with code `too_many_credentials`; `Unavailable`
    /// with code `keychain_unavailable` or `vault_unwritable`.
    async fn put_credential(&self, scope: &Scope, name: &CredentialName, value: Secret) -> Result<()>;
    /// Forgets a credential. `NotFound`; `Unavailable` as with [`Vault::put_credential`].
    async fn remove_credential(&self, scope: &Scope, name: &CredentialName) -> Result<()>;
    /// The credentials with their values, to be handed to the user's agent. `Unavailable` with code
    /// `keychain_unavailable`, where there are some and they cannot be had.
    async fn reveal_credentials(&self, scope: &Scope) -> Result<Vec<(CredentialName, Secret)>>;

    /// The acting user's credentials for git hosts, by host.
    async fn git_credentials(&self, scope: &Scope) -> Result<Vec<KeptGitCredential>>;
    /// Keeps a credential for a git host in place of the one that is kept for it, except that one from a sign-in never
    /// takes the place of one that was entered. Errors as with [`Vault::put_credential`].
    async fn put_git_credential(&self, scope: &Scope, credential: GitCredential) -> Result<()>;
    /// Forgets the credential for a git host. Errors as with [`Vault::remove_credential`].
    async fn remove_git_credential(&self, scope: &Scope, host: &GitHost) -> Result<()>;
    /// The credential for a git host with its secret, to be handed to git. `Unavailable` as with
    /// [`Vault::reveal_credentials`].
    async fn reveal_git_credential(&self, scope: &Scope, host: &GitHost) -> Result<Option<GitCredential>>;
}

/// The port to rows that hold sealed credentials: an envelope for each user, which only a vault can open.
#[async_trait]
pub trait SealedCredentials: Send + Sync {
    /// The acting user's envelope.
    async fn sealed_credentials(&self, scope: &Scope) -> Result<Option<Vec<u8>>>;
    /// Replaces it if it is still `before`; the answer says whether it was.
    async fn replace_sealed_credentials(
        &self,
        scope: &Scope,
        at: Timestamp,
        before: Option<&[u8]>,
        after: &[u8],
    ) -> Result<bool>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_named_as_a_variable_that_changes_no_program() {
        for good in ["ANTHROPIC_API_KEY", "A", "AWS_PROFILE2"] {
            assert!(CredentialName::new(good).is_ok(), "{good}");
        }
        let long = "A".repeat(65);
        for bad in [
            "",
            "key",
            "1KEY",
            "A-KEY",
            "A KEY",
            "Ä",
            "PATH",
            "LD_PRELOAD",
            "GIT_SSH_COMMAND",
            "SWITCHYARD_TOKEN",
            &long,
        ] {
            assert_eq!(CredentialName::new(bad).unwrap_err().field, Some("name"), "{bad}");
        }
    }

    #[test]
    fn a_value_is_taken_without_what_copying_adds() {
        assert_eq!(credential_value(" sk-1\n").unwrap().reveal(), "sk-1");
        for bad in ["", " \n", "a\0b", &"x".repeat(16_385)] {
            assert_eq!(credential_value(bad).unwrap_err().field, Some("value"));
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("sk-1".to_owned())), "Secret(…)");
    }
}
