//! Workspaces and what they do to their task.

use switchyard_domain::store::*;
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{ErrorKind, PageRequest};

use crate::fixture::{Fixture, all};

crate::scenarios! {
    a_workspace_begins_as_creating_and_is_read_back,
    a_workspace_goes_through_its_life_with_its_times,
    a_busy_workspace_refuses_what_its_status_does_not_allow,
    a_task_counts_its_workspaces_without_those_in_the_trash,
    workspaces_come_newest_first_by_status_and_page,
    a_forgotten_workspace_takes_everything_of_it_along,
}

async fn a_workspace_begins_as_creating_and_is_read_back(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let workspace = f.workspace(task.id).await;
    assert_eq!((workspace.status, workspace.version), (WorkspaceStatus::Creating, 1));
    assert_eq!((workspace.task_id, workspace.project_id), (task.id, project.id));
    assert_eq!(f.db.workspace(&f.alice, workspace.id).await.unwrap(), workspace);
    assert_eq!(f.db.task_workspaces(&f.alice, task.id).await.unwrap(), [workspace]);
}

async fn a_workspace_goes_through_its_life_with_its_times(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let workspace = f.workspace(task.id).await;
    let mut repos = workspace.repos.clone();
    repos[0].base_commit = "c0ffee".to_owned();
    let made = WorkspaceChange {
        status: Some(WorkspaceStatus::Ready),
        path: Some("/data/ws".to_owned()),
        repos: Some(repos.clone()),
        error: Some(None),
        ..WorkspaceChange::default()
    };
    let ready = f.db.change_workspace(&f.act("workspace.make"), workspace.id, &made).await.unwrap();
    assert_eq!((ready.path.as_str(), &ready.repos, ready.version), ("/data/ws", &repos, 2));

    let merged = f.change(workspace.id, WorkspaceStatus::Merged).await;
    assert_eq!(merged.merged_at, Some(merged.updated_at));
    let failed = WorkspaceChange { error: Some(Some("no room\0".to_owned())), ..WorkspaceChange::default() };
    let failed = f.db.change_workspace(&f.act("workspace.change"), workspace.id, &failed).await.unwrap();
    assert_eq!((failed.error.as_deref(), failed.status), (Some("no room\u{FFFD}"), WorkspaceStatus::Merged));
    let discarded = f.change(workspace.id, WorkspaceStatus::Discarded).await;
    assert_eq!((discarded.merged_at, discarded.discarded_at), (merged.merged_at, Some(discarded.updated_at)));
    let back = f.change(workspace.id, WorkspaceStatus::Ready).await;
    assert_eq!((back.merged_at, back.discarded_at, back.version), (None, None, 6));
}

async fn a_busy_workspace_refuses_what_its_status_does_not_allow(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let workspace = f.workspace(task.id).await;
    let merge = WorkspaceChange {
        status: Some(WorkspaceStatus::Merging),
        only_from: vec![WorkspaceStatus::Ready, WorkspaceStatus::Merged],
        ..WorkspaceChange::default()
    };
    let error = f.db.change_workspace(&f.act("workspace.merge"), workspace.id, &merge).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "workspace_busy"));
    f.change(workspace.id, WorkspaceStatus::Ready).await;
    let merging = f.db.change_workspace(&f.act("workspace.merge"), workspace.id, &merge).await.unwrap();
    assert_eq!(merging.status, WorkspaceStatus::Merging);
    let error = f.db.delete_workspace(&f.act("workspace.purge"), workspace.id).await.unwrap_err();
    assert_eq!(error.code, "workspace_busy");
}

async fn a_task_counts_its_workspaces_without_those_in_the_trash(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let (one, two) = (f.workspace(task.id).await, f.workspace(task.id).await);
    let count = async || f.db.task(&f.alice, task.id).await.unwrap().workspace_count;
    assert_eq!(count().await, 2);
    f.change(one.id, WorkspaceStatus::Discarded).await;
    assert_eq!(count().await, 1);
    f.change(one.id, WorkspaceStatus::Ready).await;
    assert_eq!(count().await, 2);
    f.change(two.id, WorkspaceStatus::Failed).await;
    let before = f.db.task(&f.alice, task.id).await.unwrap();
    assert_eq!(before.workspace_count, 2);
    f.db.delete_workspace(&f.act("workspace.purge"), two.id).await.unwrap();
    let after = f.db.task(&f.alice, task.id).await.unwrap();
    assert_eq!(after.workspace_count, 1);
    assert!(after.version > before.version);
}

async fn workspaces_come_newest_first_by_status_and_page(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(f.workspace(task.id).await.id);
    }
    f.change(ids[1], WorkspaceStatus::Discarded).await;
    f.change(ids[3], WorkspaceStatus::Discarded).await;
    ids.reverse();
    let list = async |status: &[WorkspaceStatus], page: &PageRequest| {
        f.db.project_workspaces(&f.alice, project.id, status, page).await.unwrap()
    };
    let found: Vec<_> = list(&[], &all()).await.items.iter().map(|workspace| workspace.id).collect();
    assert_eq!(found, ids);
    let first = list(&[WorkspaceStatus::Discarded], &PageRequest::new(Some(1), None)).await;
    assert_eq!(first.items[0].id, ids[1]);
    let second = list(&[WorkspaceStatus::Discarded], &PageRequest::new(Some(1), first.next_cursor)).await;
    assert_eq!((second.items[0].id, second.next_cursor), (ids[3], None));
}

async fn a_forgotten_workspace_takes_everything_of_it_along(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let (kept, gone) = (f.workspace(task.id).await, f.workspace(task.id).await);
    let (older, _) = f.session(kept.id).await;
    let (session, message) = f.session(gone.id).await;
    f.append(session.id, &[crate::fixture::said(1, "hello")]).await;
    f.change(gone.id, WorkspaceStatus::Discarded).await;
    f.db.delete_workspace(&f.act("workspace.purge"), gone.id).await.unwrap();
    assert_eq!(f.db.workspace(&f.alice, gone.id).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(f.db.session(&f.alice, session.id).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(f.db.message(&f.alice, message.id).await.unwrap_err().kind, ErrorKind::NotFound);
    let entries = f.db.entries(&f.alice, session.id, EntryRange::After(0), 10).await;
    assert_eq!(entries.unwrap_err().kind, ErrorKind::NotFound);
    let task = f.db.task(&f.alice, task.id).await.unwrap();
    assert_eq!(task.latest_session.map(|latest| latest.id), Some(older.id));
}
