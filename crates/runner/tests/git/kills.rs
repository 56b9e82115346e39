//! A kill after each step of each operation, followed by what a new runner does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use switchyard_domain::Result;
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::{CheckpointReason, MergeStrategy, OnConflict, UpdateStrategy};
use switchyard_runner::workspace::{Steps, Workspaces};

use crate::harness::{Bench, contents, spec};

/// Workspaces that are killed after `steps` steps: a panic runs no code of ours on its way out.
pub(crate) fn killed_after(bench: &Bench, steps: usize) -> Workspaces {
    let left = Arc::new(AtomicUsize::new(steps));
    bench.workspaces.clone().with_steps(Steps::observed(move |step| {
        if left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::panic::panic_any(format!("killed after `{step}`"));
        }
    }))
}

pub(crate) fn was_killed<T>(outcome: &Result<T>) -> bool {
    outcome
        .as_ref()
        .err()
        .and_then(|error| error.source.as_ref())
        .is_some_and(|source| source.to_string().contains("killed"))
}

/// Runs `operation` again and again on a bench of its own, killed after the first step, the second …, until it gets
/// through; `check` sees each killed one after a new runner has recovered.
async fn killed_everywhere<T>(
    prepare: impl AsyncFn() -> Bench,
    operation: impl AsyncFn(&Workspaces, &WorkspaceSite) -> Result<T>,
    check: impl AsyncFn(&Bench, usize),
) {
    for steps in 1..100 {
        let mut bench = prepare().await;
        let outcome = operation(&killed_after(&bench, steps), &bench.site).await;
        if let Err(error) = &outcome
            && !was_killed(&outcome)
        {
            panic!("after {steps} steps: {error:?}");
        }
        let done = outcome.is_ok();
        bench.restart().await;
        for recovered in bench.workspaces.recover().await.unwrap() {
            assert!(recovered.error.is_none(), "after {steps} steps: {:?}", recovered.error);
        }
        check(&bench, steps).await;
        if done {
            assert!(steps > 2, "the operation has no steps to be killed at");
            return;
        }
    }
    panic!("the operation never gets through");
}

async fn two_repos() -> Bench {
    let mut bench = Bench::new().await;
    let second = bench.repo.folder().join("second");
    std::fs::create_dir(&second).unwrap();
    bench.repo.git_in(&second, ["init", "--quiet", "--initial-branch=main"]);
    bench.repo.git_in(&second, ["commit", "--quiet", "--allow-empty", "-m", "Start"]);
    bench.site.repos.push(spec("second", &second));
    bench
}

fn work(bench: &Bench) {
    bench.write(".gitignore", "ignored/\n");
    bench.write("committed.txt", "c");
    bench.commit("Work");
    bench.write("staged.txt", "s1");
    bench.git(["add", "staged.txt"]);
    bench.write("staged.txt", "s2");
    bench.write("untracked.txt", "u");
    bench.write("ignored/i.txt", "i");
}

async fn worked() -> Bench {
    let bench = two_repos().await;
    bench.make().await;
    work(&bench);
    bench
}

/// A move that was killed and taken up again says what it was for, and never that somebody asked for a checkpoint.
async fn only_these_reasons(bench: &Bench, reasons: [CheckpointReason; 2]) {
    let taken = bench.workspaces.checkpoints(&bench.site).await.unwrap();
    assert!(taken.iter().rev().skip(1).all(|checkpoint| checkpoint.reason == reasons[1]), "{taken:?}");
    assert!(taken.last().is_none_or(|first| first.reason == reasons[0]), "{taken:?}");
}

type State = (BTreeMap<String, String>, String, Option<String>);

fn state(bench: &Bench) -> State {
    let status = bench.git(["status", "--porcelain=v2", "--untracked-files=all", "--ignored"]);
    (contents(&bench.workspaces.folder(&bench.site)), status, bench.tip())
}

