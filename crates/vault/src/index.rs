//! The vault's file: what is kept, under which names, and, where no keychain answers, the values too.
//!
//! With the names in it, a look at the settings, and an agent that needs no credential, do not make the keychain ask
//! for its password.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Names and values.
pub(crate) type Values = BTreeMap<String, String>;

#[derive(Serialize, Deserialize)]
#[serde(tag = "kept_in", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Index {
    /// The values are in the keychain.
    Keychain { names: Vec<String> },
    /// The values are here.
    File { values: Values },
}

impl Index {
    /// What is kept; `None` when that is nothing.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it, whole or not at all, for its owner alone.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        // Made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(path))?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }

    pub(crate) fn remove(path: &Path) -> io::Result<()> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Keychain { names } => names.clone(),
            Self::File { values } => values.keys().cloned().collect(),
        }
    }
}
