//! The audit log: who did what, append-only.

use uuid::Uuid;

use crate::{AuditId, Timestamp, UserId};

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

/// An entry as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// Its id; later entries have greater ones.
    pub id: AuditId,
    /// Who acted.
    pub user_id: UserId,
    /// Their name for display, as it is now.
    pub user_name: String,
    /// `noun.verb`.
    pub action: String,
    /// What it was done to.
    pub entity_type: String,
    /// Its id, where it has one.
    pub entity_id: Option<Uuid>,
    /// Facts for the reader.
    pub details: Vec<(String, String)>,
    /// When.
    pub at: Timestamp,
}

/// Which entries are asked for; what is `None` admits all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Those of this user.
    pub user_id: Option<UserId>,
    /// Those whose action is this, or begins with it and a dot: `task` admits `task.update`.
    pub action: Option<String>,
    /// Those about this kind of thing.
    pub entity_type: Option<String>,
    /// Those about this thing.
    pub entity_id: Option<Uuid>,
    /// Those from this moment on.
    pub since: Option<Timestamp>,
    /// Those before this moment.
    pub until: Option<Timestamp>,
}
