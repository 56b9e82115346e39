//! The audit log: who did what, append-only.

use crate::Timestamp;
use uuid::Uuid;

/// One act worth remembering.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// `noun.verb`, for example `task.update` or `approval.answer`; refusals end in `.refused`.
    pub action: &'static str,
    /// What it was done to: `project`, `task` …
    pub entity_type: &'static str,
    /// Its id, where it has one.
    pub entity_id: Option<Uuid>,
    /// Facts for the reader, as names and values.
    pub details: Vec<(&'static str, String)>,
    /// When.
    pub at: Timestamp,
}
