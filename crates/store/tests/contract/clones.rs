//! Each user's own clone of a repository at a remote.

use switchyard_domain::repo::{CloneChange, CloneStatus, NewPlace, NewRepo, Repo, RepoClone, RepoPlace};
use switchyard_domain::store::*;
use switchyard_domain::{Role, Scope};

use crate::fixture::{Fixture, new_repo};

crate::scenarios! {
    a_remote_is_added_once_and_has_a_clone_when_one_is_asked_for,
    each_user_has_a_clone_of_their_own,
    a_clone_that_stays_as_it_is_tells_nobody,
    what_comes_of_an_attempt_that_is_over_is_not_noted,
    clones_that_are_being_made_are_found_at_start,
}

const URL: &str = "https://example.org/a/web";

async fn remote(f: &Fixture) -> Repo {
    let project = f.project("Shop").await;
    let place = NewPlace::Remote(URL.to_owned());
    let new = NewRepo { place, default_branch: String::new(), ..new_repo("/web") };
    f.db.create_repo(&f.act("repo.create"), project.id, &new).await.unwrap()
}

/// A clone that is being made.
pub(crate) async fn begun(f: &Fixture) -> Repo {
    let repo = remote(f).await;
    change(f, f.alice, &repo, &begin()).await
}

fn begin() -> CloneChange {
    CloneChange::Begin { folder: None }
}

fn ready(path: &str) -> CloneChange {
    ready_at(1, path)
}

fn ready_at(attempt: i64, path: &str) -> CloneChange {
    CloneChange::Ready { attempt, path: path.to_owned(), default_branch: "trunk".to_owned(), outdated: None }
}

fn failed() -> CloneChange {
    CloneChange::Failed {
        attempt: 1,
        reason: "remote_refused".to_owned(),
        error: "Add a token.\0".to_owned(),
    }
}

async fn change(f: &Fixture, scope: Scope, repo: &Repo, change: &CloneChange) -> Repo {
    let act = Act { scope, ..f.act("repo.clone") };
    f.db.change_clone(&act, repo.id, change).await.unwrap()
}

fn clone_of(repo: &Repo) -> Option<&RepoClone> {
    let RepoPlace::Remote { clone, .. } = &repo.place else { panic!("{repo:?}") };
    clone.as_ref()
}

async fn a_remote_is_added_once_and_has_a_clone_when_one_is_asked_for(f: Fixture) {
    let repo = remote(&f).await;
    assert_eq!((repo.url(), clone_of(&repo), repo.path()), (Some(URL), None, None));
    let again = NewRepo { place: NewPlace::Remote(URL.to_owned()), ..new_repo("/other") };
    let error = f.db.create_repo(&f.act("repo.create"), repo.project_id, &again).await.unwrap_err();
    assert_eq!(error.code, "repo_exists");
    let folder = Some("/chosen".to_owned());
    let begun = change(&f, f.alice, &repo, &CloneChange::Begin { folder }).await;
    let clone = clone_of(&begun).unwrap();
    assert_eq!((clone.status, clone.path.as_str(), begun.path()), (CloneStatus::Cloning, "/chosen", None));
    let refused = change(&f, f.alice, &repo, &failed()).await;
    let clone = clone_of(&refused).unwrap();
    assert_eq!((clone.status, clone.path.as_str()), (CloneStatus::Failed, "/chosen"));
    assert_eq!(clone.reason.as_deref(), Some("remote_refused"));
    assert_eq!(clone.error.as_deref(), Some("Add a token.\u{FFFD}"));
    let retried = change(&f, f.alice, &repo, &begin()).await;
    assert_eq!(clone_of(&retried).unwrap().path, "/chosen", "it is tried again where it was wanted");
    let there = change(&f, f.alice, &repo, &ready_at(2, "/chosen")).await;
    assert_eq!((there.path(), there.default_branch.as_str()), (Some("/chosen"), "trunk"));
    let folder = f.repo(repo.project_id).await;
    let error = f.db.change_clone(&f.act("repo.clone"), folder.id, &begin()).await.unwrap_err();
    assert_eq!(error.code, "repo_not_remote");
    f.db.delete_repo(&f.act("repo.delete"), there.id, there.version).await.unwrap();
}

