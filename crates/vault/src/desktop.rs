//! The vault of a desktop, which has one user.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use switchyard_domain::credential::{
    CredentialName, KeptCredentials, MOST_CREDENTIALS, Secret, Vault, VaultPlace,
};
use switchyard_domain::{Error, ErrorKind, Result, Scope};

use crate::index::{Index, Values};
use crate::keychain::Keychain;

/// How long the keychain may take, with the time in which a person types its password.
const PATIENCE: Duration = Duration::from_secs(90);

/// Keeps credentials in the keychain, or in a file where there is none.
#[derive(Clone)]
pub struct DesktopVault {
    kept: Arc<Mutex<Kept>>,
}

/// What is kept, for one at a time.
struct Kept {
    path: PathBuf,
}

impl DesktopVault {
    /// The vault of the data folder whose file this is. Nothing is opened before it is used.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { kept: Arc::new(Mutex::new(Kept { path })) }
    }

    /// Runs `work` where it may wait.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Kept) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let kept = Arc::clone(&self.kept);
        let run =
            tokio::task::spawn_blocking(move || work(&kept.lock().unwrap_or_else(PoisonError::into_inner)));
        match tokio::time::timeout(PATIENCE, run).await {
            Ok(done) => done.map_err(Error::internal)?,
            Err(_) => Err(unavailable("it did not answer in time")),
        }
    }
}

#[async_trait]
impl Vault for DesktopVault {
    async fn credentials(&self, _scope: &Scope) -> Result<KeptCredentials> {
        self.with(Kept::list).await
    }

    async fn put_credential(&self, _scope: &Scope, name: &CredentialName, value: Secret) -> Result<()> {
        let name = name.as_str().to_owned();
        self.with(move |kept| {
            kept.change(|values| {
                if values.len() >= MOST_CREDENTIALS && !values.contains_key(&name) {
                    let text = format!("At most {MOST_CREDENTIALS} credentials are kept. Remove one first.");
                    return Err(Error::new(ErrorKind::Limited, "too_many_credentials", text));
                }
                values.insert(name, value.reveal().to_owned());
                Ok(())
            })
        })
        .await
    }

    async fn remove_credential(&self, _scope: &Scope, name: &CredentialName) -> Result<()> {
        let name = name.as_str().to_owned();
        self.with(move |kept| {
            kept.change(|values| values.remove(&name).map(drop).ok_or_else(Error::not_found))
        })
        .await
    }

    async fn reveal_credentials(&self, _scope: &Scope) -> Result<Vec<(CredentialName, Secret)>> {
        let values = self.with(Kept::values).await?;
        values
            .into_iter()
            .map(|(name, value)| Ok((CredentialName::new(&name)?, Secret::new(value))))
            .collect()
    }
}

impl Kept {
    fn list(&self) -> Result<KeptCredentials> {
        let index = self.index()?;
        let place = match &index {
            Some(Index::Keychain { .. }) => VaultPlace::Keychain,
            Some(Index::File { .. }) => self.file(),
            None if self.keychain().is_ok() => VaultPlace::Keychain,
            None => self.file(),
        };
        let names = index.map(|index| index.names()).unwrap_or_default();
        let names = names.iter().map(|name| CredentialName::new(name)).collect::<Result<_>>()?;
        Ok(KeptCredentials { place, names })
    }

    fn values(&self) -> Result<Values> {
        match self.index()? {
            None => Ok(Values::new()),
            Some(Index::File { values }) => Ok(values),
            // What was taken out of it by hand is nobody's any more.
            Some(Index::Keychain { .. }) => {
                self.keychain().and_then(|keychain| keychain.read()).map_err(unavailable)
            }
        }
    }

    /// Changes what is kept. What lies in the file moves to the keychain as soon as one answers.
    fn change(&self, change: impl FnOnce(&mut Values) -> Result<()>) -> Result<()> {
        let mut values = self.values()?;
        change(&mut values)?;
        let in_keychain = matches!(self.index()?, Some(Index::Keychain { .. }));
        let keychain = match self.keychain() {
            Ok(keychain) => keychain,
            Err(error) if in_keychain => return Err(unavailable(error)),
            Err(_) if values.is_empty() => return self.forget(),
            Err(error) => {
                tracing::info!(%error, "no keychain answers; credentials are kept in a file");
                return self.note(&Index::File { values });
            }
        };
        if values.is_empty() {
            keychain.clear().map_err(unavailable)?;
            return self.forget();
        }
        // The keychain first: a name without a value is worse than a value that nobody asks for.
        keychain.write(&values).map_err(unavailable)?;
        self.note(&Index::Keychain { names: values.into_keys().collect() })
    }

    fn keychain(&self) -> keyring_core::Result<Keychain> {
        Keychain::open(&self.folder().to_string_lossy())
    }

    fn index(&self) -> Result<Option<Index>> {
        Index::read(&self.path).map_err(|error| {
            let text = format!("{} cannot be read: {error}. Correct or remove it.", self.path.display());
            Error::unavailable("vault_unreadable", text).caused_by(error)
        })
    }

    fn note(&self, index: &Index) -> Result<()> {
        index.write(&self.path).map_err(|error| self.unwritable(&error))
    }

    fn forget(&self) -> Result<()> {
        Index::remove(&self.path).map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &std::io::Error) -> Error {
        let text = format!("{} cannot be written: {error}.", self.path.display());
        Error::unavailable("vault_unwritable", text).caused_by(error.to_string())
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    fn file(&self) -> VaultPlace {
        VaultPlace::File(self.path.clone())
    }
}

fn unavailable(error: impl std::fmt::Display) -> Error {
    let text = "The keychain that keeps your credentials cannot be used. Unlock it, or start the desktop session's \
                keychain, then try again.";
    Error::unavailable("keychain_unavailable", text).caused_by(error.to_string())
}
