//! The system's clock.

use switchyard_domain::{Clock, Timestamp};

/// Tells the system's time, at the microseconds that the store keeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place where time comes from")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now_utc();
        now.replace_microsecond(now.microsecond()).unwrap_or(now)
    }
}
