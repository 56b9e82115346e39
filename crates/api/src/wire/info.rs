//! What the instance says of itself, and signing in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::mirror;

mirror! {
    /// Who may make an account: anybody, who shows an invitation, or nobody.
    Registration = switchyard_domain::user::Registration { Open, Invited, Closed }
}

/// The instance.
#[derive(Serialize, ToSchema)]
pub(crate) struct Info {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// `desktop` or `kubernetes`.
    pub(crate) mode: &'static str,
    /// The ways to sign in; empty where there is no login.
    pub(crate) auth: Vec<&'static str>,
    pub(crate) features: Features,
    /// Who is signed in; null where nobody is.
    #[schema(required = true)]
    pub(crate) user: Option<Named>,
    #[schema(required = true)]
    pub(crate) organisation: Option<Named>,
    /// Where the instance keeps its files; null where that is nobody's business.
    #[schema(required = true)]
    pub(crate) data_dir: Option<String>,
    /// Why workspaces and agents cannot be reached and what to do, for instance that git is too old; null while
    /// nothing is known to be wrong.
    #[schema(required = true)]
    pub(crate) runner_problem: Option<String>,
}

/// What this instance can do beyond the main path.
#[derive(Serialize, ToSchema)]
pub(crate) struct Features {
    /// Repositories are added by a path on this machine.
    pub(crate) local_repos: bool,
    /// Repositories are added by URL.
    pub(crate) clone: bool,
    /// There are terminals.
    pub(crate) terminals: bool,
    /// Who may make an account with a password for themselves.
    pub(crate) registration: Registration,
}

/// Somebody or something with a name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Named {
    pub(crate) id: Uuid,
    pub(crate) name: String,
}

/// Whether the instance is up.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    pub(crate) status: &'static str,
}

/// A one-time code from the printed address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExchangeCode {
    pub(crate) code: String,
}

/// A fresh one-time code.
#[derive(Serialize, ToSchema)]
pub(crate) struct Code {
    pub(crate) code: String,
}
