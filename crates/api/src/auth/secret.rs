//! Secrets that do not print and are compared in constant time.

use std::fmt;

use subtle::ConstantTimeEq;
use switchyard_domain::{Error, Result};

/// A secret text.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a text as a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether `candidate` is the secret; takes the same time whichever byte differs.
    #[must_use]
    pub fn matches(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// The text, to be handed to its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// 256 random bits from the operating system, as 64 hexadecimal digits.
///
/// # Errors
/// `Internal` when the operating system has none.
pub fn random_secret() -> Result<Secret> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Secret(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}
