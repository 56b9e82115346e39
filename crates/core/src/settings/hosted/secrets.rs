//! Secrets that an operator sets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use switchyard_domain::credential::Secret;

use super::EncryptionKey;

/// Fewest bytes of a secret: as many as HS256 has (RFC 7518, 3.2).
const SHORTEST_SECRET: usize = 32;
/// Fewest different characters of a secret; one of random characters has more.
const FEWEST_CHARACTERS: usize = 10;
/// What people write when they mean to replace it later.
const PLACEHOLDERS: [&str; 8] =
    ["change", "default", "example", "insert", "password", "replace", "secret", "your-"];

/// Secrets as they are read: none is weak, and no two are one.
#[derive(Default)]
pub(super) struct Secrets<'v> {
    seen: Vec<(&'static str, &'v str)>,
}

impl<'v> Secrets<'v> {
    pub(super) fn text(
        &mut self,
        get: &impl Fn(&str) -> Option<&'v str>,
        fault: &mut impl FnMut(&'static str, String),
        name: &'static str,
    ) -> Option<Secret> {
        let text = self.new_one(get, fault, name)?;
        if let Some(weakness) = weakness(text) {
            fault(name, format!("{weakness}; `openssl rand -base64 48` makes a good one"));
            return None;
        }
        Some(Secret::new(text.to_owned()))
    }

    pub(super) fn key(
        &mut self,
        get: &impl Fn(&str) -> Option<&'v str>,
        fault: &mut impl FnMut(&'static str, String),
        name: &'static str,
    ) -> Option<EncryptionKey> {
        let text = self.new_one(get, fault, name)?;
        let bytes: Option<[u8; 32]> = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        match bytes {
            Some(bytes) if different(&bytes) >= FEWEST_CHARACTERS => Some(EncryptionKey(bytes)),
            Some(_) => {
                fault(name, "is no random key; `openssl rand -base64 32` makes one".into());
                None
            }
            None => {
                fault(name, "must be 32 bytes in base64; `openssl rand -base64 32` makes such a key".into());
                None
            }
        }
    }

    pub(super) fn new_one(
        &mut self,
        get: &impl Fn(&str) -> Option<&'v str>,
        fault: &mut impl FnMut(&'static str, String),
        name: &'static str,
    ) -> Option<&'v str> {
        let text = get(name)?;
        if let Some((other, _)) = self.seen.iter().find(|(_, seen)| *seen == text) {
            fault(name, format!("is the same as {other}; each needs a secret of its own"));
            return None;
        }
        self.seen.push((name, text));
        Some(text)
    }
}

pub(super) fn weakness(secret: &str) -> Option<&'static str> {
    let lower = secret.to_ascii_lowercase();
    if secret.len() < SHORTEST_SECRET {
        Some("needs 32 bytes at least")
    } else if different(secret.as_bytes()) < FEWEST_CHARACTERS {
        Some("repeats itself")
    } else if PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
        Some("looks like a placeholder")
    } else {
        None
    }
}

fn different(bytes: &[u8]) -> usize {
    bytes.iter().collect::<std::collections::HashSet<_>>().len()
}
