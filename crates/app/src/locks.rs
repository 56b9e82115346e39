//! One operation at a time on each workspace, whichever server it is asked of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use switchyard_domain::store::{Act, Held, Work};
use switchyard_domain::{Error, Result, Scope, WorkspaceId};
use tokio::runtime::Handle;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::App;
use crate::replica::Mandate;

/// Locks by workspace; those that nobody holds are forgotten.
#[derive(Default)]
pub(crate) struct Locks {
    held: Mutex<HashMap<WorkspaceId, Weak<AsyncMutex<()>>>>,
}

impl Locks {
    /// Waits until no other operation of this server's is at work on the workspace.
    async fn lock(&self, id: WorkspaceId) -> OwnedMutexGuard<()> {
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

/// A workspace that nobody else is at work on until this is dropped.
pub(crate) struct Holding {
    app: App,
    held: Held,
    local: Option<OwnedMutexGuard<()>>,
}

impl App {
    /// Waits until no other operation is at work on the workspace, here or at another server.
    pub(crate) async fn hold_workspace(&self, id: WorkspaceId) -> Result<Holding> {
        let app = self.clone();
        // In a task of its own: who does not wait to the end must not leave a claim behind that nobody knows of.
        let holding = tokio::spawn(async move {
            let local = app.parts.workspaces.lock(id).await;
            let held = app.claim_when_free(Work::Workspace(id)).await?;
            Ok(Holding { app, held, local: Some(local) })
        });
        holding.await.map_err(Error::internal)?
    }
}

impl Holding {
    /// The same write, refused once another server is at work on the workspace.
    pub(crate) fn bind(&self, act: &Act) -> Act {
        Act { held: Some(self.held), ..act.clone() }
    }

    /// For whom this server is at work on it.
    pub(crate) fn mandate(&self, scope: Scope) -> Mandate {
        Mandate { scope, held: self.held }
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        let (app, held, local) = (self.app.clone(), self.held, self.local.take());
        // Without a runtime the server has ended, and its lease with it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                app.release(held).await;
                drop(local);
            });
        }
    }
}
