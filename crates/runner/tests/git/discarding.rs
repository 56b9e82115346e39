use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::CheckpointReason;
use switchyard_runner::workspace::Cleanup;

use crate::harness::{Bench, contents};

/// Work of every kind: committed, staged, unstaged, untracked, ignored.
fn work(bench: &Bench) {
    bench.write(".gitignore", "ignored/\n");
    bench.write("committed.txt", "c");
    bench.commit("Work");
    bench.write("staged.txt", "s1");
    bench.git(["add", "staged.txt"]);
    bench.write("staged.txt", "s2");
    bench.write("README.md", "unstaged");
    bench.write("untracked.txt", "u");
    bench.write("ignored/deep/i.bin", [0, 159, 146, 150]);
    std::os::unix::fs::symlink("untracked.txt", bench.tree().join("link")).unwrap();
}

fn state(bench: &Bench) -> (std::collections::BTreeMap<String, String>, String, Option<String>, String) {
    let status = bench.git(["status", "--porcelain=v2", "--untracked-files=all", "--ignored"]);
    (contents(&bench.tree()), status, bench.tip(), bench.git(["rev-parse", "--symbolic-full-name", "HEAD"]))
}

#[tokio::test]
async fn what_is_discarded_comes_back_byte_for_byte() {
    let bench = Bench::made().await;
    work(&bench);
    let before = state(&bench);
    bench.workspaces.discard(&bench.site, None).await.unwrap();
    assert!(!bench.workspaces.folder(&bench.site).exists());
    assert_eq!(bench.tip(), None);
    assert_eq!(bench.workspaces.diff(&bench.site, None).await.unwrap_err().code, "workspace_discarded");
    let made = bench.workspaces.restore(&bench.site).await.unwrap();
    assert_eq!(made.repos[0].path, bench.tree().to_string_lossy());
    assert_eq!(state(&bench), before);
    bench.git(["commit", "--quiet", "-m", "Staged"]);
}

#[tokio::test]
async fn discarding_and_restoring_can_be_asked_for_again() {
    let bench = Bench::made().await;
    work(&bench);
    let before = state(&bench);
    for _ in 0..2 {
        bench.workspaces.discard(&bench.site, None).await.unwrap();
        bench.workspaces.discard(&bench.site, None).await.unwrap();
        bench.workspaces.restore(&bench.site).await.unwrap();
        bench.workspaces.restore(&bench.site).await.unwrap();
    }
    assert_eq!(state(&bench), before);
}

#[tokio::test]
async fn git_gc_in_the_repository_harms_nothing_in_the_trash() {
    let bench = Bench::made().await;
    work(&bench);
    let before = state(&bench);
    bench.workspaces.discard(&bench.site, None).await.unwrap();
    bench.repo.git(["worktree", "prune", "--expire=now"]);
    bench.repo.git(["reflog", "expire", "--expire=now", "--all"]);
    bench.repo.git(["gc", "--quiet", "--prune=now"]);
    bench.workspaces.restore(&bench.site).await.unwrap();
    assert_eq!(state(&bench), before);
}

#[tokio::test]
async fn the_branch_name_can_be_used_while_the_workspace_is_in_the_trash() {
    let bench = Bench::made().await;
    bench.workspaces.discard(&bench.site, None).await.unwrap();
    bench.repo.commit("Another");
    bench.repo.git(["checkout", "--quiet", "-b", &bench.site.branch]);
    let error = bench.workspaces.restore(&bench.site).await.unwrap_err();
    assert_eq!(error.code, "branch_exists");
    bench.repo.git(["checkout", "--quiet", "main"]);
    bench.repo.git(["branch", "--quiet", "-D", &bench.site.branch]);
    bench.workspaces.restore(&bench.site).await.unwrap();
}

#[tokio::test]
async fn a_branch_that_is_checked_out_elsewhere_stays() {
    let bench = Bench::made().await;
    bench.git(["checkout", "--quiet", "--detach"]);
    bench.repo.git(["checkout", "--quiet", &bench.site.branch]);
    bench.workspaces.discard(&bench.site, None).await.unwrap();
    assert!(bench.tip().is_some());
    bench.workspaces.restore(&bench.site).await.unwrap();
}

#[tokio::test]
async fn the_cleanup_script_runs_in_the_folder_after_everything_was_saved() {
    let bench = Bench::made().await;
    work(&bench);
    let seen: Arc<Mutex<Option<PathBuf>>> = Arc::default();
    let note = Arc::clone(&seen);
    let cleanup: Cleanup = Box::new(move |folder| {
        Box::pin(async move {
            std::fs::remove_file(folder.join("project/untracked.txt")).unwrap();
            *note.lock().unwrap() = Some(folder);
            Err(switchyard_domain::Error::internal("a failing script stops nothing"))
        })
    });
    bench.workspaces.discard(&bench.site, Some(cleanup)).await.unwrap();
    assert_eq!(seen.lock().unwrap().clone().unwrap(), bench.workspaces.folder(&bench.site));
    bench.workspaces.restore(&bench.site).await.unwrap();
    let last = bench.workspaces.checkpoints(&bench.site).await.unwrap().remove(0);
    assert_eq!(last.reason, CheckpointReason::Discard);
    bench.workspaces.rewind(&bench.site, last.number).await.unwrap();
    assert_eq!(bench.read("untracked.txt"), "u");
}

