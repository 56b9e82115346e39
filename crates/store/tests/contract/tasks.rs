//! Tasks: the board's order, edits, filters and search.

use switchyard_domain::store::*;
use switchyard_domain::task::{NewTask, Priority, Task, TaskFilter, TaskPatch, TaskStatus};
use switchyard_domain::{ErrorKind, PageRequest, ProjectId, TaskId};

use crate::fixture::{Fixture, new_task};

crate::scenarios! {
    a_task_is_read_back_as_it_was_made,
    a_board_is_in_order_of_status_then_position_and_pages_meet,
    a_task_moves_before_after_and_to_the_end_of_another_column,
    a_move_beside_a_task_that_left_goes_to_the_end,
    a_thousand_moves_into_one_gap_keep_the_order,
    an_edit_of_a_stale_version_changes_nothing,
    deleted_tasks_leave_the_board_and_come_back,
    a_restored_task_shares_its_place_with_nobody,
    filters_narrow_by_status_priority_label_and_assignee,
    tasks_by_id_come_in_any_number,
}

async fn a_task_is_read_back_as_it_was_made(f: Fixture) {
    let project = f.project("Shop").await;
    let new = NewTask {
        title: "Fix \"the\" till".to_owned(),
        description: "It's **broken**\n\u{1F4A5} ".repeat(1000),
        status: TaskStatus::InReview,
        priority: Priority::Urgent,
        labels: vec!["bug".to_owned(), "größe \"XL\"".to_owned()],
        assignee: Some(f.alice.user()),
    };
    let act = f.act("task.create");
    let task = f.db.create_task(&act, project.id, &new).await.unwrap();
    assert_eq!((&task.title, &task.description, &task.labels), (&new.title, &new.description, &new.labels));
    assert_eq!((task.status, task.priority, task.assignee), (new.status, new.priority, new.assignee));
    assert_eq!((task.version, task.workspace_count, task.created_at), (1, 0, act.at));
    assert_eq!((task.latest_session.clone(), task.deleted_at), (None, None));
    assert_eq!(f.db.task(&f.alice, task.id).await.unwrap(), task);
    assert_eq!(f.board(project.id).await, [task]);
}

