//! Review comments on lines of a diff.

use crate::task::names;
use crate::{CommentId, RepoId, Timestamp, UserId, WorkspaceId};

/// Which side of a diff a line is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiffSide {
    /// Before.
    Old,
    /// Now.
    New,
}
names!(DiffSide { Old = "old", New = "new" });

/// Whether the agent has a comment yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommentStatus {
    /// Not yet sent.
    Open,
    /// Sent to the agent.
    Sent,
}
names!(CommentStatus { Open = "open", Sent = "sent" });

/// A comment on lines of a workspace's diff.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// The workspace whose diff it is on.
    pub workspace_id: WorkspaceId,
    /// Where it stands in the diff.
    pub anchor: CommentAnchor,
    /// Markdown.
    pub text: String,
    /// Whether the agent has it.
    pub status: CommentStatus,
    /// Who wrote it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Counts up with each change.
    pub version: i64,
}

/// Where a comment stands in a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentAnchor {
    /// The repo.
    pub repo_id: RepoId,
    /// Path within the repo.
    pub path: String,
    /// Side of the diff.
    pub side: DiffSide,
    /// First line, from 1.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// The lines as the author saw them, so that the comment makes sense after they move.
    pub quote: String,
}

/// The message that hands comments to an agent.
#[must_use]
pub fn review_message(comments: &[Comment], note: Option<&str>) -> String {
    let mut message = String::from("Please address these review comments.\n");
    if let Some(note) = note.map(str::trim).filter(|note| !note.is_empty()) {
        message.push('\n');
        message.push_str(note);
        message.push('\n');
    }
    for comment in comments {
        let CommentAnchor { path, side, line, end_line, quote, .. } = &comment.anchor;
        let lines = if line == end_line { format!("{line}") } else { format!("{line}-{end_line}") };
        let before = if *side == DiffSide::Old { " (before the change)" } else { "" };
        message.push_str(&format!("\n## {path}:{lines}{before}\n"));
        for quoted in quote.lines() {
            message.push_str(&format!("> {quoted}\n"));
        }
        message.push_str(&format!("\n{}\n", comment.text.trim()));
    }
    message
}
