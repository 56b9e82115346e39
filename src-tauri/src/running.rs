//! The core once it is up; what needs it sooner waits.

use std::sync::Arc;

use switchyard_core::{Core, Window};
use tokio::sync::SetOnce;

/// The started core and this window's way in.
pub(crate) struct Running {
    pub(crate) core: Core,
    pub(crate) window: Window,
}

/// Where the core will be. The window is made while it starts.
#[derive(Clone, Default)]
pub(crate) struct Starting(Arc<SetOnce<Running>>);

impl Starting {
    /// The core is up.
    pub(crate) fn is_up(&self, core: Core) {
        let window = core.window();
        if self.0.set(Running { core, window }).is_err() {
            tracing::error!("the core was started twice");
        }
    }

    /// The core, when it is up.
    pub(crate) async fn running(&self) -> &Running {
        self.0.wait().await
    }

    /// The core, if it is up.
    pub(crate) fn if_running(&self) -> Option<&Running> {
        self.0.get()
    }
}
