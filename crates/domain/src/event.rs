//! The change feed: one event per change, numbered per organisation without gaps.
//!
//! An event says what changed, not how: readers load the resource as it is now. So the feed never hands out data
//! that was deleted since, and a reader that sees a resource's `version` already knows whether it is behind.

use uuid::Uuid;

use crate::task::names;
use crate::{ProjectId, Timestamp};

/// What kind of resource an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A project.
    Project,
    /// A repo.
    Repo,
    /// A task.
    Task,
    /// A workspace.
    Workspace,
    /// A session.
    Session,
    /// A message to an agent.
    Message,
    /// An approval.
    Approval,
    /// A review comment.
    Comment,
    /// A terminal.
    Terminal,
    /// A user's configuration.
    Config,
    /// The organisation itself.
    Organisation,
    /// A member of the organisation; the id is the user's.
    Member,
    /// An invitation to the organisation.
    Invitation,
    /// An API key.
    ApiKey,
    /// Who may see a project; the id is the project's.
    Access,
    /// A group, and who is in it.
    Group,
}
names!(Entity {
    Project = "project", Repo = "repo", Task = "task", Workspace = "workspace", Session = "session",
    Message = "message", Approval = "approval", Comment = "comment", Terminal = "terminal", Config = "config",
    Organisation = "organisation", Member = "member", Invitation = "invitation", ApiKey = "api_key",
    Access = "access", Group = "group",
});

impl Entity {
    /// Whether such a change can be that somebody may do more, or less, than before.
    #[must_use]
    pub fn concerns_access(self) -> bool {
        matches!(self, Self::Member | Self::Access | Self::Group)
    }
}

/// What happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Made, or restored.
    Created,
    /// Changed.
    Updated,
    /// Deleted.
    Deleted,
}
names!(Verb { Created = "created", Updated = "updated", Deleted = "deleted" });

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Counts up per organisation, without gaps.
    pub seq: i64,
    /// What it is about.
    pub entity: Entity,
    /// What happened.
    pub verb: Verb,
    /// The resource's id.
    pub id: Uuid,
    /// The project it belongs to, if any.
    pub project_id: Option<ProjectId>,
    /// The resource's version after the change.
    pub version: i64,
    /// When.
    pub at: Timestamp,
}

/// A stretch of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedSlice {
    /// The events after the asked-for number, in order; empty at the head.
    Events(Vec<Event>),
    /// The asked-for number is too old (or from the future): read everything anew and go on from `head`.
    Reset {
        /// The number of the newest event.
        head: i64,
    },
}
