//! The vault of hosted mode: each user's credentials in one sealed envelope in the database (CF-3).
//!
//! AES-256-GCM with a fresh 96-bit nonce each time. User and purpose are authenticated along with it, so that an envelope
//! that somebody moves to another row does not open. The envelope names its key: what an older one sealed still opens, and
//! is sealed with the newest at its next change.

use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use async_trait::async_trait;
use sha2::{Digest, Sha256};
use switchyard_domain::credential::{
    CredentialName, GitCredential, GitHost, KeptCredentials, KeptGitCredential, SealedCredentials, Secret,
    Vault, VaultPlace,
};
use switchyard_domain::{Clock, Error, Result, Scope, UserId};

use crate::contents::{Contents, kept_git};

/// First byte of an envelope: how the rest is laid out.
const LAYOUT: u8 = 1;
const KEY_ID: usize = 4;
const NONCE: usize = 12;
/// What is sealed, so that nothing else that a key seals for the same user could stand in for it. It has had this name
/// since before git's credentials came.
const PURPOSE: &[u8] = b"agent-credentials";
/// How often a change is made anew that another one overtook.
const TRIES: usize = 8;

/// A key that seals, known by a part of its digest.
pub struct SealingKey {
    id: [u8; KEY_ID],
    cipher: Aes256Gcm,
}

impl SealingKey {
    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        let digest = Sha256::digest(bytes);
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&digest[..KEY_ID]);
        Self { id, cipher: Aes256Gcm::new(&bytes.into()) }
    }
}

/// Credentials in sealed envelopes.
pub struct SealedVault {
    /// The newest first, which seals.
    keys: Vec<SealingKey>,
    rows: Arc<dyn SealedCredentials>,
    clock: Arc<dyn Clock>,
}

impl SealedVault {
    /// A vault that seals with the first of `keys` and opens with any.
    #[must_use]
    pub fn new(keys: Vec<SealingKey>, rows: Arc<dyn SealedCredentials>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, rows, clock }
    }

    async fn all(&self, scope: &Scope) -> Result<Contents> {
        match self.rows.sealed_credentials(scope).await? {
            Some(envelope) => self.open(scope.user(), &envelope),
            None => Ok(Contents::default()),
        }
    }

    async fn change(&self, scope: &Scope, change: impl Fn(&mut Contents) -> Result<()>) -> Result<()> {
        for _ in 0..TRIES {
            let before = self.rows.sealed_credentials(scope).await?;
            let mut contents = match &before {
                Some(envelope) => self.open(scope.user(), envelope)?,
                None => Contents::default(),
            };
            change(&mut contents)?;
            let after = self.seal(scope.user(), &contents)?;
            let at = self.clock.now();
            if self.rows.replace_sealed_credentials(scope, at, before.as_deref(), &after).await? {
                return Ok(());
            }
        }
        Err(busy())
    }

    /// Seals the acting user's credentials with the newest key where an older one has sealed them; whether that was so.
    /// May be asked for again at any time, and while others change them.
    ///
    /// # Errors
    /// `Unavailable` with code `vault_closed` when no key here opens them, which leaves them as they are; `Conflict` with
    /// code `vault_busy`.
    pub async fn reseal(&self, scope: &Scope) -> Result<bool> {
        for _ in 0..TRIES {
            let Some(before) = self.rows.sealed_credentials(scope).await? else { return Ok(false) };
            // Opened in any case, so that what does not open is found now and not when the old key is gone.
            let contents = self.open(scope.user(), &before)?;
            let newest = self.keys.first().map(|key| key.id.as_slice());
            if before.get(1..=KEY_ID) == newest {
                return Ok(false);
            }
            let after = self.seal(scope.user(), &contents)?;
            let at = self.clock.now();
            if self.rows.replace_sealed_credentials(scope, at, Some(&before), &after).await? {
                return Ok(true);
            }
        }
        Err(busy())
    }

    fn seal(&self, user: UserId, contents: &Contents) -> Result<Vec<u8>> {
        let key = self.keys.first().ok_or_else(|| Error::internal("the vault has no key"))?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| Error::internal(error.to_string()))?;
        let text = contents.document().map_err(Error::internal)?;
        let payload = Payload { msg: &text, aad: &about(user) };
        let sealed = key
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Error::internal("credentials could not be sealed"))?;
        Ok([&[LAYOUT], &key.id[..], &nonce, &sealed].concat())
    }

    fn open(&self, user: UserId, envelope: &[u8]) -> Result<Contents> {
        let closed = |why: &'static str| {
            let text = "Your credentials cannot be opened. Whoever runs this instance knows the key that they were sealed with.";
            Error::unavailable("vault_closed", text).caused_by(why)
        };
        let (layout, rest) = envelope.split_first().ok_or_else(|| closed("an empty envelope"))?;
        let (id, rest) =
            rest.split_at_checked(KEY_ID).ok_or_else(|| closed("an envelope without a key's id"))?;
        let (nonce, sealed) =
            rest.split_first_chunk::<NONCE>().ok_or_else(|| closed("an envelope without a nonce"))?;
        if *layout != LAYOUT {
            return Err(closed("an envelope of another layout"));
        }
        let key =
            self.keys.iter().find(|key| key.id == id).ok_or_else(|| closed("a key that is not here"))?;
        let payload = Payload { msg: sealed, aad: &about(user) };
        let text = key
            .cipher
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| closed("an envelope that was changed, or moved"))?;
        Contents::read(&text).map_err(|_| closed("an envelope of something else"))
    }
}

