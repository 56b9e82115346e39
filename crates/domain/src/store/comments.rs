//! Review comments.

use async_trait::async_trait;

use super::Act;
use crate::comment::{Comment, CommentAnchor};
use crate::message::Message;
use crate::{CommentId, Result, Scope, SessionId, WorkspaceId};

/// Review comments.
#[async_trait]
pub trait Comments: Send + Sync {
    /// Writes a comment.
    async fn create_comment(
        &self,
        act: &Act,
        workspace: WorkspaceId,
        anchor: &CommentAnchor,
        text: &str,
    ) -> Result<Comment>;
    /// Comments on a workspace, oldest first.
    async fn comments(&self, scope: &Scope, workspace: WorkspaceId) -> Result<Vec<Comment>>;
    /// One comment.
    async fn comment(&self, scope: &Scope, id: CommentId) -> Result<Comment>;
    /// Changes the text if `version` is still the comment's version.
    async fn update_comment(&self, act: &Act, id: CommentId, version: i64, text: &str) -> Result<Comment>;
    /// Deletes a comment.
    async fn delete_comment(&self, act: &Act, id: CommentId, version: i64) -> Result<()>;
    /// Queues a message to `session` and marks these comments sent, in one transaction.
    async fn send_review(
        &self,
        act: &Act,
        session: SessionId,
        comments: &[CommentId],
        text: &str,
    ) -> Result<Message>;
}
