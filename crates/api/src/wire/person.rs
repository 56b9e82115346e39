//! People, their logins and how they sign in, on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::login as domain;
use switchyard_domain::store::Known;
use switchyard_domain::user::User;
use switchyard_domain::{LoginId, OrgId};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::organisation::Organisation;
use super::{Time, mirror};

mirror! {
    /// How somebody signed in.
    LoginMethod = domain::LoginMethod { Github, Password }
}

/// Who is signed in, where they act, and where else they could.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    user: Person,
    organisation: Organisation,
    /// All of theirs, their own first.
    organisations: Vec<Organisation>,
}

impl Me {
    /// Somebody who acts in `org`; `None` where they do not belong there.
    pub(crate) fn acting_in(org: OrgId, known: Known<()>) -> Option<Self> {
        let acting = known.memberships.iter().find(|membership| membership.organisation.id == org)?.clone();
        Some(Self {
            user: known.user.into(),
            organisation: acting.into(),
            organisations: known.memberships.into_iter().map(Organisation::from).collect(),
        })
    }
}

/// A person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Person {
    id: Uuid,
    name: String,
    /// The name to sign in with a password; null for who has no local account.
    #[schema(required = true)]
    username: Option<String>,
    #[schema(required = true)]
    email: Option<String>,
    #[schema(required = true)]
    avatar_url: Option<String>,
    instance_admin: bool,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            id: user.id.into(),
            name: user.name,
            username: user.username.map(|name| name.as_str().to_owned()),
            email: user.email,
            avatar_url: user.avatar_url,
            instance_admin: user.instance_admin,
        }
    }
}

/// A name and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordSignIn {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// A new local account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    /// 1 to 39 letters, digits, dots, hyphens and underscores; capitals count as small letters.
    pub(crate) username: String,
    /// 12 to 200 characters.
    pub(crate) password: String,
    /// For display.
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    /// What stands behind `#` in an invitation's address: its place is taken by the new account, which acts there. Where
    /// registration is `invited`, there is no account without.
    pub(crate) invitation: Option<String>,
}

/// Another password for one's own account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePassword {
    pub(crate) current: String,
    pub(crate) password: String,
}

/// A password by the link that an operator made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FinishReset {
    pub(crate) token: String,
    pub(crate) password: String,
}

/// Tokens for a program that acts for somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenPair {
    pub(crate) access_token: String,
    /// `Bearer`.
    pub(crate) token_type: &'static str,
    /// Seconds for which the access token is good.
    pub(crate) expires_in: i64,
    /// Good for one use, which replaces it.
    pub(crate) refresh_token: String,
}

/// A refresh token, to be replaced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    pub(crate) refresh_token: String,
}

/// Where to act from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwitchOrganisation {
    pub(crate) org_id: Uuid,
}

/// A browser or program in which somebody is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Login {
    id: Uuid,
    method: LoginMethod,
    /// What the browser or program called itself.
    user_agent: String,
    /// The network address it last came from.
    address: String,
    created_at: Time,
    last_seen_at: Time,
    expires_at: Time,
    /// Whether this very request came from it.
    current: bool,
}

impl Login {
    /// A login as whoever is at `current` sees it.
    pub(crate) fn seen_from(login: domain::Login, current: Option<LoginId>) -> Self {
        Self {
            id: login.id.into(),
            method: login.method.into(),
            user_agent: login.user_agent,
            address: login.address,
            created_at: login.created_at.into(),
            last_seen_at: login.last_seen_at.into(),
            expires_at: login.expires_at.into(),
            current: current == Some(login.id),
        }
    }
}

/// How many logins were ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndedLogins {
    pub(crate) ended: u64,
}

/// Where a sign-in with another site goes on.
#[derive(Deserialize, IntoParams)]
pub(crate) struct SignInQuery {
    /// A page of ours to go to once it is done: a path, as in `/agents`.
    #[param(required = false)]
    pub(crate) next: Option<String>,
}

/// What a browser brings back from another site. What stands twice is refused by the parser.
#[derive(Deserialize, IntoParams)]
pub(crate) struct CallbackQuery {
    /// Stands for the person's consent.
    #[param(required = false)]
    pub(crate) code: Option<String>,
    /// What it was sent away with.
    #[param(required = false)]
    pub(crate) state: Option<String>,
    /// Why there is no code.
    #[param(required = false)]
    pub(crate) error: Option<String>,
    /// Who answers, where they say so (RFC 9207).
    #[param(required = false)]
    pub(crate) iss: Option<String>,
}
