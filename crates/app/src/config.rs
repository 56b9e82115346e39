//! What people set.

use switchyard_domain::config::{Config, StoredConfig};
use switchyard_domain::store::Act;
use switchyard_domain::{Result, Scope};

use crate::App;

impl App {
    /// The acting user's configuration.
    ///
    /// # Errors
    /// What the store says.
    pub async fn config(&self, scope: &Scope) -> Result<StoredConfig> {
        self.store().config(scope).await
    }

    /// Replaces it.
    ///
    /// # Errors
    /// `Invalid`, `Stale`.
    pub async fn put_config(&self, act: &Act, version: i64, config: &Config) -> Result<StoredConfig> {
        config.validate()?;
        self.store().put_config(act, version, config).await
    }
}
