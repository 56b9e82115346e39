//! One operation at a time on each workspace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use switchyard_domain::WorkspaceId;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Locks by workspace; those that nobody holds are forgotten.
#[derive(Default)]
pub(crate) struct Locks {
    held: Mutex<HashMap<WorkspaceId, Weak<AsyncMutex<()>>>>,
}

impl Locks {
    /// Waits until no other operation is at work on the workspace.
    pub(crate) async fn lock(&self, id: WorkspaceId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.retain(|_, lock| lock.strong_count() > 0);
            match held.get(&id).and_then(Weak::upgrade) {
                Some(lock) => lock,
                None => {
                    let lock = Arc::new(AsyncMutex::new(()));
                    held.insert(id, Arc::downgrade(&lock));
                    lock
                }
            }
        };
        lock.lock_owned().await
    }
}
