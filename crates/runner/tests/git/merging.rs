use switchyard_domain::ErrorKind;
use switchyard_domain::config::GitAuthor;
use switchyard_domain::workspace::MergeStrategy;
use switchyard_testkit::repo::{TempRepo, write};

use crate::harness::{Bench, contents, spec};

/// A workspace with two commits and something uncommitted.
async fn worked() -> Bench {
    let bench = Bench::made().await;
    bench.write("one.txt", "1\n");
    bench.commit("One");
    bench.write("two.txt", "2\n");
    bench.commit("Two");
    bench.write("three.txt", "3\n");
    bench
}

async fn merge(bench: &Bench, strategy: MergeStrategy) -> switchyard_domain::Result<String> {
    let merged = bench.workspaces.merge(&bench.site, strategy, "Fix the login\n\nIn full.").await?;
    Ok(merged.commits[0].commit.clone())
}

#[tokio::test]
async fn a_squash_is_one_commit_with_everything_and_the_checkout_moves_along() {
    let bench = worked().await;
    let before = bench.repo.git(["rev-parse", "main"]);
    let commit = merge(&bench, MergeStrategy::Squash).await.unwrap();
    assert_eq!(bench.repo.git(["rev-parse", "main"]), commit);
    assert_eq!(bench.repo.git(["rev-parse", "main^"]), before);
    assert_eq!(bench.repo.git(["log", "-1", "--format=%B"]), "Fix the login\n\nIn full.");
    assert_eq!(bench.repo.git(["status", "--porcelain"]), "");
    assert_eq!(contents(&bench.repo.path()), contents(&bench.tree()));
    assert_eq!(bench.git(["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_merge_has_both_as_parents() {
    let bench = worked().await;
    bench.repo.write("base.txt", "b\n");
    let base = bench.repo.commit("On the base");
    merge(&bench, MergeStrategy::Merge).await.unwrap();
    assert_eq!(bench.repo.git(["rev-parse", "main^1"]), base);
    assert_eq!(Some(bench.repo.git(["rev-parse", "main^2"])), bench.tip());
    assert_eq!(bench.repo.git(["ls-files"]), "README.md\nbase.txt\none.txt\nthree.txt\ntwo.txt");
    assert_eq!(bench.repo.git(["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_rebase_replays_the_commits_with_their_authors() {
    let mut bench = worked().await;
    bench.git([
        "commit",
        "--quiet",
        "--amend",
        "--no-edit",
        "--author=Ann <ann@example.com>",
        "--date=@1000000000 +0200",
    ]);
    bench.repo.write("base.txt", "b\n");
    bench.repo.commit("On the base");
    bench.site.author = Some(GitAuthor { name: "Carla".to_owned(), email: "carla@example.com".to_owned() });
    merge(&bench, MergeStrategy::Rebase).await.unwrap();
    let log = bench.repo.git(["log", "--format=%s|%an|%cn|%at", "-3"]);
    let lines: Vec<_> = log.lines().collect();
    assert!(lines[0].starts_with("Fix the login|Carla|Carla|"), "{log}");
    assert_eq!(lines[1], "Two|Ann|Carla|1000000000");
    assert!(lines[2].starts_with("One|Tess Ter|Carla|"), "{log}");
}

#[tokio::test]
async fn a_conflict_is_told_with_its_paths_and_nothing_changes() {
    let bench = Bench::new().await;
    bench.repo.write("gone.txt", "g\n");
    bench.repo.commit("File");
    bench.make().await;
    bench.write("README.md", "ours\n");
    bench.write("gone.txt", "changed\n");
    bench.commit("Ours");
    bench.write("extra.txt", "uncommitted");
    bench.repo.write("README.md", "theirs\n");
    std::fs::remove_file(bench.repo.path().join("gone.txt")).unwrap();
    bench.repo.commit("Theirs");
    let state = || {
        let status = [bench.git(["status", "--porcelain"]), bench.repo.git(["status", "--porcelain"])];
        (
            bench.tip(),
            bench.repo.git(["rev-parse", "main"]),
            status,
            contents(&bench.tree()),
            contents(&bench.repo.path()),
        )
    };
    let before = state();
    for strategy in MergeStrategy::ALL {
        let error = merge(&bench, strategy).await.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "merge_conflict"));
        let found: Vec<_> =
            error.conflicts.iter().map(|found| (found.path.as_str(), found.kind.as_str())).collect();
        assert_eq!(found, [("README.md", "content"), ("gone.txt", "modify/delete")]);
        assert_eq!(state(), before);
    }
}

#[tokio::test]
async fn changes_in_the_base_checkout_stay_unless_the_merge_would_overwrite_them() {
    let bench = worked().await;
    bench.repo.write("README.md", "my own edit\n");
    bench.repo.write("mine.txt", "untracked");
    bench.repo.write("staged.txt", "staged");
    bench.repo.git(["add", "staged.txt"]);
    let status = bench.repo.git(["status", "--porcelain"]);
    merge(&bench, MergeStrategy::Squash).await.unwrap();
    assert_eq!(bench.repo.git(["status", "--porcelain"]), status);
    assert_eq!(std::fs::read_to_string(bench.repo.path().join("README.md")).unwrap(), "my own edit\n");
    assert_eq!(std::fs::read_to_string(bench.repo.path().join("three.txt")).unwrap(), "3\n");
}

#[tokio::test]
async fn whether_a_merge_is_possible_is_found_out_without_locking_the_persons_checkout() {
    let bench = worked().await;
    let before = bench.repo.git(["rev-parse", "main"]);
    bench.repo.write("three.txt", "untracked and mine");
    let lock = bench.repo.path().join(".git/index.lock");
    std::fs::write(&lock, "").unwrap();
    let error = merge(&bench, MergeStrategy::Squash).await.unwrap_err();
    assert_eq!(error.code, "base_dirty");
    std::fs::remove_file(bench.repo.path().join("three.txt")).unwrap();
    let error = merge(&bench, MergeStrategy::Squash).await.unwrap_err();
    assert_eq!(error.code, "repository_locked");
    assert_eq!(bench.repo.git(["rev-parse", "main"]), before);
    std::fs::remove_file(lock).unwrap();
    merge(&bench, MergeStrategy::Squash).await.unwrap();
}

#[tokio::test]
async fn a_base_checkout_that_would_be_overwritten_is_told_with_the_files() {
    let bench = worked().await;
    bench.write("README.md", "changed by the agent\n");
    bench.write(".gitignore", "secret.env\n");
    bench.write("secret.env", "now tracked");
    bench.git(["add", "--force", "--all"]);
    let try_it = async |obstacle: &str| {
        let before =
            (bench.repo.git(["rev-parse", "main"]), bench.repo.git(["status", "--porcelain"]), bench.tip());
        let error = merge(&bench, MergeStrategy::Squash).await.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "base_dirty"));
        assert!(error.message.contains(obstacle), "{}", error.message);
        let after =
            (bench.repo.git(["rev-parse", "main"]), bench.repo.git(["status", "--porcelain"]), bench.tip());
        assert_eq!(before, after);
    };
    bench.repo.write("README.md", "my own edit\n");
    try_it("README.md").await;
    bench.repo.git(["add", "README.md"]);
    try_it("README.md").await;
    bench.repo.git(["reset", "--quiet", "--hard"]);
    bench.repo.write("one.txt", "untracked and mine");
    try_it("one.txt").await;
    std::fs::remove_file(bench.repo.path().join("one.txt")).unwrap();
    bench.repo.write(".git/info/exclude", "secret.env\n");
    bench.repo.write("secret.env", "ignored and mine");
    try_it("secret.env").await;
    assert_eq!(std::fs::read_to_string(bench.repo.path().join("secret.env")).unwrap(), "ignored and mine");
    std::fs::remove_file(bench.repo.path().join("secret.env")).unwrap();
    merge(&bench, MergeStrategy::Squash).await.unwrap();
}

#[tokio::test]
async fn a_base_that_nobody_has_checked_out_moves_alone() {
    let bench = worked().await;
    bench.repo.git(["checkout", "--quiet", "-b", "elsewhere"]);
    let files = contents(&bench.repo.path());
    let commit = merge(&bench, MergeStrategy::Squash).await.unwrap();
    assert_eq!(bench.repo.git(["rev-parse", "main"]), commit);
    assert_eq!(contents(&bench.repo.path()), files);
    assert_eq!(bench.repo.git(["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_base_that_is_being_rebased_is_left_alone() {
    let bench = worked().await;
    bench.repo.write("README.md", "x\n");
    bench.repo.commit("X");
    bench.repo.git(["-c", "sequence.editor=sed -i 1s/pick/edit/", "rebase", "--quiet", "-i", "HEAD~1"]);
    let error = merge(&bench, MergeStrategy::Squash).await.unwrap_err();
    assert_eq!(error.code, "base_busy");
}

#[tokio::test]
async fn merging_again_tells_the_same_and_more_work_merges_again() {
    let bench = worked().await;
    for strategy in MergeStrategy::ALL {
        bench.write(&format!("{}.txt", strategy.as_str()), "more\n");
        let first = merge(&bench, strategy).await.unwrap();
        assert_eq!(merge(&bench, strategy).await.unwrap(), first);
        assert_eq!(bench.repo.git(["rev-parse", "main"]), first);
        assert_eq!(bench.repo.git(["status", "--porcelain"]), "");
    }
}

#[tokio::test]
async fn without_work_there_is_nothing_to_merge() {
    let bench = Bench::made().await;
    for strategy in MergeStrategy::ALL {
        assert_eq!(merge(&bench, strategy).await.unwrap_err().code, "nothing_to_merge");
    }
}

#[tokio::test]
async fn without_an_author_it_is_told_how_to_set_one() {
    let mut bench = worked().await;
    std::fs::remove_file(bench.repo.home().join(".gitconfig")).unwrap();
    let error = merge(&bench, MergeStrategy::Squash).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "no_author"));
    bench.site.author = Some(GitAuthor { name: "Carla".to_owned(), email: "carla@example.com".to_owned() });
    merge(&bench, MergeStrategy::Squash).await.unwrap();
    assert_eq!(bench.repo.git(["log", "-1", "--format=%an <%ae> %cn"]), "Carla <carla@example.com> Carla");
}

#[tokio::test]
async fn of_two_repos_both_merge_or_none() {
    let other = TempRepo::new();
    let mut bench = Bench::new().await;
    bench.site.repos.push(spec("other", &other.path()));
    bench.make().await;
    let other_tree = bench.workspaces.folder(&bench.site).join("other");
    bench.write("a.txt", "a");
    write(&other_tree.join("README.md"), "ours");
    other.write("README.md", "theirs");
    let theirs = other.commit("Theirs");
    let before = bench.repo.git(["rev-parse", "main"]);
    let error = merge(&bench, MergeStrategy::Squash).await.unwrap_err();
    assert_eq!(error.code, "merge_conflict");
    assert_eq!(error.conflicts[0].repo_id, bench.site.repos[1].repo_id);
    assert_eq!(bench.repo.git(["rev-parse", "main"]), before);
    assert_eq!(other.git(["rev-parse", "main"]), theirs);
    write(&other_tree.join("README.md"), "# A project\n");
    write(&other_tree.join("b.txt"), "b");
    let merged = bench.workspaces.merge(&bench.site, MergeStrategy::Squash, "Both").await.unwrap();
    assert_eq!(merged.commits.len(), 2);
    assert_eq!(other.git(["show", "main:b.txt"]), "b");
    assert_eq!(bench.repo.git(["show", "main:a.txt"]), "a");
}

#[tokio::test]
async fn a_worktree_on_another_branch_or_in_the_middle_of_something_is_not_merged() {
    let bench = worked().await;
    bench.commit("Three");
    bench.git(["checkout", "--quiet", "-b", "agents-own"]);
    assert_eq!(merge(&bench, MergeStrategy::Squash).await.unwrap_err().code, "other_branch_checked_out");
    bench.git(["checkout", "--quiet", &bench.site.branch]);
    bench.git(["-c", "sequence.editor=sed -i 1s/pick/edit/", "rebase", "--quiet", "-i", "HEAD~1"]);
    assert_eq!(merge(&bench, MergeStrategy::Squash).await.unwrap_err().code, "rebase_in_progress");
}

#[tokio::test]
async fn commits_made_meanwhile_on_the_base_are_merged_with_and_never_lost() {
    let bench = worked().await;
    let repo = &bench.repo;
    repo.git(["checkout", "--quiet", "-b", "elsewhere"]);
    let racing = async {
        for number in 0..20 {
            let tree = repo.git(["rev-parse", "main^{tree}"]);
            let old = repo.git(["rev-parse", "main"]);
            let commit = repo.git(["commit-tree", &tree, "-p", &old, "-m", &format!("Race {number}")]);
            let moved = std::process::Command::new("git")
                .args(["update-ref", "refs/heads/main", &commit, &old])
                .current_dir(repo.path())
                .status();
            moved.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let (merged, ()) = tokio::join!(merge(&bench, MergeStrategy::Squash), racing);
    let subjects = repo.git(["log", "--format=%s", "main"]);
    match merged {
        Ok(commit) => {
            assert!(subjects.contains("Fix the login"));
            repo.git(["merge-base", "--is-ancestor", &commit, "main"]);
        }
        Err(error) => assert_eq!(error.code, "base_moving"),
    }
}
