//! Credentials that people give their agents.

use switchyard_domain::audit::AuditEntry;
use switchyard_domain::credential::{CredentialName, KeptCredentials, credential_value};
use switchyard_domain::store::Act;
use switchyard_domain::{Result, Scope};

use crate::App;

impl App {
    /// What is kept for the acting user, without the values.
    ///
    /// # Errors
    /// What the vault says.
    pub async fn credentials(&self, scope: &Scope) -> Result<KeptCredentials> {
        self.vault().credentials(scope).await
    }

    /// Keeps a credential, which the user's agents get from their next start on.
    ///
    /// # Errors
    /// `Invalid`; what the vault says.
    pub async fn put_credential(&self, act: &Act, name: &str, value: &str) -> Result<()> {
        let (name, value) = (CredentialName::new(name)?, credential_value(value)?);
        self.vault().put_credential(&act.scope, &name, value).await?;
        self.audit_credential(act, &name).await
    }

    /// Forgets a credential; agents that run keep what they were given.
    ///
    /// # Errors
    /// `NotFound`; what the vault says.
    pub async fn remove_credential(&self, act: &Act, name: &str) -> Result<()> {
        let name = CredentialName::new(name).map_err(|_| switchyard_domain::Error::not_found())?;
        self.vault().remove_credential(&act.scope, &name).await?;
        self.audit_credential(act, &name).await
    }

    async fn audit_credential(&self, act: &Act, name: &CredentialName) -> Result<()> {
        let entry = AuditEntry {
            action: act.action,
            entity_type: "credential",
            entity_id: None,
            details: vec![("name", name.as_str().to_owned())],
            at: act.at,
        };
        self.store().append_audit(&act.scope, &entry).await
    }
}
