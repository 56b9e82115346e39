//! How often something may be done.

use std::time::Duration;

use crate::Timestamp;

/// So many times in so long: all at once after a rest, and then one by one as they come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    times: u32,
    within: Duration,
}

impl Limit {
    /// `times` in any `within`, as far as both are more than nothing and a time comes back within a microsecond or more.
    #[must_use]
    pub fn new(times: u32, within: Duration) -> Option<Self> {
        let limit = Self { times, within };
        (times > 0 && limit.spacing() > Duration::ZERO).then_some(limit)
    }

    /// How many times.
    #[must_use]
    pub fn times(self) -> u32 {
        self.times
    }

    /// In how long.
    #[must_use]
    pub fn within(self) -> Duration {
        self.within
    }

    /// How long one takes to come back, to the microsecond.
    #[must_use]
    pub fn spacing(self) -> Duration {
        let micros = self.within.as_micros().checked_div(self.times.into()).unwrap_or_default();
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

/// What a limit counts for: a digest of whose requests of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bucket(pub [u8; 32]);

/// What came of taking from a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// All that was asked for.
    All,
    /// Nothing. One is there again at this time.
    Nothing(Timestamp),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_of_something_in_some_time() {
        let limit = Limit::new(60, Duration::from_secs(60)).unwrap();
        assert_eq!(limit.spacing(), Duration::from_secs(1));
        assert_eq!(
            Limit::new(7, Duration::from_secs(60)).unwrap().spacing(),
            Duration::from_micros(8_571_428)
        );
        assert_eq!(Limit::new(0, Duration::from_secs(60)), None);
        assert_eq!(Limit::new(1, Duration::ZERO), None);
        assert_eq!(Limit::new(2_000_000, Duration::from_secs(1)), None);
    }
}
