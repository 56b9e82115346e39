//! Organisations, as far as people see them.

use async_trait::async_trait;

use crate::{Result, Scope};

/// Organisations.
#[async_trait]
pub trait Organisations: Send + Sync {
    /// The name of the scope's own.
    async fn organisation_name(&self, scope: &Scope) -> Result<String>;
}
