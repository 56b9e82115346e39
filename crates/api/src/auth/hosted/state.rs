//! What a browser keeps of a sign-in that it began with another site, until it comes back (RFC 6749, 10.12).
//!
//! It is kept there and nowhere else: a stranger who begins thousands fills up nothing, and whichever replica the browser
//! comes back to can read it.

use serde::{Deserialize, Serialize};
use switchyard_domain::credential::Secret;
use switchyard_domain::{Result, Timestamp};

use super::own_path::OwnPath;
use super::signed::Signer;
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

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    state: String,
    verifier: String,
    next: String,
    exp: i64,
}

impl SignInState {
    /// A new one, which nobody can guess.
    pub(super) fn begin(next: OwnPath, at: Timestamp) -> Result<Self> {
        let expires_at = at + std::time::Duration::from_secs(LASTS_SECS.into());
        Ok(Self { state: random_secret()?, verifier: random_secret()?, next, expires_at })
    }

    /// What the browser is to keep.
    pub(super) fn write(&self, signer: &Signer) -> Result<String> {
        let kept = Kept {
            state: self.state.reveal().to_owned(),
            verifier: self.verifier.reveal().to_owned(),
            next: self.next.as_str().to_owned(),
            exp: self.expires_at.unix_timestamp(),
        };
        signer.write(TYPE, &kept)
    }

    /// What it kept, if we made that and it is not late.
    pub(super) fn read(signer: &Signer, text: &str) -> Option<Self> {
        let Kept { state, verifier, next, exp } = signer.read(TYPE, text)?;
        Some(Self {
            state: Secret::new(state),
            verifier: Secret::new(verifier),
            next: OwnPath::parse(&next)?,
            expires_at: Timestamp::from_unix_timestamp(exp).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::signed::{now, signer};
    use super::*;

    fn begun(at: Timestamp) -> SignInState {
        SignInState::begin(OwnPath::parse("/agents").unwrap(), at).unwrap()
    }

    #[test]
    fn what_was_kept_is_known_again_also_while_the_secret_is_replaced() {
        let begun = begun(now());
        let kept = begun.write(&signer("one", None)).unwrap();
        let known = SignInState::read(&signer("two", Some("one")), &kept).unwrap();
        assert_eq!((known.state.reveal(), known.next.as_str()), (begun.state.reveal(), "/agents"));
        assert!(SignInState::read(&signer("two", None), &kept).is_none());
    }

    #[test]
    fn what_is_late_changed_or_of_another_type_is_nothing() {
        let signer = signer("one", None);
        let late = begun(now() - std::time::Duration::from_secs(601));
        assert!(SignInState::read(&signer, &late.write(&signer).unwrap()).is_none());
        let good = begun(now()).write(&signer).unwrap();
        for at in 0..good.len() - 1 {
            let mut changed = good.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(SignInState::read(&signer, &String::from_utf8(changed).unwrap()).is_none(), "byte {at}");
        }
        let exp = now().unix_timestamp() + 60;
        let kept = Kept { state: "s".into(), verifier: "v".into(), next: "/".into(), exp };
        assert!(SignInState::read(&signer, &signer.write("JWT", &kept).unwrap()).is_none());
    }
}
