//! Typed identifiers: UUIDv7, so that they sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id, later than every id made before it by this process.
            #[must_use]
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> std::result::Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )*};
}

ids! {
    /// An organisation: the tenant that owns rows.
    OrgId,
    /// A person.
    UserId,
    /// A project: a board.
    ProjectId,
    /// A git repository of a project.
    RepoId,
    /// A task: a card.
    TaskId,
    /// A workspace: one attempt at a task, a worktree on a branch of its own.
    WorkspaceId,
    /// A session: one conversation with one agent in a workspace.
    SessionId,
    /// A message from a person to an agent.
    MessageId,
    /// An approval: an agent's permission request.
    ApprovalId,
    /// A review comment on lines of a diff.
    CommentId,
    /// A terminal: a shell in a workspace.
    TerminalId,
    /// An entry of the audit log.
    AuditId,
    /// A login: one browser or program in which a person is signed in.
    LoginId,
    /// An invitation to an organisation.
    InvitationId,
    /// An API key.
    ApiKeyId,
    /// A server among several on one store, from when it joined.
    ReplicaId,
    /// A group of members.
    GroupId,
}

/// The last eight hexadecimal digits of an id's random part: short enough for a branch or folder name.
#[must_use]
pub fn short(id: Uuid) -> String {
    let text = id.simple().to_string();
    text[text.len() - 8..].to_owned()
}
