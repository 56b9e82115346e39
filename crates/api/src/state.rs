//! What every request can reach.

use std::sync::Arc;

use switchyard_app::App;

use crate::assets::Assets;
use crate::auth::Door;
use crate::cache::ListCache;
use crate::metrics::Metrics;

/// How the instance is deployed. Shown to clients; no behaviour hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One local user.
    Desktop,
    /// Many people, who sign in.
    Kubernetes,
}

impl Mode {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Kubernetes => "kubernetes",
        }
    }
}

/// What the instance says of itself.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The program's version.
    pub version: &'static str,
    /// How it is deployed.
    pub mode: Mode,
    /// Where it keeps its files, as people may look for them; nobody's business where `None`.
    pub data_dir: Option<String>,
    /// Name of the local user, where there is one.
    pub user_name: Option<String>,
}

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) app: App,
    pub(crate) auth: Arc<Door>,
    pub(crate) instance: Arc<Instance>,
    pub(crate) assets: Arc<dyn Assets>,
    pub(crate) lists: Arc<ListCache>,
    pub(crate) metrics: Arc<Metrics>,
}

impl ApiState {
    /// Everything that requests need.
    #[must_use]
    pub fn new(app: App, auth: Arc<Door>, instance: Instance, assets: Arc<dyn Assets>) -> Self {
        let (lists, metrics) = (Arc::default(), Arc::default());
        Self { app, auth, instance: Arc::new(instance), assets, lists, metrics }
    }
}
