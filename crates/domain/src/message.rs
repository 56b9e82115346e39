//! Messages from people to agents. A message waits in the queue until the agent's turn is over.

use crate::task::names;
use crate::{MessageId, SessionId, Timestamp};

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageStatus {
    /// Waits for the agent; can be taken back.
    Queued,
    /// The runner has it.
    Delivered,
    /// It could not be delivered; the session's transcript says why.
    Failed,
}
names!(MessageStatus { Queued = "queued", Delivered = "delivered", Failed = "failed" });

/// Something said to an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The session it is for.
    pub session_id: SessionId,
    /// What is said, up to [`MAX_TEXT`] bytes.
    pub text: String,
    /// Where it stands.
    pub status: MessageStatus,
    /// When it was said.
    pub created_at: Timestamp,
}

/// Longest message, in bytes.
pub const MAX_TEXT: usize = 1024 * 1024;

/// Checks a message's text.
///
/// # Errors
/// `Invalid`.
pub fn validate_text(field: &'static str, text: &str) -> crate::Result<()> {
    if text.trim().is_empty() || text.len() > MAX_TEXT || text.contains('\0') {
        return Err(crate::Error::invalid(field, "Write something, at most 1 MiB."));
    }
    Ok(())
}
