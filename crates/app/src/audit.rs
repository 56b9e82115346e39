//! What the audit log keeps besides writes, which note themselves.

use switchyard_domain::audit::{AuditEntry, AuditFilter, AuditRecord};
use switchyard_domain::{Page, PageRequest, Result, Scope};

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
            at: self.now(),
        };
        self.store().append_audit(scope, &entry).await
    }

    /// Entries of the audit log, newest first: all of the organisation's for its admins, their own for others.
    ///
    /// # Errors
    /// What the store says.
    pub async fn audit_log(
        &self,
        scope: &Scope,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>> {
        self.store().audit(scope, filter, page).await
    }
}
