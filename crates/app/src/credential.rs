//! Credentials that people give their agents, and those that git shows to remotes.

use switchyard_domain::audit::AuditEntry;
use switchyard_domain::credential::{
    CredentialName, GitCredential, GitCredentialOrigin, GitHost, KeptCredentials, KeptGitCredential,
    credential_value,
};
use switchyard_domain::store::Act;
use switchyard_domain::{Error, Result, Scope};

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
        self.audit_credential(act, "credential", ("name", name.as_str())).await
    }

    /// Forgets a credential; agents that run keep what they were given.
    ///
    /// # Errors
    /// `NotFound`; what the vault says.
    pub async fn remove_credential(&self, act: &Act, name: &str) -> Result<()> {
        let name = CredentialName::new(name).map_err(|_| Error::not_found())?;
        self.vault().remove_credential(&act.scope, &name).await?;
        self.audit_credential(act, "credential", ("name", name.as_str())).await
    }

    /// What is kept for the acting user's git remotes, by host, without the secrets.
    ///
    /// # Errors
    /// What the vault says.
    pub async fn git_credentials(&self, scope: &Scope) -> Result<Vec<KeptGitCredential>> {
        self.vault().git_credentials(scope).await
    }

    /// Keeps a credential for a git host, which git shows it from now on.
    ///
    /// # Errors
    /// `Invalid`; what the vault says.
    pub async fn put_git_credential(
        &self,
        act: &Act,
        host: &str,
        username: &str,
        secret: &str,
    ) -> Result<()> {
        let host = GitHost::new(host)?;
        let credential = GitCredential::new(host.clone(), username, secret, GitCredentialOrigin::Entered)?;
        self.vault().put_git_credential(&act.scope, credential).await?;
        self.audit_credential(act, "git_credential", ("host", host.as_str())).await
    }

    /// Forgets the credential for a git host.
    ///
    /// # Errors
    /// `NotFound`; what the vault says.
    pub async fn remove_git_credential(&self, act: &Act, host: &str) -> Result<()> {
        let host = GitHost::new(host).map_err(|_| Error::not_found())?;
        self.vault().remove_git_credential(&act.scope, &host).await?;
        self.audit_credential(act, "git_credential", ("host", host.as_str())).await
    }

    async fn audit_credential(
        &self,
        act: &Act,
        entity_type: &'static str,
        (key, value): (&'static str, &str),
    ) -> Result<()> {
        let entry = AuditEntry {
            action: act.action,
            entity_type,
            entity_id: None,
            details: vec![(key, value.to_owned())],
            at: act.at,
        };
        self.store().append_audit(&act.scope, &entry).await
    }
}
