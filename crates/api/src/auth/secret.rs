//! Secrets: made at random, and compared in constant time.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use switchyard_domain::credential::Secret;
use switchyard_domain::user::SecretDigest;
use switchyard_domain::{Error, Result};

/// Whether `candidate` is the secret; takes the same time whichever byte differs.
pub(super) fn matches(secret: &Secret, candidate: &str) -> bool {
    secret.reveal().as_bytes().ct_eq(candidate.as_bytes()).into()
}

/// 256 random bits from the operating system, as 64 hexadecimal digits.
///
/// # Errors
/// `Internal` when the operating system has none.
pub fn random_secret() -> Result<Secret> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// What a random secret is kept and found by.
#[must_use]
pub fn digest(secret: &str) -> SecretDigest {
    SecretDigest(Sha256::digest(secret).into())
}

/// The last four characters of a secret, by which people tell theirs apart: 16 of 256 bits.
pub(crate) fn tail(secret: &Secret) -> String {
    let text = secret.reveal();
    text[text.len().saturating_sub(4)..].to_owned()
}
