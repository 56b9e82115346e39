//! The durable steps of operations, as they are passed.

use std::fmt;
use std::sync::Arc;

/// Told of each step that has reached the disk. Between two steps a kill may happen at any time, and what is on the
/// disk then must be enough to go on; an observer that never returns is how that is tried.
#[derive(Clone, Default)]
pub struct Steps(Option<Arc<dyn Fn(&'static str) + Send + Sync>>);

impl Steps {
    /// Calls `observer` with the name of each step, after it.
    pub fn observed(observer: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observer)))
    }

    pub(super) fn passed(&self, step: &'static str) {
        if let Some(observer) = &self.0 {
            observer(step);
        }
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Steps(observed)" } else { "Steps" })
    }
}
