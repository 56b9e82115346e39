//! What the audit log keeps besides writes, which note themselves.

use switchyard_domain::audit::AuditEntry;
use switchyard_domain::{Result, Scope};

use crate::App;

impl App {
    /// Notes that somebody was refused.
    ///
    /// # Errors
    /// What the store says.
    pub async fn audit_refusal(&self, scope: &Scope, action: &'static str, code: &'static str) -> Result<()> {
        let entry = AuditEntry {
            action: "access.refused",
            entity_type: "route",
            entity_id: None,
            details: vec![("action", action.to_owned()), ("code", code.to_owned())],
            at: self.parts.clock.now(),
        };
        self.store().append_audit(scope, &entry).await
    }
}
