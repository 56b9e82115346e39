//! Authority as a value: an [`Actor`] comes from authentication, a [`Scope`] from an actor.

use crate::task::names;
use crate::{ApiKeyId, Error, ErrorKind, OrgId, Result, UserId};

/// What a member may do in an organisation; each role includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Creates and runs.
    Member,
    /// Everything in the organisation.
    Admin,
}
names!(Role { Viewer = "viewer", Member = "member", Admin = "admin" });

/// Somebody who was authenticated, with the organisations that they belong to.
///
/// Only the api floor's authentication and start-up wiring make one (checked by `cargo xtask tidy`).
#[derive(Clone, Debug)]
pub struct Actor {
    user: UserId,
    memberships: Vec<(OrgId, Role)>,
    key: Option<ApiKeyId>,
}

impl Actor {
    /// An actor as authentication found it.
    #[must_use]
    pub fn authenticated(user: UserId, memberships: Vec<(OrgId, Role)>) -> Self {
        Self { user, memberships, key: None }
    }

    /// The same, reaching no projects but those that name this API key, and nowhere an admin: what admins do concerns the
    /// whole organisation.
    #[must_use]
    pub fn through_key(self, key: ApiKeyId) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The user behind the actor.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The authority that this actor has in `org`.
    ///
    /// # Errors
    /// `Forbidden` when the actor is no member.
    pub fn scope(&self, org: OrgId) -> Result<Scope> {
        let role = self.memberships.iter().find(|(id, _)| *id == org).map(|(_, role)| *role);
        let projects = self.key.map_or(Projects::ByRole, Projects::NamingKey);
        let role = role.map(|role| if self.key.is_some() { role.min(Role::Member) } else { role });
        role.map(|role| Scope { org, user: self.user, role, projects }).ok_or_else(|| {
            Error::new(ErrorKind::Forbidden, "not_a_member", "You are not a member of this organisation.")
        })
    }
}

/// One actor's authority in one organisation. Every store method takes one; it cannot be made without an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    org: OrgId,
    user: UserId,
    role: Role,
    projects: Projects,
}

/// Which of the organisation's projects can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Projects {
    /// All for admins; for others those that are open to everybody or name them.
    ByRole,
    /// Those alone that name this key.
    NamingKey(ApiKeyId),
    /// All, and everything may be done in them.
    All,
}

impl Scope {
    /// The organisation whose rows can be reached.
    #[must_use]
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The user who acts.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The user's role in the organisation.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The same without regard to who may see a project: for what goes on by itself after somebody was allowed to begin
    /// it, so that nothing is left half done or lost when they no longer are. Nothing that it reads is to be told to
    /// anybody who was not asked about first (its uses are checked by `cargo xtask tidy`).
    #[must_use]
    pub fn unattended(self) -> Self {
        Self { projects: Projects::All, ..self }
    }

    /// Whether access lists of projects do not concern it.
    #[must_use]
    pub fn reaches_all_projects(&self) -> bool {
        match self.projects {
            Projects::ByRole => self.role == Role::Admin,
            Projects::NamingKey(_) => false,
            Projects::All => true,
        }
    }

    /// The API key that a project must name to be reached, where that is so.
    #[must_use]
    pub fn project_key(&self) -> Option<ApiKeyId> {
        match self.projects {
            Projects::NamingKey(key) => Some(key),
            Projects::ByRole | Projects::All => None,
        }
    }

    /// Refuses unless the role is at least `needed`.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn require(&self, needed: Role) -> Result<()> {
        if self.role >= needed {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Forbidden, "role_insufficient", "Your role does not allow this."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_for_projects_is_no_admin_of_the_organisation() {
        let org = OrgId::new();
        for (role, left) in
            [(Role::Admin, Role::Member), (Role::Member, Role::Member), (Role::Viewer, Role::Viewer)]
        {
            let actor = Actor::authenticated(UserId::new(), vec![(org, role)]);
            assert_eq!(actor.clone().scope(org).unwrap().role(), role);
            assert_eq!(actor.through_key(ApiKeyId::new()).scope(org).unwrap().role(), left);
        }
    }
}