#[tokio::test]
async fn a_worktree_removed_by_hand_comes_back_with_its_last_checkpoint() {
    let bench = Bench::made().await;
    bench.write("committed.txt", "c");
    bench.commit("Work");
    bench.write("staged.txt", "s");
    bench.git(["add", "staged.txt"]);
    bench.write("untracked.txt", "u");
    let before = state(&bench);
    bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
    std::fs::remove_dir_all(bench.workspaces.folder(&bench.site)).unwrap();
    bench.workspaces.discard(&bench.site, None).await.unwrap();
    assert_eq!(bench.tip(), None);
    bench.workspaces.restore(&bench.site).await.unwrap();
    assert_eq!(state(&bench), before);
}

#[tokio::test]
async fn a_worktree_that_git_was_made_to_forget_is_known_to_it_again() {
    let bench = Bench::made().await;
    work(&bench);
    let files = contents(&bench.tree());
    bench.workspaces.discard(&bench.site, None).await.unwrap();
    std::fs::remove_dir_all(bench.repo.path().join(".git/worktrees")).unwrap();
    bench.workspaces.restore(&bench.site).await.unwrap();
    assert_eq!(contents(&bench.tree()), files);
    assert_eq!(bench.git(["symbolic-ref", "HEAD"]), format!("refs/heads/{}", bench.site.branch));
}

#[tokio::test]
async fn only_a_discarded_workspace_is_purged_and_only_by_its_branchs_name() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::made().await;
    work(&bench);
    let read_only = bench.tree().join("ignored/deep");
    std::fs::set_permissions(read_only, PermissionsExt::from_mode(0o555)).unwrap();
    let branch = bench.site.branch.clone();
    assert_eq!(bench.workspaces.purge(&bench.site, &branch).await.unwrap_err().code, "not_discarded");
    bench.workspaces.discard(&bench.site, None).await.unwrap();
    assert_eq!(bench.workspaces.purge(&bench.site, "main").await.unwrap_err().field, Some("branch"));
    bench.workspaces.purge(&bench.site, &branch).await.unwrap();
    bench.workspaces.purge(&bench.site, &branch).await.unwrap();
    assert_eq!(bench.repo.git(["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
    assert_eq!(bench.repo.git(["worktree", "list"]).lines().count(), 1);
    assert_eq!(bench.workspaces.restore(&bench.site).await.unwrap_err().code, "workspace_unknown");
}

#[tokio::test]
async fn what_was_never_made_is_discarded_by_doing_nothing() {
    let bench = Bench::new().await;
    bench.workspaces.discard(&bench.site, None).await.unwrap();
}

#[tokio::test]
async fn a_workspace_whose_repository_is_gone_can_be_discarded() {
    let bench = Bench::made().await;
    bench.write("untracked.txt", "u");
    std::fs::rename(bench.repo.path(), bench.repo.folder().join("elsewhere")).unwrap();
    bench.workspaces.discard(&bench.site, None).await.unwrap();
    assert_eq!(bench.workspaces.restore(&bench.site).await.unwrap_err().code, "repository_missing");
    std::fs::rename(bench.repo.folder().join("elsewhere"), bench.repo.path()).unwrap();
    bench.workspaces.restore(&bench.site).await.unwrap();
    assert_eq!(bench.read("untracked.txt"), "u");
}

#[tokio::test]
async fn folders_that_nobody_knows_are_told_and_removed_only_when_empty() {
    let bench = Bench::made().await;
    let worktrees = bench.workspaces.folder(&bench.site).parent().unwrap().to_owned();
    std::fs::create_dir(worktrees.join("empty")).unwrap();
    switchyard_testkit::repo::write(&worktrees.join("full/x.txt"), "x");
    let orphans = bench.workspaces.orphans().await.unwrap();
    let told: Vec<_> = orphans.iter().map(|orphan| (orphan.path.clone(), orphan.removed)).collect();
    assert_eq!(told, [(worktrees.join("empty"), true), (worktrees.join("full"), false)]);
    assert!(worktrees.join("full/x.txt").exists() && bench.tree().exists());
}

#[tokio::test]
async fn another_users_workspace_is_not_found_by_its_id() {
    let bench = Bench::made().await;
    let stranger = WorkspaceSite { user_id: switchyard_domain::UserId::new(), ..bench.site.clone() };
    assert_eq!(bench.workspaces.diff(&stranger, None).await.unwrap_err().code, "workspace_unknown");
    bench.workspaces.discard(&stranger, None).await.unwrap();
    assert!(bench.tree().exists());
}
