//! What every write does besides its own: events, audit, idempotency.

use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::store::Act;
use switchyard_domain::{Error, OrgId, ProjectId, Result, Scope, Timestamp, UserId};
use uuid::Uuid;

use crate::tx::Tx;
use crate::{audit, feed};

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

impl Write<'_> {
    pub(crate) fn scope(&self) -> Scope {
        self.act.scope
    }

    /// Appends an event to the feed.
    pub(crate) async fn event(&mut self, change: Change) -> Result<()> {
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
