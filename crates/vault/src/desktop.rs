//! The vault of a desktop, which has one user.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use switchyard_domain::credential::{
    CredentialName, GitCredential, GitHost, KeptCredentials, KeptGitCredential, Secret, Vault, VaultPlace,
};
use switchyard_domain::{Error, Result, Scope};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::contents::Contents;
use crate::index::Index;
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

    /// Runs `work` where it may wait. Who waits for the one before holds no thread, and does nothing once it gave up.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Kept) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let run = async {
            let kept = Arc::clone(&self.kept).lock_owned().await;
            tokio::task::spawn_blocking(move || work(&kept)).await.map_err(Error::internal)?
        };
        timeout(PATIENCE, run).await.unwrap_or_else(|_| Err(unavailable("it did not answer in time")))
    }
}

#[async_trait]
impl Vault for DesktopVault {
    async fn credentials(&self, _scope: &Scope) -> Result<KeptCredentials> {
        self.with(Kept::list).await
    }

    async fn put_credential(&self, _scope: &Scope, name: &CredentialName, value: Secret) -> Result<()> {
        let name = name.clone();
        self.with(move |kept| kept.change(|contents| contents.put(&name, &value))).await
    }

    async fn remove_credential(&self, _scope: &Scope, name: &CredentialName) -> Result<()> {
        let name = name.clone();
        self.with(move |kept| kept.change(|contents| contents.remove(&name))).await
    }

    async fn reveal_credentials(&self, _scope: &Scope) -> Result<Vec<(CredentialName, Secret)>> {
        self.with(Kept::contents).await?.revealed()
    }

    async fn git_credentials(&self, _scope: &Scope) -> Result<Vec<KeptGitCredential>> {
        self.with(|kept| kept.index()?.map_or_else(|| Ok(Vec::new()), |index| index.git())).await
    }

    async fn put_git_credential(&self, _scope: &Scope, credential: GitCredential) -> Result<()> {
        self.with(move |kept| kept.change(|contents| contents.put_git(&credential))).await
    }

    async fn remove_git_credential(&self, _scope: &Scope, host: &GitHost) -> Result<()> {
        let host = host.clone();
        self.with(move |kept| kept.change(|contents| contents.remove_git(&host))).await
    }

    async fn reveal_git_credential(&self, _scope: &Scope, host: &GitHost) -> Result<Option<GitCredential>> {
        let host = host.clone();
        self.with(move |kept| {
            // The keychain is not asked, and with it the person, for what it does not have.
            let Some(index) = kept.index()? else { return Ok(None) };
            if index.git()?.iter().all(|kept| kept.host != host) {
                return Ok(None);
            }
            kept.contents()?.revealed_git(&host)
        })
        .await
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

    fn contents(&self) -> Result<Contents> {
        match self.index()? {
            None => Ok(Contents::default()),
            Some(Index::File { values, git }) => Ok(Contents { values, git }),
            // What was taken out of it by hand is nobody's any more.
            Some(Index::Keychain { .. }) => {
                self.keychain().and_then(|keychain| keychain.read()).map_err(unavailable)
            }
        }
    }

    /// Changes what is kept. What lies in the file moves to the keychain as soon as one answers.
    fn change(&self, change: impl FnOnce(&mut Contents) -> Result<()>) -> Result<()> {
        let mut contents = self.contents()?;
        change(&mut contents)?;
        let in_keychain = matches!(self.index()?, Some(Index::Keychain { .. }));
        let keychain = match self.keychain() {
            Ok(keychain) => keychain,
            Err(error) if in_keychain => return Err(unavailable(error)),
            Err(_) if contents.is_empty() => return self.forget(),
            Err(error) => {
                tracing::info!(%error, "no keychain answers; credentials are kept in a file");
                let Contents { values, git } = contents;
                return self.note(&Index::File { values, git });
            }
        };
        if contents.is_empty() {
            keychain.clear().map_err(unavailable)?;
            return self.forget();
        }
        // The keychain first: a name without a value is worse than a value that nobody asks for.
        keychain.write(&contents).map_err(unavailable)?;
        self.note(&Index::of_keychain(contents))
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_told_to_have_failed_is_not_done_later() {
        let folder = tempfile::tempdir().unwrap();
        let vault = DesktopVault::new(folder.path().join("credentials.json"));
        let (answers, silent) = channel::<()>();
        let (began, begun) = channel();
        // A keychain that asks somebody who is not there.
        let stuck = vault.clone();
        let stuck = tokio::spawn(async move {
            let work = move |_: &Kept| {
                began.send(()).map_err(Error::internal)?;
                silent.recv().map_err(Error::internal)
            };
            stuck.with(work).await
        });
        while begun.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        let (done, later) = channel();
        let waiting = vault.clone();
        let waiting =
            tokio::spawn(async move { waiting.with(move |_| done.send(()).map_err(Error::internal)).await });
        tokio::task::yield_now().await;
        tokio::time::advance(PATIENCE * 2).await;
        for told in [stuck.await.unwrap(), waiting.await.unwrap()] {
            assert_eq!(told.unwrap_err().code, "keychain_unavailable");
        }
        answers.send(()).unwrap();
        // Whatever was left to be done is done by the time that the next is.
        vault.with(|_| Ok(())).await.unwrap();
        assert!(later.recv().is_err(), "it was done after all");
    }
}
