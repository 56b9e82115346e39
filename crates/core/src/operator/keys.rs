//! Replacing the key that seals credentials.

use std::sync::Arc;

use switchyard_domain::store::Operating;
use switchyard_domain::{Actor, ErrorKind, Result, Role, UserId};
use switchyard_vault::{SealedVault, SealingKey};

use super::{Operator, PAGE};
use crate::clock::SystemClock;
use crate::settings::EncryptionKey;

/// What came of replacing a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// How many users' credentials the newest key seals now and an older one sealed before.
    pub changed: u64,
    /// How many it had sealed already.
    pub current: u64,
    /// Whose credentials none of the keys opens. They stay as they are.
    pub closed: Vec<UserId>,
}

impl Operator {
    /// Seals everybody's credentials with the first of `keys`, where another one of them has. Goes on where it was
    /// broken off when it is asked for again; servers may be at work meanwhile.
    ///
    /// # Errors
    /// What the store says.
    pub async fn rotate_keys(&self, keys: &[EncryptionKey]) -> Result<Rotated> {
        let keys = keys.iter().map(|EncryptionKey(key)| SealingKey::new(*key)).collect();
        let vault = SealedVault::new(keys, Arc::clone(&self.store) as _, Arc::new(SystemClock));
        let (mut rotated, mut after) = (Rotated::default(), None);
        loop {
            let page = self.store.users_with_credentials(after, PAGE).await?;
            for (org, user) in &page {
                let scope = Actor::authenticated(*user, vec![(*org, Role::Member)]).scope(*org)?;
                match vault.reseal(&scope).await {
                    Ok(true) => rotated.changed += 1,
                    Ok(false) => rotated.current += 1,
                    Err(error) if error.kind == ErrorKind::Unavailable && error.code == "vault_closed" => {
                        rotated.closed.push(*user);
                    }
                    Err(error) => return Err(error),
                }
            }
            match page.last() {
                Some((_, last)) => after = Some(*last),
                None => return Ok(rotated),
            }
        }
    }
}