#[tokio::test]
async fn a_killed_make_is_finished() {
    let globs = [".env".to_owned()];
    let prepare = async || {
        let bench = two_repos().await;
        bench.repo.write(".gitignore", ".env\n");
        bench.repo.commit("Ignore");
        bench.repo.write(".env", "S=1");
        bench
    };
    let make = async |workspaces: &Workspaces, site: &WorkspaceSite| workspaces.make(site, &globs).await;
    killed_everywhere(prepare, make, async |bench, steps| {
        bench.workspaces.make(&bench.site, &globs).await.unwrap_or_else(|error| panic!("{steps}: {error:?}"));
        assert_eq!(bench.git(["status", "--porcelain"]), "");
        assert_eq!(bench.read("README.md"), "# A project\n");
        assert_eq!(bench.read(".env"), "S=1");
        assert_eq!(bench.repo.git(["worktree", "list"]).lines().count(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_make_that_was_killed_within_git_is_finished_too() {
    let mut bench = two_repos().await;
    let killed = killed_after(&bench, 1).make(&bench.site, &[]).await;
    assert!(was_killed(&killed));
    // As git leaves it when it is killed between making the branch, the entry and the folder's `.git` file.
    let tree = bench.tree();
    bench.repo.git([
        "worktree",
        "add",
        "--quiet",
        "--no-checkout",
        "-b",
        &bench.site.branch,
        tree.to_str().unwrap(),
    ]);
    let admin = bench.repo.path().join(".git/worktrees/project");
    std::fs::write(admin.join("locked"), "initializing").unwrap();
    std::fs::write(admin.join("index.lock"), "").unwrap();
    bench.restart().await;
    assert!(bench.workspaces.recover().await.unwrap().iter().all(|recovered| recovered.error.is_none()));
    assert_eq!(bench.git(["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_killed_discard_is_finished_or_not_begun_and_nothing_is_lost() {
    let discard = async |workspaces: &Workspaces, site: &WorkspaceSite| workspaces.discard(site, None).await;
    let expected = state(&worked().await).0;
    killed_everywhere(worked, discard, async |bench, steps| {
        let folder = bench.workspaces.folder(&bench.site);
        if folder.exists() {
            assert_eq!(contents(&folder), expected, "{steps}");
            bench.workspaces.discard(&bench.site, None).await.unwrap();
        }
        assert!(!folder.exists());
        bench.workspaces.restore(&bench.site).await.unwrap();
        assert_eq!(contents(&folder), expected, "{steps}");
        assert_eq!(bench.git(["diff", "--cached", "--name-only"]), "staged.txt");
        assert_eq!(bench.git(["symbolic-ref", "--short", "HEAD"]), bench.site.branch);
        assert_eq!(bench.git(["log", "-1", "--format=%s"]), "Work");
    })
    .await;
}

#[tokio::test]
async fn a_killed_restore_is_finished_and_nothing_is_lost() {
    let prepare = async || {
        let bench = worked().await;
        bench.workspaces.discard(&bench.site, None).await.unwrap();
        bench
    };
    let restore = async |workspaces: &Workspaces, site: &WorkspaceSite| workspaces.restore(site).await;
    let expected = state(&worked().await).0;
    killed_everywhere(prepare, restore, async |bench, steps| {
        assert_eq!(contents(&bench.workspaces.folder(&bench.site)), expected, "{steps}");
        bench.workspaces.restore(&bench.site).await.unwrap();
        assert_eq!(bench.git(["diff", "--cached", "--name-only"]), "staged.txt");
        assert_eq!(bench.git(["symbolic-ref", "--short", "HEAD"]), bench.site.branch);
    })
    .await;
}

#[tokio::test]
async fn a_killed_purge_is_finished() {
    let prepare = async || {
        let bench = worked().await;
        bench.workspaces.discard(&bench.site, None).await.unwrap();
        bench
    };
    let purge =
        async |workspaces: &Workspaces, site: &WorkspaceSite| workspaces.purge(site, &site.branch).await;
    killed_everywhere(prepare, purge, async |bench, _| {
        bench.workspaces.purge(&bench.site, &bench.site.branch).await.unwrap();
        assert_eq!(bench.repo.git(["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
        assert_eq!(bench.repo.git(["worktree", "list"]).lines().count(), 1);
        assert!(bench.workspaces.orphans().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_killed_merge_is_finished_or_not_begun() {
    for strategy in MergeStrategy::ALL {
        let prepare = async || {
            let bench = worked().await;
            let second = bench.workspaces.folder(&bench.site).join("second");
            switchyard_testkit::repo::write(&second.join("s.txt"), "second");
            bench.repo.write("base.txt", "b");
            bench.repo.commit("On the base");
            bench.repo.write("README.md", "my own edit, not committed");
            bench
        };
        let merge = async |workspaces: &Workspaces, site: &WorkspaceSite| {
            workspaces.merge(site, strategy, "Merge").await
        };
        killed_everywhere(prepare, merge, async |bench, steps| {
            let work = contents(&bench.workspaces.folder(&bench.site));
            assert_eq!(work["project/untracked.txt"], "false u", "{steps}");
            assert_eq!(work["project/staged.txt"], "false s2");
            assert_eq!(bench.repo.git(["status", "--porcelain"]), " M README.md", "{steps}");
            let merged = bench.workspaces.merge(&bench.site, strategy, "Merge").await.unwrap();
            assert_eq!(merged.commits.len(), 2);
            assert_eq!(bench.repo.git(["rev-parse", "main"]), merged.commits[0].commit);
            assert_eq!(bench.repo.git(["status", "--porcelain"]), " M README.md", "{steps}");
            assert_eq!(std::fs::read_to_string(bench.repo.path().join("untracked.txt")).unwrap(), "u");
            let subjects = bench.repo.git(["log", "--first-parent", "--format=%s", "main"]);
            assert_eq!(subjects.lines().filter(|line| *line == "Merge").count(), 1, "{steps}: {subjects}");
            assert_eq!(bench.git(["status", "--porcelain"]), "");
        })
        .await;
    }
}

#[tokio::test]
async fn a_killed_rewind_is_finished_or_not_begun_and_can_be_undone() {
    let prepare = async || {
        let bench = worked().await;
        bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
        bench.write("committed.txt", "changed");
        bench.write("later.txt", "later");
        bench.commit("Later");
        std::fs::remove_file(bench.tree().join("untracked.txt")).unwrap();
        bench
    };
    let (before, after) = (state(&worked().await).0, state(&prepare().await).0);
    let rewind = async |workspaces: &Workspaces, site: &WorkspaceSite| workspaces.rewind(site, 1).await;
    killed_everywhere(prepare, rewind, async |bench, steps| {
        only_these_reasons(bench, [CheckpointReason::Manual, CheckpointReason::Rewind]).await;
        let folder = bench.workspaces.folder(&bench.site);
        let now = contents(&folder);
        assert!(now == before || now == after, "{steps}: {now:?}");
        bench.workspaces.rewind(&bench.site, 1).await.unwrap();
        assert_eq!(contents(&folder), before);
        assert_eq!(bench.git(["log", "-1", "--format=%s"]), "Work");
        assert_eq!(bench.git(["diff", "--cached", "--name-only"]), "staged.txt");
        bench.workspaces.rewind(&bench.site, 2).await.unwrap();
        assert_eq!(contents(&folder), after, "{steps}");
    })
    .await;
}

#[tokio::test]
async fn a_killed_update_is_finished_or_not_begun() {
    let prepare = async || {
        let bench = worked().await;
        bench.repo.write("news.txt", "n");
        bench.repo.commit("News");
        bench
    };
    let update = async |workspaces: &Workspaces, site: &WorkspaceSite| {
        workspaces.update(site, UpdateStrategy::Rebase, OnConflict::Abort).await
    };
    killed_everywhere(prepare, update, async |bench, steps| {
        only_these_reasons(bench, [CheckpointReason::Rebase, CheckpointReason::Rebase]).await;
        bench.workspaces.update(&bench.site, UpdateStrategy::Rebase, OnConflict::Abort).await.unwrap();
        assert_eq!(bench.read("news.txt"), "n", "{steps}");
        assert_eq!(bench.read("untracked.txt"), "u");
        assert_eq!(bench.git(["status", "--porcelain"]), "?? staged.txt\n?? untracked.txt");
        assert_eq!(bench.git(["log", "--format=%s", "-3"]), "Work\nNews\nStart");
    })
    .await;
}

/// Leaves a lock as a killed git does.
fn lock(path: &std::path::Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "").unwrap();
}

#[tokio::test]
async fn locks_that_a_killed_git_left_are_removed_and_a_living_gits_are_not() {
    let mut bench = worked().await;
    let git = bench.repo.path().join(".git");
    let own = [
        git.join("worktrees/project/HEAD.lock"),
        git.join("worktrees/project/index.lock"),
        git.join(format!("refs/heads/{}.lock", bench.site.branch)),
        git.join(format!("refs/switchyard/workspaces/{}/checkpoints/1.lock", bench.site.id)),
    ];
    let foreign = [git.join("index.lock"), git.join("refs/heads/main.lock")];
    own.iter().chain(&foreign).for_each(|path| lock(path));
    bench.restart().await;
    assert!(bench.workspaces.recover().await.unwrap().is_empty());
    assert!(own.iter().all(|path| !path.exists()), "{own:?}");
    assert!(foreign.iter().all(|path| path.exists()), "nothing was under way that could have made them");
    foreign.iter().for_each(|path| std::fs::remove_file(path).unwrap());
    bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();

    // Waits for its input for as long as we like.
    let mut living = std::process::Command::new("git")
        .args(["cat-file", "--batch"])
        .current_dir(bench.tree())
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    lock(&own[0]);
    bench.restart().await;
    bench.workspaces.recover().await.unwrap();
    assert!(own[0].exists(), "its maker may be at work");
    drop(living.stdin.take());
    living.wait().unwrap();
    bench.workspaces.recover().await.unwrap();
    assert!(!own[0].exists());
}

#[tokio::test]
async fn a_merge_whose_git_was_killed_with_the_base_locked_is_finished() {
    let mut bench = Bench::made().await;
    bench.write("work.txt", "w");
    bench.commit("Work");
    // It is planned by then, and nothing of the base is changed.
    let killed = killed_after(&bench, 2).merge(&bench.site, MergeStrategy::Squash, "Merge").await;
    assert!(was_killed(&killed));
    let git = bench.repo.path().join(".git");
    for name in ["HEAD.lock", "index.lock", "refs/heads/main.lock", "packed-refs.lock"] {
        lock(&git.join(name));
    }
    bench.restart().await;
    for recovered in bench.workspaces.recover().await.unwrap() {
        assert!(recovered.error.is_none(), "{:?}", recovered.error);
    }
    bench.workspaces.merge(&bench.site, MergeStrategy::Squash, "Merge").await.unwrap();
    assert_eq!(bench.repo.git(["log", "-1", "--format=%s", "main"]), "Merge");
    assert_eq!(bench.repo.git(["status", "--porcelain"]), "");
}

#[tokio::test]
async fn an_operation_runs_to_its_end_when_the_caller_goes_away() {
    let bench = Bench::new().await;
    let long: String = "x".repeat(1000);
    for number in 0..300 {
        bench.repo.write(format!("{number}.txt"), &long);
    }
    bench.repo.commit("Files");
    let making = bench.workspaces.make(&bench.site, &[]);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(1), making).await.is_err());
    bench.make().await;
    assert_eq!(bench.git(["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_told_and_stops_no_other() {
    let mut bench = Bench::made().await;
    let root = bench.repo.folder().join("workspaces").join(bench.site.user_id.to_string());
    let broken =
        root.join(".switchyard/operations").join(format!("{}.json", switchyard_domain::WorkspaceId::new()));
    std::fs::write(broken, "{ torn").unwrap();
    bench.restart().await;
    assert!(bench.workspaces.recover().await.unwrap().is_empty());
    bench.workspaces.diff(&bench.site, None).await.unwrap();
    let told = bench.workspaces.orphans().await;
    assert!(told.is_err());
}
