//! How far limits are used up. Who calls may not be known yet, so no scope is asked for.

use switchyard_domain::Result;
use switchyard_domain::limit::{Bucket, Limit, Taken};

use crate::App;

impl App {
    /// Takes `count` from a bucket, or nothing.
    ///
    /// # Errors
    /// What the store says.
    pub async fn take(&self, bucket: &Bucket, limit: Limit, count: u32) -> Result<Taken> {
        self.store().take(self.now(), bucket, limit, count).await
    }

    /// Puts back one that was taken and not used.
    ///
    /// # Errors
    /// What the store says.
    pub async fn give_back(&self, bucket: &Bucket, limit: Limit) -> Result<()> {
        self.store().give_back(self.now(), bucket, limit).await
    }

    /// Forgets the buckets that are full again.
    ///
    /// # Errors
    /// What the store says.
    pub async fn forget_full_buckets(&self) -> Result<u64> {
        self.store().forget_full(self.now()).await
    }
}
