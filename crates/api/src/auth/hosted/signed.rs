//! Notes that we sign and give away, to read them again when they come back.
//!
//! Each is of a type of its own (RFC 8725, 3.11), so that none stands in for another, nor for a token.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use switchyard_domain::{Error, Result};

use super::token::TokenRules;

/// Signs notes with the secret of tokens, and reads those that the secret before signed, too.
pub(super) struct Signer {
    signs: EncodingKey,
    checks: Vec<DecodingKey>,
    validation: Validation,
}

impl Signer {
    pub(super) fn new(rules: &TokenRules) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.validate_aud = false;
        let secrets = std::iter::once(&rules.secret).chain(&rules.previous);
        Self {
            signs: EncodingKey::from_secret(rules.secret.reveal().as_bytes()),
            checks: secrets.map(|secret| DecodingKey::from_secret(secret.reveal().as_bytes())).collect(),
            validation,
        }
    }

    /// A note as text. It has to say in `exp` until when it is good.
    pub(super) fn write(&self, kind: &str, note: &impl Serialize) -> Result<String> {
        let header = Header { typ: Some(kind.to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, note, &self.signs).map_err(Error::internal)
    }

    /// A note of this type that we made and that is not late.
    pub(super) fn read<T: DeserializeOwned + Clone>(&self, kind: &str, text: &str) -> Option<T> {
        let read = |key| decode::<T>(text, key, &self.validation).ok();
        let known = self.checks.iter().find_map(read)?;
        (known.header.typ.as_deref() == Some(kind)).then_some(known.claims)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "whether a note is late is told by the machine's clock")]
pub(super) fn now() -> switchyard_domain::Timestamp {
    switchyard_domain::Timestamp::now_utc()
}

#[cfg(test)]
pub(super) fn signer(secret: &str, previous: Option<&str>) -> Signer {
    use switchyard_domain::credential::Secret;
    Signer::new(&TokenRules {
        secret: Secret::new(secret.to_owned()),
        previous: previous.map(|text| Secret::new(text.to_owned())),
        issuer: Some("https://id.example".to_owned()),
        audience: Some("board".to_owned()),
    })
}