fn busy() -> Error {
    Error::conflict("vault_busy", "Your credentials are being changed elsewhere. Try again.")
}

fn about(user: UserId) -> Vec<u8> {
    [user.0.as_bytes(), PURPOSE].concat()
}

#[async_trait]
impl Vault for SealedVault {
    async fn credentials(&self, scope: &Scope) -> Result<KeptCredentials> {
        let names = self.all(scope).await?.values.into_keys();
        let names = names.map(|name| CredentialName::new(&name)).collect::<Result<_>>()?;
        Ok(KeptCredentials { place: VaultPlace::Database, names })
    }

    async fn put_credential(&self, scope: &Scope, name: &CredentialName, value: Secret) -> Result<()> {
        self.change(scope, |contents| contents.put(name, &value)).await
    }

    async fn remove_credential(&self, scope: &Scope, name: &CredentialName) -> Result<()> {
        self.change(scope, |contents| contents.remove(name)).await
    }

    async fn reveal_credentials(&self, scope: &Scope) -> Result<Vec<(CredentialName, Secret)>> {
        self.all(scope).await?.revealed()
    }

    async fn git_credentials(&self, scope: &Scope) -> Result<Vec<KeptGitCredential>> {
        let all = self.all(scope).await?.git;
        all.iter().map(|(host, value)| kept_git(host, &value.username, &value.origin)).collect()
    }

    async fn put_git_credential(&self, scope: &Scope, credential: GitCredential) -> Result<()> {
        self.change(scope, |contents| contents.put_git(&credential)).await
    }

    async fn remove_git_credential(&self, scope: &Scope, host: &GitHost) -> Result<()> {
        self.change(scope, |contents| contents.remove_git(host)).await
    }

