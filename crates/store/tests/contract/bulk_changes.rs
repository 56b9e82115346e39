//! Changes of many tasks at once.

use switchyard_domain::store::*;
use switchyard_domain::task::{NewTask, Priority, Task, TaskFilter, TaskPatch, TaskStatus};
use switchyard_domain::{ErrorKind, TaskId};

use crate::fixture::{Fixture, new_task};

crate::scenarios! {
    a_bulk_change_is_all_or_nothing,
    a_bulk_change_leaves_alone_what_others_changed_meanwhile,
}

async fn a_bulk_change_leaves_alone_what_others_changed_meanwhile(f: Fixture) {
    let project = f.project("Shop").await.id;
    let mut seen = Vec::new();
    for title in ["mine", "theirs", "gone"] {
        seen.push(f.task(project, title).await);
    }
    let patch = TaskPatch { priority: Some(Priority::Urgent), ..TaskPatch::default() };
    f.db.update_task(&f.act("task.update"), seen[1].id, seen[1].version, &patch).await.unwrap();
    f.db.delete_task(&f.act("task.delete"), seen[2].id, seen[2].version).await.unwrap();

    let ids: Vec<_> = seen.iter().map(|task| task.id).collect();
    let change = BulkChange {
        priority: Some(Priority::Low),
        versions: seen.iter().map(|task| (task.id, task.version)).collect(),
        ..BulkChange::default()
    };
    let outcome = f.db.update_tasks(&f.act("task.bulk"), project, &ids, &change).await.unwrap();
    let told =
        |tasks: &[Task]| -> Vec<_> { tasks.iter().map(|task| (task.title.clone(), task.priority)).collect() };
    assert_eq!(told(&outcome.changed), [("mine".to_owned(), Priority::Low)]);
    assert_eq!(
        told(&outcome.stale),
        [("theirs".to_owned(), Priority::Urgent), ("gone".to_owned(), seen[2].priority)]
    );
    assert!(outcome.stale[1].deleted_at.is_some());

    // Without a version it is changed as it is.
    let anyway = BulkChange { delete: true, ..BulkChange::default() };
    let outcome = f.db.update_tasks(&f.act("task.bulk"), project, &ids[..2], &anyway).await.unwrap();
    assert_eq!((outcome.changed.len(), outcome.stale.len()), (2, 0));
}

async fn a_bulk_change_is_all_or_nothing(f: Fixture) {
    let project = f.project("Shop").await.id;
    let mut ids = Vec::new();
    for title in ["a", "b", "c"] {
        let new = NewTask { labels: vec!["old".to_owned(), "kept".to_owned()], ..new_task(title) };
        ids.push(f.db.create_task(&f.act("task.create"), project, &new).await.unwrap().id);
    }
    let change = BulkChange {
        status: Some(TaskStatus::Done),
        priority: Some(Priority::High),
        add_labels: vec!["new".to_owned(), "kept".to_owned()],
        remove_labels: vec!["old".to_owned()],
        ..BulkChange::default()
    };
    let changed = f.db.update_tasks(&f.act("task.bulk"), project, &ids, &change).await.unwrap().changed;
    assert!(changed.iter().all(|task| task.labels == ["kept", "new"] && task.priority == Priority::High));
    assert_eq!(f.titles(project, &TaskFilter::default()).await, ["a", "b", "c"]);

    let head = f.head().await;
    let foreign = f.project("Other").await.id;
    let elsewhere = f.task(foreign, "elsewhere").await;
    for stranger in [TaskId::new(), elsewhere.id] {
        let mixed = [ids[0], stranger];
        let gone = BulkChange { delete: true, ..BulkChange::default() };
        let error = f.db.update_tasks(&f.act("task.bulk"), project, &mixed, &gone).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
    }
    assert_eq!((f.board(project).await.len(), f.head().await), (3, head + 2));
    let many: Vec<String> = (0..20).map(|number| format!("label {number}")).collect();
    let change = BulkChange { add_labels: many, ..BulkChange::default() };
    let error = f.db.update_tasks(&f.act("task.bulk"), project, &ids, &change).await.unwrap_err();
    assert_eq!(error.field, Some("labels"));

    let gone = BulkChange { delete: true, ..BulkChange::default() };
    f.db.update_tasks(&f.act("task.bulk"), project, &ids, &gone).await.unwrap();
    assert!(f.board(project).await.is_empty());
}