async fn a_board_is_in_order_of_status_then_position_and_pages_meet(f: Fixture) {
    let project = f.project("Shop").await;
    for number in 0..23 {
        let status = TaskStatus::ALL[(number * 7) % 5];
        let new = NewTask { status, ..new_task(&format!("task {number}")) };
        f.db.create_task(&f.act("task.create"), project.id, &new).await.unwrap();
    }
    let board = f.board(project.id).await;
    assert_eq!(board.len(), 23);
    let key = |task: &Task| {
        (TaskStatus::ALL.iter().position(|status| *status == task.status), task.position.clone())
    };
    assert!(board.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));

    let mut paged = Vec::new();
    let mut page = PageRequest::new(Some(5), None);
    loop {
        let found = f.db.tasks(&f.alice, project.id, &TaskFilter::default(), &page).await.unwrap();
        paged.extend(found.items);
        match found.next_cursor {
            Some(cursor) => page.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(paged, board);
    let nonsense = PageRequest::new(None, Some("abc".to_owned()));
    let error = f.db.tasks(&f.alice, project.id, &TaskFilter::default(), &nonsense).await.unwrap_err();
    assert_eq!((error.kind, error.field), (ErrorKind::Invalid, Some("cursor")));
}

pub(crate) async fn moved(f: &Fixture, task: &Task, patch: TaskPatch) -> Task {
    let current = f.db.task(&f.alice, task.id).await.unwrap();
    f.db.update_task(&f.act("task.update"), task.id, current.version, &patch).await.unwrap()
}

async fn order(f: &Fixture, project: ProjectId) -> String {
    f.titles(project, &TaskFilter::default()).await.join(" ")
}

async fn a_task_moves_before_after_and_to_the_end_of_another_column(f: Fixture) {
    let project = f.project("Shop").await.id;
    let mut tasks = Vec::new();
    for title in ["a", "b", "c", "d"] {
        tasks.push(f.task(project, title).await);
    }
    let [a, b, c, d] = &tasks[..] else { panic!() };
    moved(&f, d, TaskPatch { before: Some(b.id), ..TaskPatch::default() }).await;
    assert_eq!(order(&f, project).await, "a d b c");
    moved(&f, a, TaskPatch { after: Some(b.id), ..TaskPatch::default() }).await;
    assert_eq!(order(&f, project).await, "d b a c");
    moved(&f, c, TaskPatch { before: Some(d.id), ..TaskPatch::default() }).await;
    assert_eq!(order(&f, project).await, "c d b a");
    moved(&f, c, TaskPatch { after: Some(a.id), ..TaskPatch::default() }).await;
    assert_eq!(order(&f, project).await, "d b a c");

    moved(&f, b, TaskPatch { status: Some(TaskStatus::Done), ..TaskPatch::default() }).await;
    let done = moved(&f, d, TaskPatch { status: Some(TaskStatus::Done), ..TaskPatch::default() }).await;
    assert_eq!((order(&f, project).await.as_str(), done.status), ("a c b d", TaskStatus::Done));
    let patch = TaskPatch { status: Some(TaskStatus::Done), before: Some(b.id), ..TaskPatch::default() };
    moved(&f, a, patch).await;
    assert_eq!(order(&f, project).await, "c a b d");
}

async fn a_move_beside_a_task_that_left_goes_to_the_end(f: Fixture) {
    let project = f.project("Shop").await.id;
    let (a, b, c) = (f.task(project, "a").await, f.task(project, "b").await, f.task(project, "c").await);
    moved(&f, &b, TaskPatch { status: Some(TaskStatus::Done), ..TaskPatch::default() }).await;
    moved(&f, &a, TaskPatch { after: Some(b.id), ..TaskPatch::default() }).await;
    assert_eq!(order(&f, project).await, "c a b");
    moved(&f, &c, TaskPatch { before: Some(TaskId::new()), ..TaskPatch::default() }).await;
    assert_eq!(order(&f, project).await, "a c b");
    moved(&f, &a, TaskPatch { before: Some(a.id), ..TaskPatch::default() }).await;
    assert_eq!(order(&f, project).await, "c a b");
}

async fn a_thousand_moves_into_one_gap_keep_the_order(f: Fixture) {
    let project = f.project("Shop").await.id;
    let first = f.task(project, "first").await;
    let (mut x, mut y) = (f.task(project, "x").await, f.task(project, "y").await);
    f.task(project, "last").await;
    for _ in 0..500 {
        x = moved(&f, &x, TaskPatch { after: Some(first.id), ..TaskPatch::default() }).await;
        y = moved(&f, &y, TaskPatch { after: Some(first.id), ..TaskPatch::default() }).await;
        assert!(x.position.len() <= 64 && y.position.len() <= 64);
    }
    assert_eq!(order(&f, project).await, "first y x last");
}

async fn an_edit_of_a_stale_version_changes_nothing(f: Fixture) {
    let project = f.project("Shop").await.id;
    let task = f.task(project, "old").await;
    let rename = |title: &str| TaskPatch { title: Some(title.to_owned()), ..TaskPatch::default() };
    let changed = f.db.update_task(&f.act("task.update"), task.id, 1, &rename("mine")).await.unwrap();
    assert_eq!(changed.version, 2);
    let error = f.db.update_task(&f.act("task.update"), task.id, 1, &rename("theirs")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale);
    assert_eq!(f.db.delete_task(&f.act("task.delete"), task.id, 1).await.unwrap_err().kind, ErrorKind::Stale);
    assert_eq!(f.db.task(&f.alice, task.id).await.unwrap(), changed);
    assert_eq!(f.audit_log().await.last().unwrap(), "task.delete.stale task {}");
}

async fn deleted_tasks_leave_the_board_and_come_back(f: Fixture) {
    let project = f.project("Shop").await.id;
    let task = f.task(project, "gone").await;
    f.task(project, "here").await;
    f.db.delete_task(&f.act("task.delete"), task.id, 1).await.unwrap();
    assert_eq!(order(&f, project).await, "here");
    let deleted = TaskFilter { deleted: true, ..TaskFilter::default() };
    assert_eq!(f.titles(project, &deleted).await, ["gone"]);
    let patch = TaskPatch { title: Some("no".to_owned()), ..TaskPatch::default() };
    assert_eq!(
        f.db.update_task(&f.act("task.update"), task.id, 2, &patch).await.unwrap_err().code,
        "deleted"
    );
    let restored = f.db.restore_task(&f.act("task.restore"), task.id).await.unwrap();
    assert_eq!((restored.deleted_at, restored.version), (None, 3));
    assert_eq!(order(&f, project).await, "gone here");
}

async fn a_restored_task_shares_its_place_with_nobody(f: Fixture) {
    let project = f.project("Shop").await.id;
    f.task(project, "a").await;
    let b = f.task(project, "b").await;
    f.db.delete_task(&f.act("task.delete"), b.id, 1).await.unwrap();
    f.task(project, "c").await;
    f.db.restore_task(&f.act("task.restore"), b.id).await.unwrap();
    let board = f.board(project).await;
    let mut positions: Vec<_> = board.iter().map(|task| &task.position).collect();
    positions.dedup();
    assert_eq!(positions.len(), 3, "{board:?}");
}

async fn filters_narrow_by_status_priority_label_and_assignee(f: Fixture) {
    let project = f.project("Shop").await.id;
    let add = async |title: &str, status, priority, labels: &[&str], assignee| {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        let new = NewTask { status, priority, labels, assignee, ..new_task(title) };
        f.db.create_task(&f.act("task.create"), project, &new).await.unwrap();
    };
    let me = Some(f.alice.user());
    add("a", TaskStatus::Todo, Priority::Low, &["x", "y"], me).await;
    add("b", TaskStatus::Done, Priority::High, &["x"], None).await;
    add("c", TaskStatus::Done, Priority::Low, &["xy", "%"], me).await;
    let with = |change: &dyn Fn(&mut TaskFilter)| {
        let mut filter = TaskFilter::default();
        change(&mut filter);
        filter
    };
    let labels = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
    let status = with(&|filter| filter.status = vec![TaskStatus::Done, TaskStatus::Cancelled]);
    assert_eq!(f.titles(project, &status).await, ["b", "c"]);
    let priority = with(&|filter| filter.priority = vec![Priority::Low]);
    assert_eq!(f.titles(project, &priority).await, ["a", "c"]);
    assert_eq!(f.titles(project, &with(&|filter| filter.labels = labels(&["x"]))).await, ["a", "b"]);
    assert_eq!(f.titles(project, &with(&|filter| filter.labels = labels(&["y", "x"]))).await, ["a"]);
    assert_eq!(f.titles(project, &with(&|filter| filter.labels = labels(&["%"]))).await, ["c"]);
    assert_eq!(f.titles(project, &with(&|filter| filter.assignee = me)).await, ["a", "c"]);
    let all_of_it = TaskFilter { assignee: me, ..status };
    assert_eq!(f.titles(project, &all_of_it).await, ["c"]);
}

async fn tasks_by_id_come_in_any_number(f: Fixture) {
    let project = f.project("Shop").await.id;
    assert!(f.db.tasks_by_id(&f.alice, &[]).await.unwrap().is_empty());
    let mut ids = Vec::new();
    for number in 0..300 {
        ids.push(f.task(project, &number.to_string()).await.id);
    }
    ids.push(TaskId::new());
    for count in [1, 3, 256, 257, 301] {
        let mut found: Vec<TaskId> =
            f.db.tasks_by_id(&f.alice, &ids[..count]).await.unwrap().iter().map(|task| task.id).collect();
        found.sort();
        assert_eq!(found, ids[..count.min(300)]);
    }
    assert!(f.db.tasks_by_id(&f.mallory, &ids).await.unwrap().is_empty());
}
