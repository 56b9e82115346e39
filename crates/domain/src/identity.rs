//! Authority as a value: an [`Actor`] comes from authentication, a [`Scope`] from an actor.

use crate::task::names;
use crate::{Error, ErrorKind, OrgId, Result, UserId};

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
}

impl Actor {
    /// An actor as authentication found it.
    #[must_use]
    pub fn authenticated(user: UserId, memberships: Vec<(OrgId, Role)>) -> Self {
        Self { user, memberships }
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
        role.map(|role| Scope { org, user: self.user, role }).ok_or_else(|| {
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
