//! Organisations and who belongs to them, as their members see them.

use async_trait::async_trait;

use super::Act;
use crate::api_key::{ApiKey, NewApiKey};
use crate::organisation::{Invitation, Member, NewInvitation, Organisation};
use crate::{ApiKeyId, InvitationId, Page, PageRequest, Result, Role, Scope, Timestamp, UserId};

/// Organisations.
#[async_trait]
pub trait Organisations: Send + Sync {
    /// The scope's own.
    async fn organisation(&self, scope: &Scope) -> Result<Organisation>;
    /// Makes another organisation, of which the acting user is the first admin. Its own feed and audit log tell of it.
    async fn create_organisation(&self, act: &Act, name: &str) -> Result<Organisation>;
    /// Renames the scope's own if `version` is still its version.
    async fn rename_organisation(&self, act: &Act, version: i64, name: &str) -> Result<Organisation>;

    /// Members, by name.
    async fn members(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Member>>;
    /// Changes what a member may do. `NotFound` where they are none; `Conflict` with code `last_admin` where nobody
    /// would be admin any more, `personal_organisation` in somebody's own.
    async fn set_member_role(&self, act: &Act, user: UserId, role: Role) -> Result<Member>;
    /// Takes a member out. Their logins act in their own organisation from then on, their keys for this one are
    /// deleted. `NotFound` and `Conflict` as with [`Organisations::set_member_role`].
    async fn remove_member(&self, act: &Act, user: UserId) -> Result<()>;

    /// Invitations that can be accepted at `at`, newest first.
    async fn invitations(&self, scope: &Scope, at: Timestamp, page: &PageRequest)
    -> Result<Page<Invitation>>;
    /// Invites somebody. `Conflict` with code `personal_organisation` in somebody's own, `Limited` with code
    /// `too_many_invitations`. Made again under the same idempotency key, the invitation gets the new secret: nobody can
    /// be told the first one again.
    async fn create_invitation(&self, act: &Act, new: &NewInvitation) -> Result<Invitation>;
    /// Takes an invitation back.
    async fn delete_invitation(&self, act: &Act, id: InvitationId) -> Result<()>;
}

/// API keys. Admins see all of the organisation's, others their own.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Keys that have not been deleted, newest first; expired ones too.
    async fn api_keys(&self, scope: &Scope, page: &PageRequest) -> Result<Page<ApiKey>>;
    /// Makes a key of the acting user's, and has the projects name it that it is for: all of them, or there is no key.
    /// `NotFound` for a project that is not there; `Forbidden` for who is no admin of one; `Limited` with code
    /// `too_many_api_keys`. Made again under the same idempotency key, it gets the new secret: nobody can be told the
    /// first one again.
    async fn create_api_key(&self, act: &Act, new: &NewApiKey) -> Result<ApiKey>;
    /// Deletes a key: it lets nobody in any more.
    async fn delete_api_key(&self, act: &Act, id: ApiKeyId) -> Result<()>;
}
