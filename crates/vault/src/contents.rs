//! What is kept for one user, and the document that it is written as.
//!
//! For as long as there is no credential for a git host, the document is the one that there was before these came: names
//! and values. It can be told from the other, since no variable is named in small letters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use switchyard_domain::credential::{
    CredentialName, GitCredential, GitCredentialOrigin, GitHost, KeptGitCredential, MOST_CREDENTIALS,
    MOST_GIT_CREDENTIALS, Secret,
};
use switchyard_domain::{Error, ErrorKind, Result};

/// Variables and their values.
pub(crate) type Values = BTreeMap<String, String>;
/// Hosts and what they are shown.
pub(crate) type GitValues = BTreeMap<String, GitValue>;

/// A credential for a git host.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GitValue {
    pub(crate) username: String,
    secret: String,
    pub(crate) origin: String,
}

/// What is kept for one user.
#[derive(Clone, Default)]
pub(crate) struct Contents {
    pub(crate) values: Values,
    pub(crate) git: GitValues,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Parts(Parts<Values, GitValues>),
    Values(Values),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<V, G> {
    values: V,
    git: G,
}

impl Contents {
    pub(crate) fn read(document: &[u8]) -> serde_json::Result<Self> {
        Ok(match serde_json::from_slice(document)? {
            Document::Parts(Parts { values, git }) => Self { values, git },
            Document::Values(values) => Self { values, git: GitValues::new() },
        })
    }

    pub(crate) fn document(&self) -> serde_json::Result<Vec<u8>> {
        if self.git.is_empty() {
            return serde_json::to_vec(&self.values);
        }
        serde_json::to_vec(&Parts { values: &self.values, git: &self.git })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.git.is_empty()
    }

    pub(crate) fn put(&mut self, name: &CredentialName, value: &Secret) -> Result<()> {
        room(&self.values, name.as_str(), MOST_CREDENTIALS)?;
        self.values.insert(name.as_str().to_owned(), value.reveal().to_owned());
        Ok(())
    }

    pub(crate) fn remove(&mut self, name: &CredentialName) -> Result<()> {
        self.values.remove(name.as_str()).map(drop).ok_or_else(Error::not_found)
    }

    pub(crate) fn revealed(self) -> Result<Vec<(CredentialName, Secret)>> {
        let values = self.values.into_iter();
        values.map(|(name, value)| Ok((CredentialName::new(&name)?, Secret::new(value)))).collect()
    }

    pub(crate) fn put_git(&mut self, credential: &GitCredential) -> Result<()> {
        let host = credential.host().as_str();
        room(&self.git, host, MOST_GIT_CREDENTIALS)?;
        let entered =
            self.git.get(host).is_some_and(|kept| kept.origin == GitCredentialOrigin::Entered.as_str());
        if entered && credential.origin() == GitCredentialOrigin::SignIn {
            return Ok(());
        }
        let value = GitValue {
            username: credential.username().to_owned(),
            secret: credential.secret().reveal().to_owned(),
            origin: credential.origin().as_str().to_owned(),
        };
        self.git.insert(host.to_owned(), value);
        Ok(())
    }

    pub(crate) fn remove_git(&mut self, host: &GitHost) -> Result<()> {
        self.git.remove(host.as_str()).map(drop).ok_or_else(Error::not_found)
    }

    pub(crate) fn revealed_git(&self, host: &GitHost) -> Result<Option<GitCredential>> {
        let credential = |value: &GitValue| {
            GitCredential::new(host.clone(), &value.username, &value.secret, value.origin.parse()?)
        };
        self.git.get(host.as_str()).map(credential).transpose()
    }
}

/// A credential for a git host without its secret.
pub(crate) fn kept_git(host: &str, username: &str, origin: &str) -> Result<KeptGitCredential> {
    Ok(KeptGitCredential {
        host: GitHost::new(host)?,
        username: username.to_owned(),
        origin: origin.parse()?,
    })
}

/// Refuses one more than `most`.
fn room<T>(kept: &BTreeMap<String, T>, name: &str, most: usize) -> Result<()> {
    if kept.len() < most || kept.contains_key(name) {
        return Ok(());
    }
    let text = format!("At most {most} credentials are kept. Remove one first.");
    Err(Error::new(ErrorKind::Limited, "too_many_credentials", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn github() -> GitHost {
        GitHost::new("github.com").unwrap()
    }

    fn credential(secret: &str, origin: GitCredentialOrigin) -> GitCredential {
        GitCredential::new(github(), "ada", secret, origin).unwrap()
    }

    #[test]
    fn what_was_written_before_there_were_git_credentials_is_read_and_stays_as_it_is() {
        let before = br#"{"ANTHROPIC_API_KEY":"sk-1"}"#;
        let contents = Contents::read(before).unwrap();
        assert_eq!(contents.values["ANTHROPIC_API_KEY"], "sk-1");
        assert_eq!(contents.document().unwrap(), before);
        assert!(Contents::read(b"{}").unwrap().is_empty());
        assert!(Contents::read(br#"{"values":{},"git":{},"more":1}"#).is_err());
    }

    #[test]
    fn a_git_credential_is_kept_beside_the_others() {
        let mut contents = Contents::read(br#"{"KEY":"sk-1"}"#).unwrap();
        contents.put_git(&credential("ghp_1", GitCredentialOrigin::Entered)).unwrap();
        let mut contents = Contents::read(&contents.document().unwrap()).unwrap();
        let kept = contents.revealed_git(&github()).unwrap().unwrap();
        assert_eq!((kept.username(), kept.secret().reveal()), ("ada", "ghp_1"));
        assert_eq!(contents.values["KEY"], "sk-1");
        contents.remove_git(&github()).unwrap();
        assert_eq!(contents.remove_git(&github()).unwrap_err().kind, ErrorKind::NotFound);
        assert!(contents.revealed_git(&github()).unwrap().is_none());
    }

    #[test]
    fn what_a_person_entered_is_not_replaced_by_a_sign_in() {
        use GitCredentialOrigin::{Entered, SignIn};
        let mut contents = Contents::default();
        let secret = |contents: &Contents| {
            contents.revealed_git(&github()).unwrap().unwrap().secret().reveal().to_owned()
        };
        contents.put_git(&credential("first-sign-in", SignIn)).unwrap();
        contents.put_git(&credential("second-sign-in", SignIn)).unwrap();
        assert_eq!(secret(&contents), "second-sign-in");
        contents.put_git(&credential("entered", Entered)).unwrap();
        contents.put_git(&credential("third-sign-in", SignIn)).unwrap();
        assert_eq!(secret(&contents), "entered");
    }

    #[test]
    fn the_number_of_credentials_is_bounded() {
        let mut contents = Contents::default();
        let put = |contents: &mut Contents, number: usize| {
            let host = GitHost::new(&format!("host{number}.example")).unwrap();
            let origin = GitCredentialOrigin::Entered;
            contents.put_git(&GitCredential::new(host, "", "x", origin).unwrap())
        };
        for number in 0..MOST_GIT_CREDENTIALS {
            put(&mut contents, number).unwrap();
        }
        put(&mut contents, 0).unwrap();
        assert_eq!(put(&mut contents, MOST_GIT_CREDENTIALS).unwrap_err().code, "too_many_credentials");
    }
}
