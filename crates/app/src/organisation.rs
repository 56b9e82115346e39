//! Organisations, their members, and whom they invite.

use std::time::Duration;

use switchyard_domain::organisation::{Invitation, Member, NewInvitation, Organisation, organisation_name};
use switchyard_domain::store::Act;
use switchyard_domain::user::{SecretDigest, email_address};
use switchyard_domain::{Error, InvitationId, Page, PageRequest, Result, Role, Scope, UserId};

use crate::App;

/// How many days an invitation may wait.
const INVITATION_DAYS: std::ops::RangeInclusive<u32> = 1..=30;

/// How many days it waits where nothing else is said.
const USUAL_DAYS: u32 = 7;

impl App {
    /// The acting user's organisation.
    ///
    /// # Errors
    /// What the store says.
    pub async fn organisation(&self, scope: &Scope) -> Result<Organisation> {
        self.store().organisation(scope).await
    }

    /// Makes another organisation, of which the acting user is the first admin.
    ///
    /// # Errors
    /// `Invalid` with field `name`; what the store says.
    pub async fn create_organisation(&self, act: &Act, name: &str) -> Result<Organisation> {
        self.store().create_organisation(act, &organisation_name(name)?).await
    }

    /// Renames the acting user's organisation.
    ///
    /// # Errors
    /// `Invalid` with field `name`; `Stale`; what the store says.
    pub async fn rename_organisation(&self, act: &Act, version: i64, name: &str) -> Result<Organisation> {
        self.store().rename_organisation(act, version, &organisation_name(name)?).await
    }

    /// Members, by name.
    ///
    /// # Errors
    /// What the store says.
    pub async fn members(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Member>> {
        self.store().members(scope, page).await
    }

    /// Changes what a member may do.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` with code `last_admin` or `personal_organisation`; what the store says.
    pub async fn set_member_role(&self, act: &Act, user: UserId, role: Role) -> Result<Member> {
        self.store().set_member_role(act, user, role).await
    }

    /// Takes a member out. Members may take themselves out; others need an admin.
    ///
    /// # Errors
    /// `Forbidden`; otherwise as [`App::set_member_role`].
    pub async fn remove_member(&self, act: &Act, user: UserId) -> Result<()> {
        if user != act.scope.user() {
            act.scope.require(Role::Admin)?;
        }
        self.store().remove_member(act, user).await
    }

    /// Invitations that can still be accepted, newest first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn invitations(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Invitation>> {
        self.store().invitations(scope, self.now(), page).await
    }

    /// Keeps a place for whoever shows `secret` within `days`.
    ///
    /// # Errors
    /// `Invalid` with field `email` or `days`; `Conflict` with code `personal_organisation`; what the store says.
    pub async fn create_invitation(
        &self,
        act: &Act,
        email: Option<&str>,
        role: Role,
        days: Option<u32>,
        secret: SecretDigest,
    ) -> Result<Invitation> {
        let days = days.unwrap_or(USUAL_DAYS);
        if !INVITATION_DAYS.contains(&days) {
            return Err(Error::invalid("days", "An invitation waits for 1 to 30 days."));
        }
        let new = NewInvitation {
            email: email.map(email_address).transpose()?,
            role,
            secret,
            expires_at: act.at + Duration::from_secs(u64::from(days) * 24 * 3600),
        };
        self.store().create_invitation(act, &new).await
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// `NotFound`; what the store says.
    pub async fn delete_invitation(&self, act: &Act, id: InvitationId) -> Result<()> {
        self.store().delete_invitation(act, id).await
    }
}
