//! The end of the trash.

use switchyard_domain::store::*;
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{ErrorKind, Timestamp};

use crate::fixture::Fixture;

crate::scenarios! {
    only_what_its_owner_threw_away_long_enough_ago_is_expired,
    a_task_is_forgotten_when_its_time_is_up_and_no_workspace_is_left,
    a_project_is_forgotten_with_its_tasks_and_repos,
    nothing_of_another_organisation_is_forgotten,
}

async fn only_what_its_owner_threw_away_long_enough_ago_is_expired(f: Fixture) {
    let project = f.project("Shop").await;
    let (old, young) = (f.task(project.id, "Old").await, f.task(project.id, "Young").await);
    let kept = f.task(project.id, "Kept").await;
    let [gone, back, merged, late] = [
        f.workspace(kept.id).await.id,
        f.workspace(kept.id).await.id,
        f.workspace(kept.id).await.id,
        f.workspace(kept.id).await.id,
    ];
    assert_eq!(f.db.trash_owners().await.unwrap(), []);
    f.change(gone, WorkspaceStatus::Discarded).await;
    f.change(back, WorkspaceStatus::Discarded).await;
    f.change(back, WorkspaceStatus::Ready).await;
    f.change(merged, WorkspaceStatus::Merged).await;
    f.db.delete_task(&f.act("task.delete"), old.id, old.version).await.unwrap();
    let before = f.now();
    f.change(late, WorkspaceStatus::Discarded).await;
    f.db.delete_task(&f.act("task.delete"), young.id, young.version).await.unwrap();
    let found = f.db.expired(&f.alice, before).await.unwrap();
    assert_eq!(found, Expired { workspaces: vec![gone], tasks: vec![old.id], projects: vec![] });
    assert_eq!(f.db.expired(&f.mallory, f.now()).await.unwrap(), Expired::default());
    assert_eq!(f.db.trash_owners().await.unwrap(), [(f.alice.org(), f.alice.user())]);
}

async fn a_task_is_forgotten_when_its_time_is_up_and_no_workspace_is_left(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Old").await;
    let workspace = f.workspace(task.id).await.id;
    let act = f.act("task.purge_expired");
    let refused = f.db.purge_task(&act, task.id, f.now()).await.unwrap_err();
    assert_eq!(refused.code, "not_expired", "it is not deleted");
    let early = f.now();
    let version = f.db.task(&f.alice, task.id).await.unwrap().version;
    f.db.delete_task(&f.act("task.delete"), task.id, version).await.unwrap();
    assert_eq!(f.db.purge_task(&act, task.id, early).await.unwrap_err().code, "not_expired");
    let late = f.now();
    assert_eq!(f.db.purge_task(&act, task.id, late).await.unwrap_err().code, "still_in_use");
    f.change(workspace, WorkspaceStatus::Discarded).await;
    assert_eq!(f.db.purge_task(&act, task.id, late).await.unwrap_err().code, "still_in_use");
    f.db.delete_workspace(&f.act("workspace.purge"), workspace).await.unwrap();
    f.db.purge_task(&act, task.id, late).await.unwrap();
    assert_eq!(f.db.task(&f.alice, task.id).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(f.audit_log().await.last().unwrap(), r#"task.purge_expired task {"title":"Old"}"#);
    let event = f.events().await.pop().unwrap();
    assert_eq!((event.entity.as_str(), event.verb.as_str()), ("task", "deleted"));
}

async fn a_project_is_forgotten_with_its_tasks_and_repos(f: Fixture) {
    let project = f.project("Shop").await;
    f.repo(project.id).await;
    let (task, gone) = (f.task(project.id, "A").await, f.task(project.id, "B").await);
    f.db.delete_task(&f.act("task.delete"), gone.id, gone.version).await.unwrap();
    let workspace = f.workspace(task.id).await.id;
    f.db.delete_project(&f.act("project.delete"), project.id, project.version).await.unwrap();
    let (act, late) = (f.act("project.purge_expired"), f.now());
    assert_eq!(f.db.purge_project(&act, project.id, late).await.unwrap_err().code, "still_in_use");
    f.change(workspace, WorkspaceStatus::Discarded).await;
    f.db.delete_workspace(&f.act("workspace.purge"), workspace).await.unwrap();
    let refused = f.db.purge_project(&act, project.id, Timestamp::UNIX_EPOCH).await.unwrap_err();
    assert_eq!(refused.code, "not_expired");
    assert_eq!(f.db.expired(&f.alice, late).await.unwrap().projects, [project.id]);
    f.db.purge_project(&act, project.id, late).await.unwrap();
    for id in [task.id, gone.id] {
        assert_eq!(f.db.task(&f.alice, id).await.unwrap_err().kind, ErrorKind::NotFound);
    }
    assert_eq!(f.db.project(&f.alice, project.id).await.unwrap_err().kind, ErrorKind::NotFound);
    let last = f.audit_log().await.pop().unwrap();
    assert!(last.starts_with("project.purge_expired project "), "{last}");
    assert!(last.contains("Shop"), "{last}");
}

async fn nothing_of_another_organisation_is_forgotten(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Old").await;
    f.db.delete_task(&f.act("task.delete"), task.id, task.version).await.unwrap();
    f.db.delete_project(&f.act("project.delete"), project.id, project.version).await.unwrap();
    let act = f.foreign("task.purge_expired");
    assert_eq!(f.db.purge_task(&act, task.id, f.now()).await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(f.db.purge_project(&act, project.id, f.now()).await.unwrap_err().kind, ErrorKind::NotFound);
    f.db.task(&f.alice, task.id).await.unwrap();
}
