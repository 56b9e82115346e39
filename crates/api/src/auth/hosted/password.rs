//! Passwords of local accounts: argon2id, with the library's parameters (19 MiB, two passes: what OWASP's cheat sheet on
//! password storage asks for).

use argon2::Argon2;
use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use switchyard_domain::user::PasswordHash;
use switchyard_domain::{Error, ErrorKind, Result};
use tokio::sync::Semaphore;

use crate::auth::random_secret;

/// How many are worked on at once: each takes 19 MiB and some milliseconds of a processor.
const AT_ONCE: usize = 2;
/// How many more may wait.
const MOST_WAITING: usize = 64;

/// Hashes and compares passwords, a few at a time.
pub(crate) struct Passwords {
    slots: Semaphore,
    queue: Semaphore,
    /// Stands in for the password of an account that there is not, so that guessing a name takes as long.
    decoy: PasswordHash,
}

impl Passwords {
    pub(super) fn new() -> Result<Self> {
        let decoy = hash_password(random_secret()?.reveal())?;
        Ok(Self { slots: Semaphore::new(AT_ONCE), queue: Semaphore::new(AT_ONCE + MOST_WAITING), decoy })
    }

    /// What is kept of a password.
    pub(crate) async fn hash(&self, password: String) -> Result<PasswordHash> {
        self.work(move || hash_password(&password)).await
    }

    /// Whether `password` is the account's. Never, where there is no account.
    pub(crate) async fn is(&self, kept: Option<&PasswordHash>, password: String) -> Result<bool> {
        let (known, kept) = (kept.is_some(), kept.unwrap_or(&self.decoy).clone());
        Ok(self.work(move || compare(&kept, &password)).await? && known)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _place = self.queue.try_acquire().map_err(|_| {
            Error::new(ErrorKind::Limited, "busy", "Too many people sign in at once. Try again in a moment.")
        })?;
        let _slot = self.slots.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}

/// What is kept of a password. It takes 19 MiB and some milliseconds of a processor.
///
/// # Errors
/// `Internal` when the operating system has no random numbers.
pub fn hash_password(password: &str) -> Result<PasswordHash> {
    let made: phc::PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| Error::internal(error.to_string()))?;
    Ok(PasswordHash::new(made.to_string()))
}

fn compare(kept: &PasswordHash, password: &str) -> Result<bool> {
    let kept = phc::PasswordHash::new(kept.as_str()).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = Passwords::new().unwrap();
        let kept = passwords.hash("correct horse battery".to_owned()).await.unwrap();
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.is(Some(&kept), "correct horse battery".to_owned()).await.unwrap());
        assert!(!passwords.is(Some(&kept), "correct horse batterz".to_owned()).await.unwrap());
        assert!(!passwords.is(None, "correct horse battery".to_owned()).await.unwrap());
        let again = passwords.hash("correct horse battery".to_owned()).await.unwrap();
        assert_ne!(kept, again);
    }
}
