//! The change feed.

use std::time::Duration;

use switchyard_domain::event::{Entity, FeedSlice, Verb};
use switchyard_domain::store::*;
use switchyard_domain::task::TaskPatch;

use crate::fixture::Fixture;

crate::scenarios! {
    each_change_is_one_event_with_the_version_that_it_made,
    a_reader_is_told_to_read_anew_when_its_place_is_gone,
    one_organisation_sees_nothing_of_another,
    a_commit_wakes_whoever_waits,
    a_failed_write_leaves_no_event,
}

async fn each_change_is_one_event_with_the_version_that_it_made(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let patch = TaskPatch { title: Some("Mend".to_owned()), ..TaskPatch::default() };
    f.db.update_task(&f.act("task.update"), task.id, 1, &patch).await.unwrap();
    f.db.delete_task(&f.act("task.delete"), task.id, 2).await.unwrap();
    f.db.restore_task(&f.act("task.restore"), task.id).await.unwrap();
    let events = f.events().await;
    let told: Vec<_> =
        events.iter().map(|event| (event.seq, event.entity, event.verb, event.version)).collect();
    assert_eq!(
        told,
        [
            (1, Entity::Project, Verb::Created, 1),
            (2, Entity::Task, Verb::Created, 1),
            (3, Entity::Task, Verb::Updated, 2),
            (4, Entity::Task, Verb::Deleted, 3),
            (5, Entity::Task, Verb::Created, 4),
        ]
    );
    assert!(events.iter().all(|event| event.project_id == Some(project.id)));
    assert_eq!((events[1].id, f.head().await), (task.id.0, 5));
    assert_eq!(f.events_after(3).await, events[3..]);
    assert!(
        matches!(f.db.events(&f.alice, 1, 2).await.unwrap(), FeedSlice::Events(some) if some == events[1..3])
    );
}

async fn a_reader_is_told_to_read_anew_when_its_place_is_gone(f: Fixture) {
    let project = f.project("Shop").await;
    for number in 0..9 {
        f.task(project.id, &number.to_string()).await;
    }
    let slice = async |since| f.db.events(&f.alice, since, 100).await.unwrap();
    assert_eq!(slice(11).await, FeedSlice::Reset { head: 10 });
    assert_eq!(slice(-1).await, FeedSlice::Reset { head: 10 });
    f.db.prune_events(&f.alice, 4).await.unwrap();
    assert_eq!(slice(0).await, FeedSlice::Reset { head: 10 });
    assert_eq!(slice(5).await, FeedSlice::Reset { head: 10 });
    assert!(matches!(slice(6).await, FeedSlice::Events(events) if events.len() == 4 && events[0].seq == 7));
    f.db.prune_events(&f.alice, 100).await.unwrap();
    f.db.prune_events(&f.alice, 0).await.unwrap();
    assert_eq!(slice(9).await, FeedSlice::Reset { head: 10 });
    assert_eq!(slice(10).await, FeedSlice::Events(Vec::new()));
    f.task(project.id, "next").await;
    assert_eq!(f.events_after(10).await[0].seq, 11);
}

async fn one_organisation_sees_nothing_of_another(f: Fixture) {
    f.project("Shop").await;
    assert_eq!(f.db.feed_head(&f.mallory).await.unwrap(), 0);
    f.db.create_project(&f.foreign("project.create"), "Theirs", &Default::default()).await.unwrap();
    assert_eq!((f.db.feed_head(&f.mallory).await.unwrap(), f.head().await), (1, 1));
}

async fn a_commit_wakes_whoever_waits(f: Fixture) {
    let mut wake_ups = f.db.wake_ups(&f.alice);
    // PostgreSQL may still be telling of commits from before.
    while tokio::time::timeout(Duration::from_millis(500), wake_ups.woken()).await.is_ok() {}
    let mut others = f.db.wake_ups(&f.alice);
    let db = f.db.clone();
    let act = f.act("project.create");
    let writer =
        tokio::spawn(async move { db.create_project(&act, "Shop", &Default::default()).await.unwrap() });
    for waiting in [&mut wake_ups, &mut others] {
        tokio::time::timeout(Duration::from_secs(5), waiting.woken()).await.unwrap();
    }
    writer.await.unwrap();
    assert_eq!(f.head().await, 1);
}

async fn a_failed_write_leaves_no_event(f: Fixture) {
    let project = f.project("Shop").await;
    let head = f.head().await;
    let ids = [f.task(project.id, "a").await.id, switchyard_domain::TaskId::new()];
    let change = BulkChange { delete: true, ..BulkChange::default() };
    f.db.update_tasks(&f.act("task.bulk"), project.id, &ids, &change).await.unwrap_err();
    assert_eq!((f.head().await, f.events().await.len()), (head + 1, 2));
}
