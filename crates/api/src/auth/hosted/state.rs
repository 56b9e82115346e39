//! What a browser keeps of a sign-in that it began with another site, until it comes back (RFC 6749, 10.12).
//!
//! It is kept there and nowhere else: a stranger who begins thousands fills up nothing, and whichever replica the browser
//! comes back to can read it. It is signed, so that nobody makes one up or prolongs one, and of a type of its own, so that
//! no token stands in for it, nor it for a token.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use switchyard_domain::credential::Secret;
use switchyard_domain::{Error, Result, Timestamp};

use super::own_path::OwnPath;
use super::token::TokenRules;
use crate::auth::random_secret;

/// How long somebody may take at the other site, in seconds.
pub(super) const LASTS_SECS: u32 = 600;

const TYPE: &str = "switchyard-sign-in+jwt";

/// A sign-in that was begun.
pub(super) struct SignInState {
    /// What comes back with the browser.
    pub(super) state: Secret,
    /// What the challenge was made from (RFC 7636).
    pub(super) verifier: Secret,
    /// Where the person wanted to go.
    pub(super) next: OwnPath,
    pub(super) expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    state: String,
    verifier: String,
    next: String,
    exp: i64,
}

/// Signs and reads them.
pub(super) struct SignInStates {
    signs: EncodingKey,
    checks: Vec<DecodingKey>,
    validation: Validation,
}

impl SignInState {
    /// A new one, which nobody can guess.
    pub(super) fn begin(next: OwnPath, at: Timestamp) -> Result<Self> {
        let expires_at = at + std::time::Duration::from_secs(LASTS_SECS.into());
        Ok(Self { state: random_secret()?, verifier: random_secret()?, next, expires_at })
    }
}

impl SignInStates {
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

    /// What the browser is to keep.
    pub(super) fn write(&self, sign_in: &SignInState) -> Result<String> {
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
        let kept = Kept {
            state: sign_in.state.reveal().to_owned(),
            verifier: sign_in.verifier.reveal().to_owned(),
            next: sign_in.next.as_str().to_owned(),
            exp: sign_in.expires_at.unix_timestamp(),
        };
        encode(&header, &kept, &self.signs).map_err(Error::internal)
    }

    /// What it kept, if we made that and it is not late.
    pub(super) fn read(&self, text: &str) -> Option<SignInState> {
        let read = |key| decode::<Kept>(text, key, &self.validation).ok();
        let known = self.checks.iter().find_map(read).filter(|it| it.header.typ.as_deref() == Some(TYPE))?;
        let Kept { state, verifier, next, exp } = known.claims;
        Some(SignInState {
            state: Secret::new(state),
            verifier: Secret::new(verifier),
            next: OwnPath::parse(&next)?,
            expires_at: Timestamp::from_unix_timestamp(exp).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(secret: &str, previous: Option<&str>) -> SignInStates {
        SignInStates::new(&TokenRules {
            secret: Secret::new(secret.to_owned()),
            previous: previous.map(|text| Secret::new(text.to_owned())),
            issuer: Some("https://id.example".to_owned()),
            audience: Some("board".to_owned()),
        })
    }

    fn begun(at: Timestamp) -> SignInState {
        SignInState::begin(OwnPath::parse("/agents").unwrap(), at).unwrap()
    }

    #[test]
    fn what_was_kept_is_known_again_also_while_the_secret_is_replaced() {
        let begun = begun(Timestamp::now_utc());
        let kept = states("one", None).write(&begun).unwrap();
        let known = states("two", Some("one")).read(&kept).unwrap();
        assert_eq!((known.state.reveal(), known.next.as_str()), (begun.state.reveal(), "/agents"));
        assert!(states("two", None).read(&kept).is_none());
    }

    #[test]
    fn what_is_late_changed_or_of_another_type_is_nothing() {
        let states = states("one", None);
        let late = begun(Timestamp::now_utc() - std::time::Duration::from_secs(601));
        assert!(states.read(&states.write(&late).unwrap()).is_none());
        let good = states.write(&begun(Timestamp::now_utc())).unwrap();
        for at in 0..good.len() - 1 {
            let mut changed = good.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(states.read(&String::from_utf8(changed).unwrap()).is_none(), "byte {at}");
        }
        let kept = Kept {
            state: "s".into(),
            verifier: "v".into(),
            next: "/".into(),
            exp: Timestamp::now_utc().unix_timestamp() + 60,
        };
        let token = encode(&Header::new(Algorithm::HS256), &kept, &states.signs).unwrap();
        assert!(states.read(&token).is_none());
    }
}
