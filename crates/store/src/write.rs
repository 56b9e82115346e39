//! What every write does besides its own: rights in its project, events, audit, idempotency.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::Act;
use switchyard_domain::{Error, OrgId, ProjectId, Result, Scope, Timestamp, UserId};
use uuid::Uuid;

use crate::tx::Tx;
use crate::{access, audit, feed};

/// In whose name something is noted: in the change feed and in the audit log.
#[derive(Clone, Copy)]
pub(crate) struct Author {
    pub(crate) org: OrgId,
    pub(crate) user: UserId,
    pub(crate) at: Timestamp,
}

impl From<&Act> for Author {
    fn from(act: &Act) -> Self {
        Self { org: act.scope.org(), user: act.scope.user(), at: act.at }
    }
}

/// A write under way: its transaction, and whose act it is.
pub(crate) struct Write<'t> {
    pub(crate) tx: &'t mut Tx,
    pub(crate) act: Act,
    /// What the act's author may do in the project that was asked about last.
    role: Option<(ProjectId, ProjectRole)>,
}

/// What happened to which resource.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    pub(crate) verb: Verb,
    pub(crate) entity: Entity,
    pub(crate) id: Uuid,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) version: i64,
}

impl<'t> Write<'t> {
    pub(crate) fn begin(tx: &'t mut Tx, act: Act) -> Self {
        Self { tx, act, role: None }
    }

    pub(crate) fn scope(&self) -> Scope {
        self.act.scope
    }

    /// Refuses unless the author may do at least this in a project.
    pub(crate) async fn require(&mut self, project: ProjectId, needed: ProjectRole) -> Result<()> {
        let scope = self.scope();
        if scope.reaches_all_projects() {
            return Ok(());
        }
        let role = match self.role {
            Some((known, role)) if known == project => role,
            _ => access::role(self.tx, &scope, project).await?,
        };
        self.role = Some((project, role));
        role.require(needed)
    }

    /// Appends an event to the feed. Nothing in a project changes without one, so this is where nobody comes past who may
    /// not change it.
    pub(crate) async fn event(&mut self, change: Change) -> Result<()> {
        if let Some(project) = change.project_id {
            self.require(project, ProjectRole::needed(change.verb, change.entity)).await?;
        }
        self.consequence(change).await
    }

    /// Appends an event of what follows from a change that is the author's to make, whoever may make it by itself.
    pub(crate) async fn consequence(&mut self, change: Change) -> Result<()> {
        feed::append(self.tx, Author::from(&self.act), change).await
    }

    /// Appends an entry to the audit log.
    pub(crate) async fn audit(&mut self, entity: Entity, id: Uuid, details: &[(&str, String)]) -> Result<()> {
        let about = (entity.as_str(), Some(id));
        audit::append(self.tx, Author::from(&self.act), self.act.action, about, details).await
    }

    /// Appends an event to the feed and an entry to the audit log.
    pub(crate) async fn record(&mut self, change: Change, details: &[(&str, String)]) -> Result<()> {
        self.event(change).await?;
        self.audit(change.entity, change.id, details).await
    }
}

/// Refuses unless the caller saw the version that is current.
pub(crate) fn check_version(current: i64, seen: i64) -> Result<()> {
    if current == seen { Ok(()) } else { Err(Error::stale()) }
}

/// Refuses to change what is deleted.
pub(crate) fn check_living(deleted: bool) -> Result<()> {
    if deleted { Err(Error::conflict("deleted", "This was deleted. Restore it first.")) } else { Ok(()) }
}
