//! What people see of their organisation.

use switchyard_domain::{Result, Scope};

use crate::App;

impl App {
    /// The name of the acting user's organisation.
    ///
    /// # Errors
    /// What the store says.
    pub async fn organisation_name(&self, scope: &Scope) -> Result<String> {
        Ok(self.store().organisation(scope).await?.name)
    }
}
