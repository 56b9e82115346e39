//! Tasks: cards.

use serde::{Deserialize, Serialize};

use crate::session::SessionStatus;
use crate::{Error, ProjectId, Result, SessionId, TaskId, Timestamp, UserId, WorkspaceId};

/// Implements the conversions between a fieldless enum and its stable `snake_case` names.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            /// Every value, in order.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The stable name in tables, routes and documents.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
        impl std::str::FromStr for $type {
            type Err = $crate::Error;
            fn from_str(text: &str) -> $crate::Result<Self> {
                match text {
                    $($name => Ok(Self::$variant),)*
                    other => Err($crate::Error::invalid(
                        "value",
                        format!("`{other}` is not one of: {}.", [$($name),*].join(", ")),
                    )),
                }
            }
        }
    };
}
pub(crate) use names;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Not begun.
    Todo,
    /// An agent or a person is at it.
    InProgress,
    /// Waits for a person to look.
    InReview,
    /// Shipped.
    Done,
    /// Given up.
    Cancelled,
}
names!(TaskStatus { Todo = "todo", InProgress = "in_progress", InReview = "in_review", Done = "done", Cancelled = "cancelled" });

impl TaskStatus {
    /// The column heading that a new project gets.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Todo => "To do",
            Self::InProgress => "In progress",
            Self::InReview => "In review",
            Self::Done => "Done",
            Self::Cancelled => "Cancelled",
        }
    }
}

/// How much a task matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Priority {
    /// Not said.
    None,
    /// Some day.
    Low,
    /// Soon.
    Medium,
    /// Next.
    High,
    /// Now.
    Urgent,
}
names!(Priority { None = "none", Low = "low", Medium = "medium", High = "high", Urgent = "urgent" });

/// The newest session of a task, for the card.
#[derive(Clone, Debug, PartialEq)]
pub struct LatestSession {
    /// Its id.
    pub id: SessionId,
    /// The workspace it runs in.
    pub workspace_id: WorkspaceId,
    /// Where it stands.
    pub status: SessionStatus,
}

/// A card on the board.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The board it is on.
    pub project_id: ProjectId,
    /// 1 to 500 characters, one line.
    pub title: String,
    /// Markdown, up to [`MAX_DESCRIPTION`] bytes.
    pub description: String,
    /// The column it is in.
    pub status: TaskStatus,
    /// How much it matters.
    pub priority: Priority,
    /// Up to 20 labels, each 1 to 50 characters.
    pub labels: Vec<String>,
    /// Who looks after it.
    pub assignee: Option<UserId>,
    /// Order within the column, see [`crate::position`].
    pub position: String,
    /// The newest session, if an agent was ever started.
    pub latest_session: Option<LatestSession>,
    /// How many workspaces it has, discarded ones left out.
    pub workspace_count: i64,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was deleted; a deleted task can be restored.
    pub deleted_at: Option<Timestamp>,
    /// Counts up with each change.
    pub version: i64,
}

/// Largest description, in bytes.
pub const MAX_DESCRIPTION: usize = 256 * 1024;

/// What a person says to make a task.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// See [`Task::title`].
    pub title: String,
    /// See [`Task::description`].
    pub description: String,
    /// The column it begins in.
    pub status: TaskStatus,
    /// How much it matters.
    pub priority: Priority,
    /// See [`Task::labels`].
    pub labels: Vec<String>,
    /// Who looks after it.
    pub assignee: Option<UserId>,
}

/// A change to a task; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct TaskPatch {
    /// A new title.
    pub title: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new column.
    pub status: Option<TaskStatus>,
    /// A new priority.
    pub priority: Option<Priority>,
    /// New labels, all of them.
    pub labels: Option<Vec<String>>,
    /// A new assignee, or nobody.
    pub assignee: Option<Option<UserId>>,
    /// Put it directly before this task.
    pub before: Option<TaskId>,
    /// Put it directly after this task.
    pub after: Option<TaskId>,
}

/// Which tasks of a project are asked for; empty lists do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Words that all stand in title, description or labels; the last may be incomplete.
    pub query: Option<String>,
    /// Any of these.
    pub status: Vec<TaskStatus>,
    /// Any of these.
    pub priority: Vec<Priority>,
    /// All of these.
    pub labels: Vec<String>,
    /// Looked after by this user.
    pub assignee: Option<UserId>,
    /// Deleted tasks instead of living ones.
    pub deleted: bool,
}

/// Checks a title and trims it.
///
/// # Errors
/// `Invalid`.
pub fn validate_title(title: &str) -> Result<String> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > 500 || title.contains(['\n', '\r', '\0']) {
        return Err(Error::invalid("title", "A title is one line of 1 to 500 characters."));
    }
    Ok(title.to_owned())
}

/// Checks a description.
///
/// # Errors
/// `Invalid`.
pub fn validate_description(description: &str) -> Result<()> {
    if description.len() > MAX_DESCRIPTION || description.contains('\0') {
        return Err(Error::invalid("description", "A description is text of at most 256 KiB."));
    }
    Ok(())
}

/// Checks labels, trims them and leaves out what is said twice.
///
/// # Errors
/// `Invalid`.
pub fn validate_labels(labels: &[String]) -> Result<Vec<String>> {
    let mut kept: Vec<String> = Vec::with_capacity(labels.len());
    for label in labels {
        let label = label.trim();
        if label.is_empty() || label.chars().count() > 50 || label.contains(['\n', '\0']) {
            return Err(Error::invalid("labels", "A label is one line of 1 to 50 characters."));
        }
        if !kept.iter().any(|known| known == label) {
            kept.push(label.to_owned());
        }
    }
    if kept.len() > 20 {
        return Err(Error::invalid("labels", "A task has at most 20 labels."));
    }
    Ok(kept)
}
