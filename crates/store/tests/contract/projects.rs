//! Projects and repos.

use switchyard_domain::project::{ProjectPatch, ProjectSettings};
use switchyard_domain::store::*;
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{ErrorKind, PageRequest, RepoId};

use crate::fixture::{Fixture, all, new_repo, new_task};

crate::scenarios! {
    a_project_is_read_back_as_it_was_made,
    projects_come_in_order_of_name_whatever_its_case_and_page_by_page,
    a_project_can_be_renamed_archived_deleted_and_restored,
    a_change_that_changes_nothing_leaves_version_and_feed_alone,
    a_stale_change_is_refused_and_audited,
    a_project_counts_its_living_tasks_by_status,
    nothing_can_be_made_in_a_deleted_project,
    a_second_creation_under_the_same_key_answers_with_the_first,
    a_repository_is_added_once_and_names_never_clash,
    a_repository_in_use_stays,
}

async fn a_project_is_read_back_as_it_was_made(f: Fixture) {
    let settings = ProjectSettings {
        setup_script: Some("npm ci\n# \u{1F680} ünïcode".to_owned()),
        copy_files: vec![".env*".to_owned()],
        default_agent: Some(crate::fixture::agent()),
        ..ProjectSettings::default()
    };
    let made = f.db.create_project(&f.act("project.create"), "Shop", &settings).await.unwrap();
    assert_eq!((made.name.as_str(), &made.settings, made.version), ("Shop", &settings, 1));
    assert_eq!(made.created_by, f.alice.user());
    assert_eq!(f.db.project(&f.alice, made.id).await.unwrap(), made);
}

async fn projects_come_in_order_of_name_whatever_its_case_and_page_by_page(f: Fixture) {
    for name in ["pear", "Apple", "Äpfel", "apple", "Zebra", "banana"] {
        f.project(name).await;
    }
    let mut names = Vec::new();
    let mut page = PageRequest::new(Some(2), None);
    loop {
        let found = f.db.projects(&f.alice, false, &page).await.unwrap();
        assert!(found.items.len() <= 2);
        names.extend(found.items.into_iter().map(|project| project.name));
        match found.next_cursor {
            Some(cursor) => page.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(names, ["Apple", "apple", "banana", "pear", "Zebra", "Äpfel"]);
}

async fn a_project_can_be_renamed_archived_deleted_and_restored(f: Fixture) {
    let project = f.project("Shop").await;
    let patch =
        ProjectPatch { name: Some("Store".to_owned()), archived: Some(true), ..ProjectPatch::default() };
    let act = f.act("project.update");
    let changed = f.db.update_project(&act, project.id, 1, &patch).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.version, changed.archived_at), ("Store", 2, Some(act.at)));
    assert!(f.db.projects(&f.alice, false, &all()).await.unwrap().items.is_empty());
    assert_eq!(f.db.projects(&f.alice, true, &all()).await.unwrap().items, [changed]);

    f.db.delete_project(&f.act("project.delete"), project.id, 2).await.unwrap();
    assert!(f.db.projects(&f.alice, true, &all()).await.unwrap().items.is_empty());
    let deleted = f.db.project(&f.alice, project.id).await.unwrap();
    assert!(deleted.deleted_at.is_some());
    let error = f.db.update_project(&f.act("project.update"), project.id, 3, &patch).await.unwrap_err();
    assert_eq!(error.code, "deleted");

    let restored = f.db.restore_project(&f.act("project.restore"), project.id).await.unwrap();
    assert_eq!((restored.deleted_at, restored.version), (None, 4));
}

async fn a_change_that_changes_nothing_leaves_version_and_feed_alone(f: Fixture) {
    let project = f.project("Shop").await;
    let head = f.head().await;
    let patch =
        ProjectPatch { name: Some("Shop".to_owned()), archived: Some(false), ..ProjectPatch::default() };
    let same = f.db.update_project(&f.act("project.update"), project.id, 1, &patch).await.unwrap();
    assert_eq!((same, f.head().await), (project, head));
}

