//! Clones of repos that are gone.

use switchyard_domain::repo::{CloneChange, NewPlace, NewRepo};
use switchyard_domain::runner::KeptClone;
use switchyard_domain::store::*;
use switchyard_domain::workspace::{WorkspaceRepo, WorkspaceStatus};
use switchyard_domain::{ErrorKind, ProjectId, RepoId, Role, Scope, UserId, WorkspaceId};

use crate::fixture::{Fixture, new_repo};

crate::scenarios! {
    everybodys_clones_of_a_repo_that_is_removed_are_to_be_seen_to,
    a_clone_waits_for_the_last_workspace_of_its_user,
    the_clones_of_a_project_go_with_it,
    a_clone_that_is_settled_is_told_of_once_and_to_nobody_else,
}

const URL: &str = "https://git.example/shop";

/// A repo at a remote, of which these people have clones.
async fn cloned(f: &Fixture, project: ProjectId, people: &[Scope]) -> RepoId {
    let place = NewPlace::Remote(URL.to_owned());
    let new = NewRepo { place, ..new_repo("/code/shop") };
    let repo = f.db.create_repo(&f.act("repo.create"), project, &new).await.unwrap().id;
    for scope in people {
        let begin = CloneChange::Begin { folder: None };
        f.db.change_clone(&f.act_of(*scope, "repo.clone"), repo, &begin).await.unwrap();
    }
    repo
}

async fn remove(f: &Fixture, repo: RepoId) {
    let version = f.db.repo(&f.alice, repo).await.unwrap().version;
    f.db.delete_repo(&f.act("repo.delete"), repo, version).await.unwrap();
}

/// Whose clones of a repo are to be seen to.
async fn left(f: &Fixture, repo: RepoId) -> Vec<UserId> {
    let all = f.db.removed_clones().await.unwrap().into_iter().filter(|clone| clone.repo_id == repo);
    let mut users: Vec<UserId> = all.map(|clone| clone.user_id).collect();
    users.sort();
    users
}

/// A discarded workspace of somebody's with a repo.
async fn discarded(f: &Fixture, scope: Scope, project: ProjectId, repo: RepoId) -> WorkspaceId {
    let task = f.task(project, "Fix the till").await.id;
    let id = WorkspaceId::new();
    let used = WorkspaceRepo {
        repo_id: repo,
        name: "shop".to_owned(),
        path: String::new(),
        repo_path: "/code/shop".to_owned(),
        base_branch: "main".to_owned(),
        base_commit: String::new(),
        merged_commit: None,
    };
    let (branch, base_branch) = (format!("sy/{id}"), "main".to_owned());
    let new = NewWorkspace { id, task_id: task, branch, base_branch, repos: vec![used] };
    f.db.create_workspace(&f.act_of(scope, "workspace.create"), &new).await.unwrap();
    f.change(id, WorkspaceStatus::Discarded).await;
    id
}

async fn everybodys_clones_of_a_repo_that_is_removed_are_to_be_seen_to(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let project = f.project("Shop").await.id;
    let repo = cloned(&f, project, &[f.alice, bob]).await;
    assert_eq!(left(&f, repo).await, []);
    remove(&f, repo).await;
    let mut both = [f.alice.user(), bob.user()];
    both.sort();
    assert_eq!(left(&f, repo).await, both);
    let all = f.db.removed_clones().await.unwrap();
    assert!(
        all.iter().all(|one| (one.name.as_str(), one.url.as_str(), one.tries) == ("shop", URL, 0)),
        "{all:?}"
    );
    // A folder is its owner's, and is left alone.
    let folder = f.repo(project).await.id;
    remove(&f, folder).await;
    assert_eq!(left(&f, folder).await, []);
}

async fn a_clone_waits_for_the_last_workspace_of_its_user(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let project = f.project("Shop").await.id;
    let repo = cloned(&f, project, &[f.alice, bob]).await;
    let workspace = discarded(&f, bob, project, repo).await;
    remove(&f, repo).await;
    assert_eq!(left(&f, repo).await, [f.alice.user()], "Bob's is in his trash");
    f.db.delete_workspace(&f.act_of(bob, "workspace.purge"), workspace).await.unwrap();
    assert_eq!(left(&f, repo).await.len(), 2);
}

async fn the_clones_of_a_project_go_with_it(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let project = f.project("Shop").await.id;
    let repo = cloned(&f, project, &[f.alice, bob]).await;
    f.db.delete_project(&f.act("project.delete"), project, 1).await.unwrap();
    assert_eq!(left(&f, repo).await, [], "it can be restored");
    f.db.purge_project(&f.act("project.purge"), project, f.later(60)).await.unwrap();
    assert_eq!(left(&f, repo).await.len(), 2);
}

async fn a_clone_that_is_settled_is_told_of_once_and_to_nobody_else(f: Fixture) {
    let bob = f.colleague("Bob", Role::Member).await;
    let project = f.project("Shop").await.id;
    let repo = cloned(&f, project, &[f.alice, bob]).await;
    remove(&f, repo).await;
    let settle = async |scope: Scope, action, settled| {
        f.db.settle_clone(&f.act_of(scope, action), repo, settled).await
    };
    let foreign = settle(f.mallory, "repo.remove_clone", CloneSettled::Removed).await.unwrap_err();
    assert_eq!(foreign.kind, ErrorKind::NotFound);
    let log = f.audit_log().await.len();
    settle(f.alice, "repo.remove_clone", CloneSettled::Later).await.unwrap();
    let tries: Vec<i64> = f.db.removed_clones().await.unwrap().iter().map(|clone| clone.tries).collect();
    assert_eq!(tries, [0, 1], "whoever was asked less often comes first");
    settle(f.alice, "repo.remove_clone", CloneSettled::Removed).await.unwrap();
    assert_eq!(left(&f, repo).await, [bob.user()]);
    settle(bob, "repo.keep_clone", CloneSettled::Kept(KeptClone::Commits)).await.unwrap();
    assert_eq!(left(&f, repo).await, []);
    let again = settle(bob, "repo.keep_clone", CloneSettled::Kept(KeptClone::Commits)).await.unwrap_err();
    assert_eq!(format!("{again:?}"), format!("{foreign:?}"));
    let log = f.audit_log().await.split_off(log);
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(
        log[0].starts_with("repo.remove_clone repo ") && log[1].starts_with("repo.keep_clone repo "),
        "{log:?}"
    );
    assert!(log[1].contains("commits") && log[1].contains(URL), "{log:?}");
}
