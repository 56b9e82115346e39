//! Who may see a project, and what they may do in it.
//!
//! A project is open to everybody in its organisation, by their roles there, until it is restricted. Then it is there for
//! those alone whom its list names, as persons or by a group, and for the organisation's admins, who can always repair it.
//! An API key that a project names is for the projects that name it alone, restricted or not.

use std::collections::BTreeSet;

use crate::event::{Entity, Verb};
use crate::task::names;
use crate::{ApiKeyId, Error, ErrorKind, GroupId, ProjectId, Result, Role, Scope, UserId};

/// Most that one project names.
pub const MOST_ENTRIES: usize = 500;

/// What somebody may do in a project; each role includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectRole {
    /// Reads.
    Viewer,
    /// Works on tasks, in workspaces and with agents.
    Editor,
    /// Changes its settings, its repos and who may see it as well.
    Admin,
}
names!(ProjectRole { Viewer = "viewer", Editor = "editor", Admin = "admin" });

impl ProjectRole {
    /// What `scope` may do in a project that is `restricted` or not and names it as `named`; `None` where the project is
    /// not there for it. The role in the organisation bounds it.
    #[must_use]
    pub fn of(scope: &Scope, restricted: bool, named: Option<Self>) -> Option<Self> {
        if scope.reaches_all_projects() {
            return Some(Self::Admin);
        }
        let most = if scope.role() == Role::Viewer { Self::Viewer } else { Self::Admin };
        match named {
            Some(named) if restricted || scope.project_key().is_some() => Some(named.min(most)),
            None if restricted || scope.project_key().is_some() => None,
            _ => Some(most),
        }
    }

    /// What somebody needs who makes this change to something in a project.
    #[must_use]
    pub fn needed(verb: Verb, entity: Entity) -> Self {
        match (verb, entity) {
            (_, Entity::Project | Entity::Access) | (Verb::Created | Verb::Deleted, Entity::Repo) => {
                Self::Admin
            }
            _ => Self::Editor,
        }
    }

    /// Refuses unless the role is at least `needed`.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn require(self, needed: Self) -> Result<()> {
        if self >= needed {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Forbidden,
            "project_role_insufficient",
            "Your role in this project does not allow this. Ask one of its admins.",
        ))
    }
}

/// What decides whether somebody may have work done in a project, where nobody asks but work goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// Whether their account is closed.
    pub account_closed: bool,
    /// Their role in the project's organisation, where they belong to it.
    pub role: Option<Role>,
    /// Whether the project is restricted.
    pub restricted: bool,
    /// The greatest role in which the project names them.
    pub named: Option<ProjectRole>,
}

impl Entitlement {
    /// What keeps them from it, if anything. The same as [`ProjectRole::of`] allows editors.
    #[must_use]
    pub fn loss(self) -> Option<AccessLoss> {
        match self.role {
            _ if self.account_closed => Some(AccessLoss::AccountClosed),
            None => Some(AccessLoss::NoMember),
            Some(Role::Viewer) => Some(AccessLoss::Viewer),
            Some(Role::Admin) => None,
            Some(Role::Member) if !self.restricted => None,
            Some(Role::Member) => match self.named {
                None => Some(AccessLoss::NotNamed),
                Some(ProjectRole::Viewer) => Some(AccessLoss::ProjectViewer),
                Some(ProjectRole::Editor | ProjectRole::Admin) => None,
            },
        }
    }
}

/// Why somebody may not have work done in a project any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessLoss {
    /// Their account was closed.
    AccountClosed,
    /// They do not belong to the organisation.
    NoMember,
    /// They may only look in the organisation.
    Viewer,
    /// The project is closed to them.
    NotNamed,
    /// They may only look at the project.
    ProjectViewer,
}

/// Whom a project names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A member of the organisation.
    User(UserId),
    /// Everybody in a group.
    Group(GroupId),
    /// Whoever shows a key.
    ApiKey(ApiKeyId),
}

/// Somebody whom a project names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessEntry {
    /// Who.
    pub subject: Subject,
    /// Their name for display.
    pub name: String,
    /// What they may do.
    pub role: ProjectRole,
}

/// Who may see a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whether those alone may who are named. Otherwise the list waits for when it is.
    pub restricted: bool,
    /// The project's version.
    pub version: i64,
    /// Who is named: groups, persons and keys, each by name.
    pub entries: Vec<AccessEntry>,
}

/// Who is to see a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAccess {
    /// Whether those alone may who are named.
    pub restricted: bool,
    /// Who is named.
    pub entries: Vec<(Subject, ProjectRole)>,
}

