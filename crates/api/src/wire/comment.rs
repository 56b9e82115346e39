//! Review comments on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::comment as domain;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, mirror};

mirror! {
    /// Side of a diff.
    DiffSide = domain::DiffSide { Old, New }
}

mirror! {
    /// Whether the agent has a comment yet.
    CommentStatus = domain::CommentStatus { Open, Sent }
}

/// A comment on lines of a diff.
#[derive(Serialize, ToSchema)]
pub(crate) struct Comment {
    id: Uuid,
    workspace_id: Uuid,
    repo_id: Uuid,
    path: String,
    side: DiffSide,
    line: u32,
    end_line: u32,
    text: String,
    /// The lines as the author saw them.
    quote: String,
    status: CommentStatus,
    created_by: Uuid,
    created_at: Time,
    pub(crate) version: i64,
}

impl From<domain::Comment> for Comment {
    fn from(comment: domain::Comment) -> Self {
        Self {
            id: comment.id.into(),
            workspace_id: comment.workspace_id.into(),
            repo_id: comment.anchor.repo_id.into(),
            path: comment.anchor.path,
            side: comment.anchor.side.into(),
            line: comment.anchor.line,
            end_line: comment.anchor.end_line,
            text: comment.text,
            quote: comment.anchor.quote,
            status: comment.status.into(),
            created_by: comment.created_by.into(),
            created_at: comment.created_at.into(),
            version: comment.version,
        }
    }
}

/// Writes a comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateComment {
    repo_id: Uuid,
    path: String,
    side: DiffSide,
    line: u32,
    end_line: Option<u32>,
    #[serde(default)]
    quote: String,
    pub(crate) text: String,
}

impl From<CreateComment> for (domain::CommentAnchor, String) {
    fn from(comment: CreateComment) -> Self {
        let anchor = domain::CommentAnchor {
            repo_id: comment.repo_id.into(),
            path: comment.path,
            side: comment.side.into(),
            line: comment.line,
            end_line: comment.end_line.unwrap_or(comment.line),
            quote: comment.quote,
        };
        (anchor, comment.text)
    }
}

/// Changes a comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchComment {
    pub(crate) version: Option<i64>,
    pub(crate) text: String,
}

/// Sends all open comments to an agent as one message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendReview {
    pub(crate) session_id: Uuid,
    /// Stands before the comments.
    pub(crate) text: Option<String>,
}
