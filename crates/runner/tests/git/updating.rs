use switchyard_domain::workspace::{OnConflict, UpdateStatus, UpdateStrategy};

use crate::harness::{Bench, contents};

#[tokio::test]
async fn a_base_without_news_changes_nothing() {
    let bench = Bench::made().await;
    bench.write("x", "x");
    for strategy in UpdateStrategy::ALL {
        let updated = bench.workspaces.update(&bench.site, strategy, OnConflict::Keep).await.unwrap();
        assert_eq!(updated.status, UpdateStatus::UpToDate);
    }
}

#[tokio::test]
async fn news_comes_in_and_uncommitted_work_stays_uncommitted() {
    for strategy in UpdateStrategy::ALL {
        let bench = Bench::new().await;
        bench.repo.write("text.txt", "1\n2\n3\n4\n5\n6\n7\n");
        bench.repo.commit("Text");
        bench.make().await;
        bench.write("work.txt", "w");
        bench.commit("Work");
        bench.write("text.txt", "1\n2\n3\n4\n5\n6\nseven\n");
        bench.write("new.txt", "n");
        bench.repo.write("text.txt", "one\n2\n3\n4\n5\n6\n7\n");
        let base = bench.repo.commit("News");
        let updated = bench.workspaces.update(&bench.site, strategy, OnConflict::Abort).await.unwrap();
        assert_eq!(updated.status, UpdateStatus::Updated);
        assert_eq!(bench.read("text.txt"), "one\n2\n3\n4\n5\n6\nseven\n");
        assert_eq!(bench.git(["status", "--porcelain"]), " M text.txt\n?? new.txt");
        bench.git(["merge-base", "--is-ancestor", &base, "HEAD"]);
        let parents = bench.git(["log", "-1", "--format=%P"]);
        assert_eq!(parents.split(' ').count(), if strategy == UpdateStrategy::Merge { 2 } else { 1 });
        assert_eq!(bench.git(["symbolic-ref", "--short", "HEAD"]), bench.site.branch);
    }
}

#[tokio::test]
async fn a_branch_without_commits_simply_moves_up() {
    let bench = Bench::made().await;
    let base = bench.repo.commit("News");
    bench.workspaces.update(&bench.site, UpdateStrategy::Merge, OnConflict::Abort).await.unwrap();
    assert_eq!(bench.tip(), Some(base));
}

/// A workspace whose commit and whose uncommitted file both conflict with the base.
async fn conflicting() -> Bench {
    let bench = Bench::made().await;
    bench.write("README.md", "ours\n");
    bench.commit("Ours");
    bench.write("other.txt", "uncommitted\n");
    bench.repo.write("README.md", "theirs\n");
    bench.repo.commit("Theirs");
    bench
}

#[tokio::test]
async fn an_aborted_update_leaves_everything_as_it_was() {
    for strategy in UpdateStrategy::ALL {
        let bench = conflicting().await;
        let state = || (contents(&bench.tree()), bench.git(["status", "--porcelain"]), bench.tip());
        let before = state();
        let updated = bench.workspaces.update(&bench.site, strategy, OnConflict::Abort).await.unwrap();
        assert_eq!(updated.status, UpdateStatus::Conflicts);
        assert_eq!(updated.conflicts[0].path, "README.md");
        assert_eq!(state(), before);
    }
}

#[tokio::test]
async fn kept_conflicts_stand_in_the_files_until_a_commit_concludes_them() {
    for strategy in UpdateStrategy::ALL {
        let bench = conflicting().await;
        let updated = bench.workspaces.update(&bench.site, strategy, OnConflict::Keep).await.unwrap();
        assert_eq!(updated.status, UpdateStatus::Conflicts);
        assert!(
            bench.read("README.md").contains("<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> refs/heads/main")
        );
        assert_eq!(bench.read("other.txt"), "uncommitted\n");
        let diff = bench.workspaces.diff(&bench.site, None).await.unwrap();
        assert_eq!(diff.conflicts, updated.conflicts);
        let again = bench.workspaces.update(&bench.site, strategy, OnConflict::Keep).await.unwrap_err();
        assert_eq!(again.code, "merge_in_progress");
        let error = bench.workspaces.commit(&bench.site, "Too early").await.unwrap_err();
        assert_eq!((error.code, error.conflicts.len()), ("unresolved_conflicts", 1));
        bench.write("README.md", "both\n");
        let commits = bench.workspaces.commit(&bench.site, "Resolved").await.unwrap();
        assert_eq!(Some(commits[0].commit.clone()), bench.tip());
        assert_eq!(bench.git(["log", "-1", "--format=%P"]).split(' ').count(), 2);
        assert_eq!(bench.git(["status", "--porcelain"]), "");
        let merged =
            bench.workspaces.merge(&bench.site, switchyard_domain::workspace::MergeStrategy::Squash, "Done");
        merged.await.unwrap();
        assert_eq!(std::fs::read_to_string(bench.repo.path().join("README.md")).unwrap(), "both\n");
    }
}

#[tokio::test]
async fn an_ignored_file_that_the_news_replaces_is_in_a_checkpoint() {
    let bench = Bench::new().await;
    bench.repo.write(".gitignore", "local.txt\n");
    bench.repo.commit("Ignore");
    bench.make().await;
    bench.write("local.txt", "mine");
    bench.repo.write("local.txt", "the base's");
    bench.repo.git(["add", "--force", "local.txt"]);
    bench.repo.commit("Now tracked");
    bench.workspaces.update(&bench.site, UpdateStrategy::Merge, OnConflict::Abort).await.unwrap();
    assert_eq!(bench.read("local.txt"), "the base's");
    let last = bench.workspaces.checkpoints(&bench.site).await.unwrap().remove(0);
    assert_eq!(bench.git(["show", &format!("{}:local.txt", last.commits[0].commit)]), "mine");
}

#[tokio::test]
async fn a_commit_takes_everything_and_nothing_is_no_commit() {
    let bench = Bench::made().await;
    assert!(bench.workspaces.commit(&bench.site, "Nothing").await.unwrap().is_empty());
    assert_eq!(bench.workspaces.commit(&bench.site, "  ").await.unwrap_err().field, Some("message"));
    bench.write("a", "a");
    std::fs::remove_file(bench.tree().join("README.md")).unwrap();
    let commits = bench.workspaces.commit(&bench.site, "Work\n\n# not a comment").await.unwrap();
    assert_eq!(Some(commits[0].commit.clone()), bench.tip());
    assert_eq!(bench.git(["log", "-1", "--format=%B"]), "Work\n\n# not a comment");
    assert_eq!(bench.git(["ls-files"]), "a");
}

#[tokio::test]
async fn a_lock_that_another_git_holds_is_told() {
    let bench = Bench::made().await;
    bench.write("a", "a");
    let lock = bench.git(["rev-parse", "--git-path", "index.lock"]);
    std::fs::write(&lock, "").unwrap();
    assert_eq!(bench.workspaces.commit(&bench.site, "A").await.unwrap_err().code, "repository_locked");
    std::fs::remove_file(&lock).unwrap();
    bench.workspaces.commit(&bench.site, "A").await.unwrap();
}
