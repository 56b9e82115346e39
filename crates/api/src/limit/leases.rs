//! What this replica took in advance, so that not each request asks the database, and whom it need not ask about.
//!
//! What is taken is gone for the others, so together they never admit more than a limit allows at a time. What is held for
//! longer than [`HELD_FOR`] is given up unused. A burst can therefore be larger than the limit by one lease of each replica,
//! which came back at the others while it was held here; and smaller by as much, where one holds what another one needs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use switchyard_domain::Timestamp;
use switchyard_domain::limit::{Bucket, Limit};
use tokio::sync::{Mutex as Turn, MutexGuard as TurnTaken};

/// How long what was taken is good for.
const HELD_FOR: Duration = Duration::from_secs(5);
/// Most buckets of which something is known. Beyond, all is forgotten: what was taken is lost to whoever it was for.
const MOST: usize = 20_000;
/// How much of a limit is taken at once: a twentieth.
const SHARE: u32 = 20;
/// Most that is taken at once.
const MOST_AT_ONCE: u32 = 50;

/// How many buckets can be taken from at the same moment; those that share a turn wait for each other.
const TURNS: usize = 128;

/// The first half of what a limit allows.
pub(super) fn first_half(limit: Limit) -> Option<Limit> {
    let times = limit.times() / 2;
    Limit::new(times, limit.spacing() * times)
}

/// How many are taken at once.
pub(super) fn size(limit: Limit) -> u32 {
    (limit.times() / SHARE).clamp(1, MOST_AT_ONCE)
}

/// What is known of a bucket here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lease {
    Left { count: u32, until: Timestamp },
    Refused { until: Timestamp },
}

/// What is there for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// One, which is used now.
    One,
    /// It is known that there is none before this time.
    Refused(Timestamp),
    /// The database has to be asked.
    Nothing,
}

pub(super) struct Leases {
    known: Mutex<HashMap<Bucket, Lease>>,
    turns: [Turn<()>; TURNS],
}

impl Default for Leases {
    fn default() -> Self {
        Self { known: Mutex::default(), turns: std::array::from_fn(|_| Turn::default()) }
    }
}

impl Leases {
    /// Waits until nobody else takes from this bucket.
    pub(super) async fn turn(&self, bucket: &Bucket) -> TurnTaken<'_, ()> {
        self.turns[usize::from(bucket.0[0]) % TURNS].lock().await
    }

    pub(super) fn use_one(&self, bucket: &Bucket, at: Timestamp) -> Held {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get_mut(bucket) {
            Some(Lease::Left { count, until }) if *count > 0 && *until > at => {
                *count -= 1;
                Held::One
            }
            Some(Lease::Refused { until }) if *until > at => Held::Refused(*until),
            _ => Held::Nothing,
        }
    }

    /// Keeps what was taken and not used yet, besides what others keep who took at the same moment.
    pub(super) fn keep(&self, bucket: Bucket, taken: u32, at: Timestamp) {
        if taken == 0 {
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = match known.get(&bucket) {
            Some(Lease::Left { count, until }) if *until > at => *count,
            _ => 0,
        };
        put(&mut known, bucket, Lease::Left { count: kept + taken, until: at + HELD_FOR }, at);
    }

    /// Remembers that there is nothing before `until`, though not for long: the clocks of replicas may be apart.
    pub(super) fn refuse(&self, bucket: Bucket, until: Timestamp, at: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Lease::Left { count: 1.., until }) = known.get(&bucket)
            && *until > at
        {
            return;
        }
        put(&mut known, bucket, Lease::Refused { until: until.min(at + HELD_FOR) }, at);
    }

    pub(super) fn forget(&self, at: Timestamp) {
        forget(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner), at);
    }
}

fn put(known: &mut HashMap<Bucket, Lease>, bucket: Bucket, lease: Lease, at: Timestamp) {
    if known.len() >= MOST && !known.contains_key(&bucket) {
        forget(known, at);
        if known.len() >= MOST {
            known.clear();
        }
    }
    known.insert(bucket, lease);
}

fn forget(known: &mut HashMap<Bucket, Lease>, at: Timestamp) {
    known.retain(|_, lease| match lease {
        Lease::Left { count, until } => *count > 0 && *until > at,
        Lease::Refused { until } => *until > at,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn bucket(number: usize) -> Bucket {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Bucket(bytes)
    }

    #[test]
    fn what_was_taken_is_used_one_by_one_and_not_for_long() {
        let leases = Leases::default();
        leases.keep(bucket(1), 2, NOW);
        assert_eq!(leases.use_one(&bucket(2), NOW), Held::Nothing);
        assert_eq!([leases.use_one(&bucket(1), NOW), leases.use_one(&bucket(1), NOW)], [Held::One; 2]);
        assert_eq!(leases.use_one(&bucket(1), NOW), Held::Nothing);
        leases.keep(bucket(1), 2, NOW);
        assert_eq!(leases.use_one(&bucket(1), NOW + HELD_FOR), Held::Nothing);
    }

    #[test]
    fn a_refusal_is_remembered_until_there_is_something_again() {
        let leases = Leases::default();
        let soon = NOW + Duration::from_secs(1);
        leases.refuse(bucket(1), soon, NOW);
        assert_eq!(leases.use_one(&bucket(1), NOW), Held::Refused(soon));
        assert_eq!(leases.use_one(&bucket(1), soon), Held::Nothing);
        // What somebody else took meanwhile is not lost by it.
        leases.keep(bucket(2), 1, NOW);
        leases.refuse(bucket(2), soon, NOW);
        assert_eq!(leases.use_one(&bucket(2), NOW), Held::One);
    }

    #[test]
    fn nobody_takes_the_last_half_in_advance() {
        let limit = Limit::new(41, Duration::from_secs(60)).unwrap();
        let half = first_half(limit).unwrap();
        assert_eq!((half.times(), half.spacing(), size(limit)), (20, limit.spacing(), 2));
        assert_eq!(first_half(Limit::new(1, Duration::from_secs(60)).unwrap()), None);
    }

    #[test]
    fn a_flood_of_strangers_is_not_remembered() {
        let leases = Leases::default();
        for number in 0..3 * MOST {
            leases.refuse(bucket(number), NOW + HELD_FOR, NOW);
        }
        assert!(leases.known.lock().unwrap().len() <= MOST);
        leases.forget(NOW + HELD_FOR);
        assert!(leases.known.lock().unwrap().is_empty());
    }
}
