//! How far limits are used up, the same for all replicas.

use async_trait::async_trait;

use crate::limit::{Bucket, Limit, Taken};
use crate::{Result, Timestamp};

/// Buckets. They are nobody's rows: before there is a scope, requests are counted already.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Takes `count` from a bucket that holds what `limit` says, or nothing where not that many are left. Of any who take at
    /// once, no more get something than there is.
    async fn take(&self, at: Timestamp, bucket: &Bucket, limit: Limit, count: u32) -> Result<Taken>;
    /// Puts one back that was taken and not used.
    async fn give_back(&self, at: Timestamp, bucket: &Bucket, limit: Limit) -> Result<()>;
    /// Forgets the buckets that are full again; the answer is how many.
    async fn forget_full(&self, at: Timestamp) -> Result<u64>;
}
