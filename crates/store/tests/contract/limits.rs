//! Limits: how often something may be done, whoever asks at once.

use std::time::Duration;

use futures_util::future::join_all;
use switchyard_domain::limit::{Bucket, Limit, Taken};
use switchyard_domain::store::*;

use crate::fixture::Fixture;

crate::scenarios! {
    a_bucket_holds_as_much_as_its_limit_and_fills_up_again,
    of_many_who_take_at_once_no_more_get_one_than_there_are,
    buckets_do_not_touch_each_other,
    what_is_put_back_is_there_again_and_no_more_than_that,
    full_buckets_are_forgotten,
}

const LIMIT: (u32, Duration) = (6, Duration::from_secs(60));

fn limit() -> Limit {
    Limit::new(LIMIT.0, LIMIT.1).unwrap()
}

fn bucket(byte: u8) -> Bucket {
    Bucket([byte; 32])
}

/// How many of `tries` succeed at the moment that is `seconds` from now.
async fn taken(f: &Fixture, byte: u8, seconds: i64, tries: u32) -> u32 {
    let mut got = 0;
    for _ in 0..tries {
        let taken = f.db.take(f.later(seconds), &bucket(byte), limit(), 1).await.unwrap();
        got += u32::from(taken == Taken::All);
    }
    got
}

async fn a_bucket_holds_as_much_as_its_limit_and_fills_up_again(f: Fixture) {
    assert_eq!(taken(&f, 1, 0, 8).await, 6);
    let next = f.db.take(f.later(0), &bucket(1), limit(), 1).await.unwrap();
    assert_eq!(next, Taken::Nothing(f.later(10)), "one comes back every ten seconds");
    assert_eq!(taken(&f, 1, 9, 2).await, 0);
    assert_eq!(taken(&f, 1, 10, 2).await, 1);
    assert_eq!(taken(&f, 1, 40, 8).await, 3);
    // Never more than it holds, however long nobody came.
    assert_eq!(taken(&f, 1, 4000, 20).await, 6);
    // All that was asked for, or nothing.
    let at = f.later(8000);
    assert_eq!(f.db.take(at, &bucket(1), limit(), 4).await.unwrap(), Taken::All);
    assert!(matches!(f.db.take(at, &bucket(1), limit(), 4).await.unwrap(), Taken::Nothing(_)));
    assert_eq!(taken(&f, 1, 8000, 4).await, 2);
    assert!(f.db.take(at, &bucket(1), limit(), 7).await.is_err(), "more than it ever holds");
}

async fn of_many_who_take_at_once_no_more_get_one_than_there_are(f: Fixture) {
    let at = f.now();
    let all = join_all((0..40).map(|_| f.db.take(at, &Bucket([1; 32]), limit(), 1))).await;
    let got = all.into_iter().filter(|taken| *taken.as_ref().unwrap() == Taken::All).count();
    assert_eq!(got, 6);
}

async fn buckets_do_not_touch_each_other(f: Fixture) {
    assert_eq!((taken(&f, 1, 0, 9).await, taken(&f, 2, 0, 9).await), (6, 6));
}

async fn what_is_put_back_is_there_again_and_no_more_than_that(f: Fixture) {
    assert_eq!(taken(&f, 1, 0, 9).await, 6);
    f.db.give_back(f.later(0), &bucket(1), limit()).await.unwrap();
    assert_eq!(taken(&f, 1, 0, 9).await, 1);
    f.db.give_back(f.later(0), &bucket(2), limit()).await.unwrap();
    assert_eq!(taken(&f, 2, 0, 9).await, 6);
    f.db.give_back(f.later(4000), &bucket(1), limit()).await.unwrap();
    assert_eq!(taken(&f, 1, 4000, 9).await, 6);
}

async fn full_buckets_are_forgotten(f: Fixture) {
    taken(&f, 1, 0, 1).await;
    taken(&f, 2, 0, 6).await;
    assert_eq!(f.db.forget_full(f.later(9)).await.unwrap(), 0);
    assert_eq!(f.db.forget_full(f.later(10)).await.unwrap(), 1);
    assert_eq!(f.db.forget_full(f.later(60)).await.unwrap(), 1);
}