async fn each_user_has_a_clone_of_their_own(f: Fixture) {
    let repo = remote(&f).await;
    let bob = f.colleague("Bob", Role::Member).await;
    change(&f, f.alice, &repo, &begin()).await;
    change(&f, f.alice, &repo, &ready("/alice")).await;
    let seen = f.db.repo(&bob, repo.id).await.unwrap();
    assert_eq!((clone_of(&seen), seen.default_branch.as_str()), (None, "trunk"));
    change(&f, bob, &repo, &begin()).await;
    change(&f, bob, &repo, &failed()).await;
    assert_eq!(f.db.repos(&f.alice, repo.project_id).await.unwrap()[0].path(), Some("/alice"));
    assert_eq!(clone_of(&f.db.repo(&bob, repo.id).await.unwrap()).unwrap().status, CloneStatus::Failed);
}

async fn a_clone_that_stays_as_it_is_tells_nobody(f: Fixture) {
    let repo = remote(&f).await;
    let begun = change(&f, f.alice, &repo, &begin()).await;
    let head = f.db.feed_head(&f.alice).await.unwrap();
    assert_eq!(change(&f, f.alice, &repo, &begin()).await, begun);
    assert_eq!(f.db.feed_head(&f.alice).await.unwrap(), head);
    let there = change(&f, f.alice, &repo, &ready("/alice")).await;
    assert_eq!(there.version, begun.version + 1);
    assert_eq!(f.db.feed_head(&f.alice).await.unwrap(), head + 1);
    for same in [begin(), ready("/alice")] {
        assert_eq!(change(&f, f.alice, &repo, &same).await, there);
    }
    assert_eq!(f.db.feed_head(&f.alice).await.unwrap(), head + 1);
    let (path, default_branch) = ("/alice".to_owned(), "trunk".to_owned());
    let outdated = Some("It cannot be reached.".to_owned());
    let old =
        change(&f, f.alice, &repo, &CloneChange::Ready { attempt: 1, path, default_branch, outdated }).await;
    assert_eq!(clone_of(&old).unwrap().error.as_deref(), Some("It cannot be reached."));
    assert_eq!(old.path(), Some("/alice"));
}

async fn what_comes_of_an_attempt_that_is_over_is_not_noted(f: Fixture) {
    let repo = remote(&f).await;
    assert_eq!(clone_of(&change(&f, f.alice, &repo, &ready("/never-begun")).await), None);
    change(&f, f.alice, &repo, &begin()).await;
    let cancelled = change(&f, f.alice, &repo, &CloneChange::Cancel).await;
    let clone = clone_of(&cancelled).unwrap();
    assert_eq!((clone.status, clone.reason.as_deref()), (CloneStatus::Failed, Some("clone_cancelled")));
    let act = f.act("repo.clone");
    let error = f.db.change_clone(&act, repo.id, &CloneChange::Cancel).await.unwrap_err();
    assert_eq!(error.code, "clone_not_under_way");
    for late in [ready("/late"), failed()] {
        assert_eq!(change(&f, f.alice, &repo, &late).await, cancelled);
    }
    let again = change(&f, f.alice, &repo, &begin()).await;
    assert_eq!(clone_of(&again).unwrap().attempt, 2);
    for late in [ready("/late"), failed()] {
        assert_eq!(change(&f, f.alice, &repo, &late).await, again);
    }
    let there = change(&f, f.alice, &repo, &ready_at(2, "/alice")).await;
    assert_eq!(there.path(), Some("/alice"));
}

async fn clones_that_are_being_made_are_found_at_start(f: Fixture) {
    let (first, second) = (remote(&f).await, remote(&f).await);
    change(&f, f.alice, &first, &begin()).await;
    change(&f, f.alice, &second, &begin()).await;
    change(&f, f.alice, &second, &ready("/alice")).await;
    let found = f.db.unfinished_clones().await.unwrap();
    assert!(found.contains(&(f.alice.org(), f.alice.user(), first.id)));
    assert!(found.iter().all(|(_, _, id)| *id != second.id));
}
