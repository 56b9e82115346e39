//! The vault's file: what is kept, under which names, and, where no keychain answers, the values too.
//!
//! With the names in it, a look at the settings, and an agent that needs no credential, do not make the keychain ask
//! for its password.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use switchyard_domain::Result;
use switchyard_domain::credential::KeptGitCredential;

use crate::contents::{Contents, GitValues, Values, kept_git};

#[derive(Serialize, Deserialize)]
#[serde(tag = "kept_in", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Index {
    /// The values are in the keychain.
    Keychain {
        names: Vec<String>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        git: BTreeMap<String, GitName>,
    },
    /// The values are here.
    File {
        values: Values,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        git: GitValues,
    },
}

/// What is known of a credential for a git host without asking for its secret.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GitName {
    username: String,
    origin: String,
}

impl Index {
    /// What is kept; `None` when that is nothing.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| misread(&error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it, whole or not at all, for its owner alone. On disk when this returns.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(path);
        // Made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        File::open(folder)?.sync_all()
    }

    pub(crate) fn remove(path: &Path) -> io::Result<()> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            // A credential that was taken away does not come back with the power.
            Ok(()) => File::open(path.parent().unwrap_or(path))?.sync_all(),
        }
    }

    /// What is noted of contents that the keychain keeps.
    pub(crate) fn of_keychain(contents: Contents) -> Self {
        let git = contents.git.into_iter();
        let git = git.map(|(host, value)| (host, GitName { username: value.username, origin: value.origin }));
        Self::Keychain { names: contents.values.into_keys().collect(), git: git.collect() }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Keychain { names, .. } => names.clone(),
            Self::File { values, .. } => values.keys().cloned().collect(),
        }
    }

    pub(crate) fn git(&self) -> Result<Vec<KeptGitCredential>> {
        match self {
            Self::Keychain { git, .. } => {
                git.iter().map(|(host, name)| kept_git(host, &name.username, &name.origin)).collect()
            }
            Self::File { git, .. } => {
                git.iter().map(|(host, value)| kept_git(host, &value.username, &value.origin)).collect()
            }
        }
    }
}

/// Where a file is not what it has to be, without what stands there: that may be a value.
fn misread(error: &serde_json::Error) -> io::Error {
    let what = if error.is_data() { "it is not laid out as expected" } else { "it is no valid JSON" };
    // What is known only once the whole was read has no place.
    let place = match error.line() {
        0 => String::new(),
        line => format!(" (line {line}, column {})", error.column()),
    };
    io::Error::new(io::ErrorKind::InvalidData, format!("{what}{place}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_from_before_there_were_git_credentials_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        for before in
            [r#"{"kept_in":"file","values":{"KEY":"sk-1"}}"#, r#"{"kept_in":"keychain","names":["KEY"]}"#]
        {
            std::fs::write(&path, before).unwrap();
            let index = Index::read(&path).unwrap().unwrap();
            assert_eq!(index.names(), ["KEY"]);
            assert_eq!(index.git().unwrap(), []);
            assert_eq!(serde_json::to_string(&index).unwrap(), before);
        }
    }

    #[test]
    fn what_is_noted_of_the_keychain_holds_no_secret() {
        let document = br#"{"values":{"KEY":"sk-canary"},"git":{"github.com":{"username":"ada","secret":"ghp-canary","origin":"entered"}}}"#;
        let index = Index::of_keychain(Contents::read(document).unwrap());
        assert!(!serde_json::to_string(&index).unwrap().contains("canary"));
        assert_eq!(index.git().unwrap()[0].username, "ada");
    }

    #[test]
    fn what_is_wrong_with_the_file_is_told_without_a_value_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        for (wrong, told) in [
            (r#"{"kept_in":"file","values":"sk-canary"}"#, "not laid out"),
            (r#"{"kept_in":"file","values":{"KEY":["sk-canary"]}}"#, "not laid out"),
            (r#"{"kept_in":"file","values":{},"sk-canary":1}"#, "not laid out"),
            (r#"{"kept_in":"sk-canary","values":{}}"#, "not laid out"),
            (r#"{"kept_in":"file","values":{"KEY":"sk-canary}}"#, "no valid JSON (line 1"),
        ] {
            std::fs::write(&path, wrong).unwrap();
            let error = Index::read(&path).err().unwrap().to_string();
            assert!(error.contains(told) && !error.contains("canary"), "{error}");
        }
    }
}