async fn a_stale_change_is_refused_and_audited(f: Fixture) {
    let project = f.project("Shop").await;
    let patch = ProjectPatch { name: Some("Mine".to_owned()), ..ProjectPatch::default() };
    f.db.update_project(&f.act("project.update"), project.id, 1, &patch).await.unwrap();
    let head = f.head().await;
    let theirs = ProjectPatch { name: Some("Theirs".to_owned()), ..ProjectPatch::default() };
    let error = f.db.update_project(&f.act("project.update"), project.id, 1, &theirs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale);
    let error = f.db.delete_project(&f.act("project.delete"), project.id, 1).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale);
    assert_eq!(f.db.project(&f.alice, project.id).await.unwrap().name, "Mine");
    assert_eq!(f.head().await, head);
    let log = f.audit_log().await;
    assert_eq!(log[0], r#"project.create project {"name":"Shop"}"#);
    assert_eq!(log[1], r#"project.update project {"fields":"name"}"#);
    assert_eq!(log[2..], ["project.update.stale project {}", "project.delete.stale project {}"]);
}

async fn a_project_counts_its_living_tasks_by_status(f: Fixture) {
    let project = f.project("Shop").await;
    for (title, status) in [("a", 0), ("b", 0), ("c", 3), ("d", 4)] {
        let status = switchyard_domain::task::TaskStatus::ALL[status];
        let new = switchyard_domain::task::NewTask { status, ..new_task(title) };
        f.db.create_task(&f.act("task.create"), project.id, &new).await.unwrap();
    }
    let gone = f.task(project.id, "gone").await;
    f.db.delete_task(&f.act("task.delete"), gone.id, 1).await.unwrap();
    assert_eq!(f.db.project(&f.alice, project.id).await.unwrap().task_counts, [2, 0, 0, 1, 1]);
    assert_eq!(f.db.projects(&f.alice, false, &all()).await.unwrap().items[0].task_counts, [2, 0, 0, 1, 1]);
}

async fn nothing_can_be_made_in_a_deleted_project(f: Fixture) {
    let project = f.project("Shop").await;
    f.db.delete_project(&f.act("project.delete"), project.id, 1).await.unwrap();
    let error = f.db.create_task(&f.act("task.create"), project.id, &new_task("late")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    let error = f.db.create_repo(&f.act("repo.create"), project.id, &new_repo("/code")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

async fn a_second_creation_under_the_same_key_answers_with_the_first(f: Fixture) {
    let settings = ProjectSettings::default();
    let first = f.db.create_project(&f.keyed("project.create", "k1"), "Shop", &settings).await.unwrap();
    let again = f.db.create_project(&f.keyed("project.create", "k1"), "Other", &settings).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(f.db.projects(&f.alice, false, &all()).await.unwrap().items.len(), 1);

    let error = f.db.create_task(&f.keyed("task.create", "k1"), first.id, &new_task("x")).await.unwrap_err();
    assert_eq!(error.code, "idempotency_key_reused");
    let error =
        f.db.create_project(&f.keyed("project.create", &"k".repeat(201)), "Long", &settings)
            .await
            .unwrap_err();
    assert_eq!(error.field, Some("idempotency_key"));

    let foreign = Act { idempotency_key: Some("k1".to_owned()), ..f.foreign("project.create") };
    let other = f.db.create_project(&foreign, "Shop", &settings).await.unwrap();
    assert_ne!(other.id, first.id, "a key belongs to its user");
}

async fn a_repository_is_added_once_and_names_never_clash(f: Fixture) {
    let project = f.project("Shop").await;
    let add = async |root: &str| f.db.create_repo(&f.act("repo.create"), project.id, &new_repo(root)).await;
    let first = add("/a/web").await.unwrap();
    let second = add("/b/web").await.unwrap();
    let third = add("/c/web").await.unwrap();
    assert_eq!([&*first.name, &*second.name, &*third.name], ["web", "web-2", "web-3"]);
    assert_eq!(add("/a/web").await.unwrap_err().code, "repo_exists");
    assert_eq!(f.db.repos(&f.alice, project.id).await.unwrap(), [first.clone(), second, third]);
    f.db.delete_repo(&f.act("repo.delete"), first.id, first.version).await.unwrap();
    assert_eq!(add("/a/web").await.unwrap().name, "web");
    let long = format!("/{}", "deep/".repeat(800));
    assert_eq!(add(&long).await.unwrap().name, "deep");
}

async fn a_repository_in_use_stays(f: Fixture) {
    let project = f.project("Shop").await;
    let repo = f.repo(project.id).await;
    let task = f.task(project.id, "Fix").await;
    let workspace = f.workspace(task.id).await;
    let mut repos = workspace.repos.clone();
    repos[0].repo_id = repo.id;
    let change = WorkspaceChange { repos: Some(repos), ..WorkspaceChange::default() };
    f.db.change_workspace(&f.act("workspace.change"), workspace.id, &change).await.unwrap();

    let error = f.db.delete_repo(&f.act("repo.delete"), repo.id, 1).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "repo_in_use"));
    f.change(workspace.id, WorkspaceStatus::Discarded).await;
    f.db.delete_repo(&f.act("repo.delete"), repo.id, 1).await.unwrap();
    let missing = f.db.repo(&f.alice, repo.id).await.unwrap_err();
    assert_eq!(
        format!("{missing:?}"),
        format!("{:?}", f.db.repo(&f.alice, RepoId::new()).await.unwrap_err())
    );
}
