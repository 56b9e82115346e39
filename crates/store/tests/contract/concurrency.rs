//! Many at once.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use switchyard_domain::event::FeedSlice;
use switchyard_domain::store::*;
use switchyard_domain::task::{TaskFilter, TaskPatch, TaskStatus};
use switchyard_domain::{ErrorKind, ProjectId};

use crate::fixture::{Fixture, all, new_task, said};

const WRITERS: usize = 32;
const EACH: usize = 10;

crate::scenarios! {
    thirty_two_writers_all_succeed_and_every_subscriber_sees_every_event_once,
    of_many_edits_of_one_version_exactly_one_wins,
    concurrent_moves_all_succeed_and_leave_an_order,
    one_key_used_by_many_at_once_makes_one_thing,
    transcripts_of_many_sessions_grow_side_by_side,
    reads_see_whole_transactions,
}

/// Follows the feed from its beginning until it has seen `count` events; gaps and doubles fail.
async fn follow(f: &Fixture, count: i64) {
    let mut wake_ups = f.db.wake_ups(&f.alice);
    let mut seen = 0;
    while seen < count {
        match f.db.events(&f.alice, seen, 50).await.unwrap() {
            FeedSlice::Reset { head } => panic!("reset at {head}"),
            FeedSlice::Events(events) if events.is_empty() => {
                tokio::time::timeout(Duration::from_secs(30), wake_ups.woken()).await.unwrap();
            }
            FeedSlice::Events(events) => {
                for event in events {
                    assert_eq!(event.seq, seen + 1);
                    seen = event.seq;
                }
            }
        }
    }
}

async fn create_many(f: &Fixture, project: ProjectId, writer: usize) {
    for number in 0..EACH {
        f.task(project, &format!("{writer}-{number}")).await;
    }
}

async fn thirty_two_writers_all_succeed_and_every_subscriber_sees_every_event_once(f: Fixture) {
    let project = f.project("Shop").await.id;
    let total = (WRITERS * EACH) as i64 + 1;
    let writers = join_all((0..WRITERS).map(|writer| create_many(&f, project, writer)));
    let subscribers = join_all((0..8).map(|_| follow(&f, total)));
    tokio::join!(writers, subscribers);
    let board = f.board(project).await;
    assert_eq!((board.len() as i64, f.head().await), (total - 1, total));
    let positions: HashSet<_> = board.iter().map(|task| &task.position).collect();
    assert_eq!(positions.len(), board.len());
}

async fn of_many_edits_of_one_version_exactly_one_wins(f: Fixture) {
    let project = f.project("Shop").await.id;
    let task = f.task(project, "old").await.id;
    let edit = |writer: usize| {
        let f = &f;
        async move {
            let patch = TaskPatch { title: Some(format!("by {writer}")), ..TaskPatch::default() };
            f.db.update_task(&f.act("task.update"), task, 1, &patch).await
        }
    };
    let outcomes = join_all((0..WRITERS).map(edit)).await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|outcome| outcome.is_ok());
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|outcome| outcome.as_ref().is_err_and(|error| error.kind == ErrorKind::Stale)));
    assert_eq!(&f.db.task(&f.alice, task).await.unwrap(), won[0].as_ref().unwrap());
    assert_eq!(
        f.audit_log().await.iter().filter(|line| line.starts_with("task.update.stale")).count(),
        WRITERS - 1
    );
}

async fn concurrent_moves_all_succeed_and_leave_an_order(f: Fixture) {
    let project = f.project("Shop").await.id;
    let anchor = f.task(project, "anchor").await;
    let mut tasks = Vec::new();
    for number in 0..WRITERS {
        tasks.push(f.task(project, &number.to_string()).await);
    }
    let moves = tasks.iter().map(|task| {
        let f = &f;
        async move {
            let patch =
                TaskPatch { after: Some(anchor.id), status: Some(TaskStatus::Todo), ..TaskPatch::default() };
            f.db.update_task(&f.act("task.move"), task.id, task.version, &patch).await.unwrap()
        }
    });
    join_all(moves).await;
    let board = f.board(project).await;
    assert_eq!((board.len(), &board[0].title), (WRITERS + 1, &"anchor".to_owned()));
    assert!(board.windows(2).all(|pair| pair[0].position < pair[1].position));
}

async fn one_key_used_by_many_at_once_makes_one_thing(f: Fixture) {
    let project = f.project("Shop").await.id;
    let create = |_| {
        let f = &f;
        async move { f.db.create_task(&f.keyed("task.create", "same"), project, &new_task("one")).await.unwrap() }
    };
    let made = join_all((0..WRITERS).map(create)).await;
    assert!(made.iter().all(|task| task == &made[0]));
    assert_eq!(f.titles(project, &TaskFilter::default()).await, ["one"]);
}

async fn transcripts_of_many_sessions_grow_side_by_side(f: Fixture) {
    let project = f.project("Shop").await.id;
    let task = f.task(project, "Fix").await.id;
    let workspace = f.workspace(task).await.id;
    let mut sessions = Vec::new();
    for _ in 0..8 {
        sessions.push(f.session(workspace).await.0.id);
    }
    let grow = |id| {
        let f = &f;
        async move {
            for batch in 0..10 {
                let entries: Vec<_> = (1..=50).map(|number| said(batch * 50 + number, "x")).collect();
                f.append(id, &entries).await;
            }
        }
    };
    join_all(sessions.iter().map(|id| grow(*id))).await;
    for id in sessions {
        let entries = f.db.entries(&f.alice, id, EntryRange::After(0), 1000).await.unwrap();
        assert!(entries.iter().map(|entry| entry.seq).eq(1..=500));
    }
}

async fn reads_see_whole_transactions(f: Fixture) {
    let project = f.project("Shop").await.id;
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(f.task(project, &number.to_string()).await.id);
    }
    let write = async {
        for status in TaskStatus::ALL.into_iter().cycle().skip(1).take(20) {
            let change = BulkChange { status: Some(status), ..BulkChange::default() };
            f.db.update_tasks(&f.act("task.bulk"), project, &ids, &change).await.unwrap();
        }
    };
    let read = async {
        for _ in 0..100 {
            let board = f.db.tasks(&f.alice, project, &TaskFilter::default(), &all()).await.unwrap().items;
            assert!(
                board.iter().all(|task| task.status == board[0].status),
                "a half-made bulk change was seen"
            );
            let counts = f.db.project(&f.alice, project).await.unwrap().task_counts;
            assert_eq!(counts.iter().max(), Some(&20));
        }
    };
    tokio::join!(write, read);
}