    async fn reveal_git_credential(&self, scope: &Scope, host: &GitHost) -> Result<Option<GitCredential>> {
        self.all(scope).await?.revealed_git(host)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use switchyard_domain::credential::GitCredentialOrigin;
    use switchyard_domain::{Actor, ErrorKind, OrgId, Role, Timestamp};

    use super::*;

    /// A table of envelopes.
    #[derive(Default)]
    struct Table(Mutex<HashMap<UserId, Vec<u8>>>);

    #[async_trait]
    impl SealedCredentials for Table {
        async fn sealed_credentials(&self, scope: &Scope) -> Result<Option<Vec<u8>>> {
            Ok(self.0.lock().unwrap().get(&scope.user()).cloned())
        }

        async fn replace_sealed_credentials(
            &self,
            scope: &Scope,
            _: Timestamp,
            before: Option<&[u8]>,
            after: &[u8],
        ) -> Result<bool> {
            let mut table = self.0.lock().unwrap();
            let unchanged = table.get(&scope.user()).map(Vec::as_slice) == before;
            if unchanged {
                table.insert(scope.user(), after.to_vec());
            }
            Ok(unchanged)
        }
    }

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    fn somebody() -> Scope {
        let org = OrgId::new();
        Actor::authenticated(UserId::new(), vec![(org, Role::Member)]).scope(org).unwrap()
    }

    fn vault(table: &Arc<Table>, keys: &[u8]) -> SealedVault {
        let keys = keys.iter().map(|byte| SealingKey::new([*byte; 32])).collect();
        SealedVault::new(keys, Arc::clone(table) as _, Arc::new(Stopped))
    }

    fn name() -> CredentialName {
        CredentialName::new("ANTHROPIC_API_KEY").unwrap()
    }

    fn value() -> Secret {
        Secret::new("sk-canary".to_owned())
    }

    #[tokio::test]
    async fn a_credential_is_kept_sealed_and_opens_for_its_user_alone() {
        let (table, ada, eve) = (Arc::new(Table::default()), somebody(), somebody());
        let vault = vault(&table, &[1]);
        vault.put_credential(&ada, &name(), value()).await.unwrap();
        assert_eq!(vault.reveal_credentials(&ada).await.unwrap()[0].1.reveal(), "sk-canary");
        assert_eq!(vault.credentials(&eve).await.unwrap().names, []);
        let envelope = table.0.lock().unwrap()[&ada.user()].clone();
        assert!(!envelope.windows(6).any(|bytes| bytes == b"canary"));
        table.0.lock().unwrap().insert(eve.user(), envelope);
        assert_eq!(vault.reveal_credentials(&eve).await.unwrap_err().code, "vault_closed");
    }

    #[tokio::test]
    async fn a_credential_for_a_git_host_is_sealed_with_the_others_and_opens_for_its_user_alone() {
        let (table, ada, eve) = (Arc::new(Table::default()), somebody(), somebody());
        let vault = vault(&table, &[1]);
        vault.put_credential(&ada, &name(), value()).await.unwrap();
        let host = GitHost::new("github.com").unwrap();
        let credential =
            GitCredential::new(host.clone(), "ada", "ghp-canary", GitCredentialOrigin::Entered).unwrap();
        vault.put_git_credential(&ada, credential).await.unwrap();
        let kept = KeptGitCredential {
            host: host.clone(),
            username: "ada".to_owned(),
            origin: GitCredentialOrigin::Entered,
        };
        assert_eq!(vault.git_credentials(&ada).await.unwrap(), [kept]);
        let revealed = vault.reveal_git_credential(&ada, &host).await.unwrap().unwrap();
        assert_eq!(revealed.secret().reveal(), "ghp-canary");
        assert!(vault.reveal_git_credential(&eve, &host).await.unwrap().is_none());
        assert_eq!(vault.credentials(&ada).await.unwrap().names, [name()], "agents get the others alone");
        assert_eq!(vault.reveal_credentials(&ada).await.unwrap().len(), 1);
        let envelope = table.0.lock().unwrap()[&ada.user()].clone();
        assert!(!envelope.windows(6).any(|bytes| bytes == b"canary"));
        vault.remove_git_credential(&ada, &host).await.unwrap();
        assert_eq!(vault.git_credentials(&ada).await.unwrap(), []);
        assert_eq!(vault.reveal_credentials(&ada).await.unwrap()[0].1.reveal(), "sk-canary");
    }

    #[tokio::test]
    async fn a_key_can_be_replaced_and_the_old_one_given_up_once_nothing_needs_it() {
        let (table, ada) = (Arc::new(Table::default()), somebody());
        vault(&table, &[1]).put_credential(&ada, &name(), value()).await.unwrap();
        assert_eq!(vault(&table, &[2]).credentials(&ada).await.unwrap_err().code, "vault_closed");
        let both = vault(&table, &[2, 1]);
        assert_eq!(both.credentials(&ada).await.unwrap().names, [name()]);
        both.put_credential(&ada, &CredentialName::new("OTHER").unwrap(), value()).await.unwrap();
        assert_eq!(vault(&table, &[2]).credentials(&ada).await.unwrap().names.len(), 2);
    }

    #[tokio::test]
    async fn what_an_old_key_sealed_is_sealed_with_the_newest_once() {
        let (table, ada, eve) = (Arc::new(Table::default()), somebody(), somebody());
        vault(&table, &[1]).put_credential(&ada, &name(), value()).await.unwrap();
        let both = vault(&table, &[2, 1]);
        assert!(both.reseal(&ada).await.unwrap());
        let after = table.0.lock().unwrap()[&ada.user()].clone();
        assert!(!both.reseal(&ada).await.unwrap(), "there is nothing left to do");
        assert_eq!(table.0.lock().unwrap()[&ada.user()], after);
        assert!(!both.reseal(&eve).await.unwrap(), "who has none gets none");
        assert_eq!(vault(&table, &[2]).reveal_credentials(&ada).await.unwrap()[0].1.reveal(), "sk-canary");
        assert_eq!(vault(&table, &[3]).reseal(&ada).await.unwrap_err().code, "vault_closed");
        assert_eq!(table.0.lock().unwrap()[&ada.user()], after, "what does not open is left alone");
    }

    #[tokio::test]
    async fn an_envelope_that_was_changed_anywhere_does_not_open() {
        let (table, ada) = (Arc::new(Table::default()), somebody());
        let vault = vault(&table, &[1]);
        vault.put_credential(&ada, &name(), value()).await.unwrap();
        let good = table.0.lock().unwrap()[&ada.user()].clone();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            table.0.lock().unwrap().insert(ada.user(), bad);
            assert_eq!(vault.credentials(&ada).await.unwrap_err().code, "vault_closed", "byte {at}");
        }
        for length in 0..good.len() {
            table.0.lock().unwrap().insert(ada.user(), good[..length].to_vec());
            assert_eq!(vault.credentials(&ada).await.unwrap_err().code, "vault_closed", "{length} bytes");
        }
    }

    #[tokio::test]
    async fn two_changes_at_once_are_both_kept() {
        let (table, ada) = (Arc::new(Table::default()), somebody());
        let vault = vault(&table, &[1]);
        let names = ["FIRST", "SECOND", "THIRD"].map(|name| CredentialName::new(name).unwrap());
        let puts = names.iter().map(|name| vault.put_credential(&ada, name, value()));
        for put in futures_util::future::join_all(puts).await {
            put.unwrap();
        }
        assert_eq!(vault.credentials(&ada).await.unwrap().names.len(), 3);
        vault.remove_credential(&ada, &names[0]).await.unwrap();
        assert_eq!(vault.remove_credential(&ada, &names[0]).await.unwrap_err().kind, ErrorKind::NotFound);
    }
}
