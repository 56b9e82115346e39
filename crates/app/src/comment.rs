//! What people do with review comments.

use switchyard_domain::comment::{Comment, CommentAnchor, CommentStatus, review_message};
use switchyard_domain::message::{Message, validate_text};
use switchyard_domain::store::Act;
use switchyard_domain::{CommentId, Error, Result, Scope, SessionId, WorkspaceId};

use crate::App;
use crate::workspace::require_owner;

impl App {
    /// Writes a comment on lines of the workspace's diff.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`.
    pub async fn create_comment(
        &self,
        act: &Act,
        workspace: WorkspaceId,
        anchor: &CommentAnchor,
        text: &str,
    ) -> Result<Comment> {
        validate_text("text", text)?;
        if anchor.line == 0 || anchor.end_line < anchor.line || anchor.quote.len() > 64 * 1024 {
            return Err(Error::invalid(
                "line",
                "A comment stands on lines from 1 up, the last not before the first.",
            ));
        }
        let of = self.store().workspace(&act.scope, workspace).await?;
        if !of.repos.iter().any(|repo| repo.repo_id == anchor.repo_id) {
            return Err(Error::invalid("repo_id", "The workspace has no such repository."));
        }
        self.store().create_comment(act, workspace, anchor, text).await
    }

    /// Comments on a workspace, oldest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn comments(&self, scope: &Scope, workspace: WorkspaceId) -> Result<Vec<Comment>> {
        self.store().comments(scope, workspace).await
    }

    /// One comment.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn comment(&self, scope: &Scope, id: CommentId) -> Result<Comment> {
        self.store().comment(scope, id).await
    }

    /// Changes a comment's text.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Stale`.
    pub async fn update_comment(
        &self,
        act: &Act,
        id: CommentId,
        version: i64,
        text: &str,
    ) -> Result<Comment> {
        validate_text("text", text)?;
        self.store().update_comment(act, id, version, text).await
    }

    /// Deletes a comment.
    ///
    /// # Errors
    /// `NotFound`, `Stale`.
    pub async fn delete_comment(&self, act: &Act, id: CommentId, version: i64) -> Result<()> {
        self.store().delete_comment(act, id, version).await
    }

    /// Sends all open comments of a workspace to the agent as one message.
    ///
    /// # Errors
    /// `Conflict` with code `nothing_to_send` when there are neither comments nor a note; `NotFound`; `Forbidden` with
    /// code `not_the_owner` for another's session.
    pub async fn send_review(
        &self,
        act: &Act,
        workspace: WorkspaceId,
        session: SessionId,
        note: Option<&str>,
    ) -> Result<Message> {
        let of = self.store().session(&act.scope, session).await?;
        if of.workspace_id != workspace {
            return Err(Error::not_found());
        }
        require_owner(&act.scope, of.created_by)?;
        let mut comments = self.store().comments(&act.scope, workspace).await?;
        comments.retain(|comment| comment.status == CommentStatus::Open);
        if comments.is_empty() {
            return Err(Error::conflict(
                "nothing_to_send",
                "There are no open comments. Comment on a line first.",
            ));
        }
        let text = review_message(&comments, note);
        validate_text("text", &text)?;
        let ids: Vec<CommentId> = comments.iter().map(|comment| comment.id).collect();
        let message = self.store().send_review(act, session, &ids, &text).await?;
        self.drive(act.scope, session);
        Ok(message)
    }
}