impl NewAccess {
    /// Checks what can be checked without asking who is there.
    ///
    /// # Errors
    /// `Invalid` with field `entries`.
    pub fn validate(&self) -> Result<()> {
        if self.entries.len() > MOST_ENTRIES {
            return Err(Error::invalid("entries", "A project names at most 500. Name groups instead."));
        }
        let once: BTreeSet<Subject> = self.entries.iter().map(|(subject, _)| *subject).collect();
        if once.len() < self.entries.len() {
            return Err(Error::invalid("entries", "Name each person, group and key once."));
        }
        Ok(())
    }
}

/// Which of an organisation's projects somebody can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectReach {
    /// Every one.
    All,
    /// All but these.
    Except(BTreeSet<ProjectId>),
    /// These alone.
    Only(BTreeSet<ProjectId>),
}

impl ProjectReach {
    /// Whether this one can be reached.
    #[must_use]
    pub fn includes(&self, project: ProjectId) -> bool {
        match self {
            Self::All => true,
            Self::Except(closed) => !closed.contains(&project),
            Self::Only(open) => open.contains(&project),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Actor, OrgId};

    fn scope(role: Role) -> Scope {
        let org = OrgId::new();
        Actor::authenticated(UserId::new(), vec![(org, role)]).scope(org).unwrap()
    }

    fn key(role: Role) -> Scope {
        let org = OrgId::new();
        let actor = Actor::authenticated(UserId::new(), vec![(org, role)]);
        actor.through_key(ApiKeyId::new()).scope(org).unwrap()
    }

    #[test]
    fn an_open_project_is_everybodys_by_their_role() {
        for named in [None, Some(ProjectRole::Viewer)] {
            assert_eq!(ProjectRole::of(&scope(Role::Viewer), false, named), Some(ProjectRole::Viewer));
            assert_eq!(ProjectRole::of(&scope(Role::Member), false, named), Some(ProjectRole::Admin));
        }
    }

    #[test]
    fn a_restricted_project_is_for_who_is_named_and_never_more_than_the_organisation_allows() {
        let (viewer, member) = (scope(Role::Viewer), scope(Role::Member));
        assert_eq!(ProjectRole::of(&member, true, None), None);
        for role in ProjectRole::ALL {
            assert_eq!(ProjectRole::of(&member, true, Some(role)), Some(role));
            assert_eq!(ProjectRole::of(&viewer, true, Some(role)), Some(ProjectRole::Viewer));
        }
        assert_eq!(ProjectRole::of(&scope(Role::Admin), true, None), Some(ProjectRole::Admin));
        assert_eq!(ProjectRole::of(&viewer.unattended(), true, None), Some(ProjectRole::Admin));
    }

    #[test]
    fn a_key_for_projects_reaches_those_alone_whatever_its_role() {
        for restricted in [true, false] {
            assert_eq!(ProjectRole::of(&key(Role::Admin), restricted, None), None);
            let editor = Some(ProjectRole::Editor);
            assert_eq!(ProjectRole::of(&key(Role::Admin), restricted, editor), editor);
            assert_eq!(ProjectRole::of(&key(Role::Viewer), restricted, editor), Some(ProjectRole::Viewer));
        }
    }

    #[test]
    fn work_goes_on_for_whom_an_editor_may_be_and_for_nobody_else() {
        let named = [None, Some(ProjectRole::Viewer), Some(ProjectRole::Editor), Some(ProjectRole::Admin)];
        for (role, restricted) in Role::ALL.into_iter().flat_map(|role| [(role, true), (role, false)]) {
            for named in named {
                let may = ProjectRole::of(&scope(role), restricted, named) >= Some(ProjectRole::Editor);
                let entitlement = Entitlement { account_closed: false, role: Some(role), restricted, named };
                assert_eq!(entitlement.loss().is_none(), may, "{entitlement:?}");
                let closed = Entitlement { account_closed: true, ..entitlement };
                assert_eq!(closed.loss(), Some(AccessLoss::AccountClosed));
                let gone = Entitlement { role: None, ..entitlement };
                assert_eq!(gone.loss(), Some(AccessLoss::NoMember));
            }
        }
    }

    #[test]
    fn nobody_is_named_twice() {
        let user = Subject::User(UserId::new());
        let entries = vec![(user, ProjectRole::Viewer), (user, ProjectRole::Admin)];
        let access = NewAccess { restricted: true, entries };
        assert_eq!(access.validate().unwrap_err().field, Some("entries"));
    }
}
