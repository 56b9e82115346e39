//! API keys.

use std::time::Duration;

use switchyard_domain::access::ProjectRole;
use switchyard_domain::api_key::{ApiKey, NewApiKey, key_name, validate_key_projects};
use switchyard_domain::store::Act;
use switchyard_domain::user::SecretDigest;
use switchyard_domain::{ApiKeyId, Error, Page, PageRequest, ProjectId, Result, Role, Scope};

use crate::App;

/// How many days a key may last that does not last for ever.
const KEY_DAYS: std::ops::RangeInclusive<u32> = 1..=3650;

/// A key as somebody asks for it.
#[derive(Clone, Debug)]
pub struct NewApiKeyRequest {
    /// What it is for.
    pub name: String,
    /// The most that it may do.
    pub role: Role,
    /// The projects that it is for alone, and what it may do in each; the whole organisation where `None`.
    pub projects: Option<Vec<(ProjectId, ProjectRole)>>,
    /// After how many days it ends; never where `None`.
    pub days: Option<u32>,
    /// What it is found by.
    pub secret: SecretDigest,
    /// Its last characters.
    pub hint: String,
}

impl App {
    /// The organisation's keys for its admins, their own for others.
    ///
    /// # Errors
    /// What the store says.
    pub async fn api_keys(&self, scope: &Scope, page: &PageRequest) -> Result<Page<ApiKey>> {
        self.store().api_keys(scope, page).await
    }

    /// Makes a key of the acting user's, which may do no more than they. For certain projects only their admins make one.
    ///
    /// # Errors
    /// `Invalid` with field `name`, `days` or `projects`; `Forbidden` for a greater role than one's own, and for who is no
    /// admin of a project; `NotFound` for a project that is not there; `Limited`; what the store says.
    pub async fn create_api_key(&self, act: &Act, request: NewApiKeyRequest) -> Result<ApiKey> {
        let NewApiKeyRequest { name, role, projects, days, secret, hint } = request;
        act.scope.require(role)?;
        if let Some(projects) = &projects {
            validate_key_projects(projects)?;
        }
        if days.is_some_and(|days| !KEY_DAYS.contains(&days)) {
            return Err(Error::invalid("days", "A key lasts for 1 to 3650 days, or for ever."));
        }
        let expires_at = days.map(|days| act.at + Duration::from_secs(u64::from(days) * 24 * 3600));
        let new = NewApiKey { name: key_name(&name)?, role, projects, secret, hint, expires_at };
        self.store().create_api_key(act, &new).await
    }

    /// Deletes a key, which lets nobody in any more.
    ///
    /// # Errors
    /// `NotFound`; what the store says.
    pub async fn delete_api_key(&self, act: &Act, id: ApiKeyId) -> Result<()> {
        self.store().delete_api_key(act, id).await
    }
}
