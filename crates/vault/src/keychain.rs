//! The operating system's keychain: macOS's own, the Secret Service (GNOME Keyring, KWallet …) elsewhere.
//!
//! All credentials are one entry of it, so that the person is asked for its password once. Calls wait for the keychain,
//! and for the person it may ask.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error, Result};

use crate::contents::Contents;

/// Whose entry it is, as the keychain's own programs show it.
const SERVICE: &str = "Switchyard";

/// The keychain's entry for one data folder.
pub(crate) struct Keychain {
    entry: Entry,
}

impl Keychain {
    /// Finds the keychain. Fails where none answers.
    pub(crate) fn open(account: &str) -> Result<Self> {
        Ok(Self { entry: store()?.build(SERVICE, account, None)? })
    }

    /// What it keeps.
    pub(crate) fn read(&self) -> Result<Contents> {
        match self.entry.get_secret() {
            Ok(text) => Contents::read(&text).map_err(|error| Error::BadStoreFormat(error.to_string())),
            Err(Error::NoEntry) => Ok(Contents::default()),
            Err(error) => Err(error),
        }
    }

    /// Keeps these, and no others.
    pub(crate) fn write(&self, contents: &Contents) -> Result<()> {
        let text = contents.document().map_err(|error| Error::BadStoreFormat(error.to_string()))?;
        self.entry.set_secret(&text)
    }

    /// Forgets all.
    pub(crate) fn clear(&self) -> Result<()> {
        match self.entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        }
    }
}

#[cfg(target_os = "macos")]
fn store() -> Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn store() -> Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}
