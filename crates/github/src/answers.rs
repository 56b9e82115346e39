//! What GitHub answers, as far as we look at it. Every field may be missing: what is needed is asked for.

use serde::Deserialize;
use switchyard_domain::credential::Secret;
use switchyard_domain::user::{OutsideIdentity, email_address};

/// Longest token that is believed, in bytes.
const LONGEST_TOKEN: usize = 1024;

/// Of the token endpoint.
#[derive(Deserialize)]
pub(super) struct Token {
    access_token: Option<String>,
    token_type: Option<String>,
    error: Option<String>,
}

impl Token {
    /// The token, if one was granted.
    pub(super) fn granted(self) -> Option<Secret> {
        let bearer = self.token_type.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        let fine = |token: &String| {
            (1..=LONGEST_TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
        };
        self.access_token.filter(fine).filter(|_| bearer && self.error.is_none()).map(Secret::new)
    }
}

/// Of `/user`.
#[derive(Deserialize)]
pub(super) struct Person {
    id: Option<u64>,
    login: Option<String>,
    name: Option<String>,
    avatar_url: Option<String>,
}

impl Person {
    /// Who that is; nobody without a number.
    pub(super) fn identity(&self) -> Option<OutsideIdentity> {
        let id = self.id.filter(|id| *id > 0)?;
        let login = self.login.as_deref()?;
        Some(super::identity(id, login, self.name.as_deref(), self.avatar_url.as_deref()))
    }
}

/// Of `/user/emails`.
#[derive(Deserialize)]
pub(super) struct Email {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

/// The primary address, if GitHub knows that it is theirs.
pub(super) fn verified(emails: Vec<Email>) -> Option<String> {
    let known = emails.into_iter().find(|email| email.primary && email.verified)?;
    email_address(&known.email).ok()
}

/// Of `/user/memberships/orgs/{org}`.
#[derive(Deserialize)]
pub(super) struct Membership {
    state: Option<String>,
    organization: Option<Organisation>,
}

#[derive(Deserialize)]
struct Organisation {
    login: String,
}

impl Membership {
    /// Whether it is one of this organisation, and was accepted.
    pub(super) fn is_active_in(&self, organisation: &str) -> bool {
        let it = self.organization.as_ref().is_some_and(|it| it.login.eq_ignore_ascii_case(organisation));
        it && self.state.as_deref() == Some("active")
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    fn read<T: DeserializeOwned>(answer: Value) -> T {
        serde_json::from_value(answer).unwrap()
    }

    #[test]
    fn a_token_is_one_that_was_granted() {
        let granted = |answer| read::<Token>(answer).granted().map(|token| token.reveal().to_owned());
        let good = json!({ "access_token": "gho_1", "token_type": "bearer", "scope": "" });
        assert_eq!(granted(good).as_deref(), Some("gho_1"));
        for bad in [
            json!({ "error": "bad_verification_code" }),
            json!({ "access_token": "gho_1", "token_type": "bearer", "error": "access_denied" }),
            json!({ "access_token": "gho_1", "token_type": "mac" }),
            json!({ "access_token": "gho_1" }),
            json!({ "access_token": "", "token_type": "bearer" }),
            json!({ "access_token": "gho_1\r\nX-Evil: 1", "token_type": "bearer" }),
            json!({}),
        ] {
            assert_eq!(granted(bad.clone()), None, "{bad}");
        }
    }

    #[test]
    fn a_person_is_known_by_a_number_alone() {
        let who = |answer: Value| {
            serde_json::from_value::<Person>(answer).ok().and_then(|person| person.identity())
        };
        let ada = who(json!({ "id": 7, "login": "ada", "name": "Ada Lovelace" })).unwrap();
        assert_eq!((ada.subject.as_str(), ada.name.as_str(), ada.email), ("7", "Ada Lovelace", None));
        assert_eq!(who(json!({ "id": 7, "login": "ada", "name": null })).unwrap().name, "ada");
        for bad in [
            json!({ "login": "ada" }),
            json!({ "id": null, "login": "ada" }),
            json!({ "id": "7", "login": "ada" }),
            json!({ "id": 0, "login": "ada" }),
            json!({ "id": -7, "login": "ada" }),
            json!({ "id": 7.5, "login": "ada" }),
            json!({ "id": [7], "login": "ada" }),
            json!({ "id": 7 }),
        ] {
            assert!(who(bad.clone()).is_none(), "{bad}");
        }
    }

    #[test]
    fn an_address_counts_if_it_is_primary_and_verified() {
        let told = |primary: bool, known: bool| {
            let one = json!([{ "email": "ada@example.org", "primary": primary, "verified": known }]);
            verified(read(one))
        };
        assert_eq!(told(true, true).as_deref(), Some("ada@example.org"));
        assert_eq!((told(true, false), told(false, true)), (None, None));
        assert_eq!(verified(read(json!([{ "email": "ada@example.org" }]))), None);
    }

    #[test]
    fn a_membership_counts_once_it_was_accepted_and_in_the_right_place() {
        let counts = |state: &str, org: &str| {
            read::<Membership>(json!({ "state": state, "organization": { "login": org } }))
                .is_active_in("acme")
        };
        assert!(counts("active", "Acme"));
        assert!(!counts("pending", "acme") && !counts("active", "acme2"));
        assert!(!read::<Membership>(json!({ "state": "active" })).is_active_in("acme"));
    }
}
