//! How much there is at the moment, for whoever looks after the instance.

use switchyard_domain::Result;
use switchyard_domain::store::{Connections, Gauges};

use crate::App;

impl App {
    /// What is counted of the whole instance.
    ///
    /// # Errors
    /// What the store says.
    pub async fn gauges(&self) -> Result<Gauges> {
        self.store().gauges().await
    }

    /// Connections to the database; none where the store is within this process.
    #[must_use]
    pub fn connections(&self) -> Option<Connections> {
        self.store().connections()
    }
}
