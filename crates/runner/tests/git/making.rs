use switchyard_domain::ErrorKind;
use switchyard_testkit::repo::{TempRepo, write};

use crate::harness::{Bench, spec};

#[tokio::test]
async fn a_workspace_is_a_worktree_on_its_own_branch() {
    let bench = Bench::new().await;
    let made = bench.workspaces.make(&bench.site, &[]).await.unwrap();
    assert_eq!(made.path, bench.workspaces.folder(&bench.site).to_string_lossy());
    assert_eq!(made.repos[0].path, bench.tree().to_string_lossy());
    assert_eq!(made.repos[0].base_commit, bench.repo.git(["rev-parse", "main"]));
    assert_eq!(bench.read("README.md"), "# A project\n");
    assert_eq!(bench.git(["symbolic-ref", "HEAD"]), format!("refs/heads/{}", bench.site.branch));
    assert_eq!(bench.git(["status", "--porcelain"]), "");
    assert_eq!(bench.repo.git(["status", "--porcelain"]), "");
}

#[tokio::test]
async fn the_users_root_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::made().await;
    let root = bench.repo.folder().join("workspaces").join(bench.site.user_id.to_string());
    assert_eq!(root.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn making_it_again_changes_nothing() {
    let bench = Bench::new().await;
    let first = bench.workspaces.make(&bench.site, &[]).await.unwrap();
    bench.write("README.md", "changed");
    let second = bench.workspaces.make(&bench.site, &[]).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(bench.read("README.md"), "changed");
}

#[tokio::test]
async fn two_repos_get_a_worktree_each() {
    let other = TempRepo::new();
    other.write("lib.rs", "pub fn f() {}\n");
    other.commit("Library");
    let mut bench = Bench::new().await;
    bench.site.repos.push(spec("library", &other.path()));
    let made = bench.workspaces.make(&bench.site, &[]).await.unwrap();
    assert_eq!(made.repos.len(), 2);
    assert!(bench.workspaces.folder(&bench.site).join("library/lib.rs").is_file());
    assert!(bench.tree().join("README.md").is_file());
}

#[tokio::test]
async fn when_one_repo_cannot_be_used_none_is_touched() {
    let mut bench = Bench::new().await;
    bench.site.repos.push(spec("gone", &bench.repo.folder().join("gone")));
    let error = bench.workspaces.make(&bench.site, &[]).await.unwrap_err();
    assert_eq!(error.code, "repository_missing");
    assert_eq!(bench.tip(), None);
    assert!(!bench.workspaces.folder(&bench.site).exists());
}

#[tokio::test]
async fn ignored_files_that_match_are_copied_and_others_are_not() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new().await;
    bench.repo.write(".gitignore", ".env*\ncache/\n*.local\nout\n");
    bench.repo.write("config/app.toml", "x");
    bench.repo.commit("Configuration");
    for (file, text) in
        [(".env", "S=1"), (".env.test", "no"), ("config/a.local", "l"), ("cache/deep/er/x", "c")]
    {
        bench.repo.write(file, text);
    }
    bench.repo.write("untracked.txt", "u");
    std::fs::set_permissions(bench.repo.path().join("cache/deep/er/x"), PermissionsExt::from_mode(0o755))
        .unwrap();
    std::os::unix::fs::symlink("deep/er", bench.repo.path().join("cache/in")).unwrap();
    std::os::unix::fs::symlink("/etc", bench.repo.path().join("cache/out")).unwrap();
    let globs = [".env", "config/*", "cache", "untracked.txt", "out"].map(str::to_owned);
    bench.workspaces.make(&bench.site, &globs).await.unwrap();
    assert_eq!(bench.read(".env"), "S=1");
    assert_eq!(bench.read("config/a.local"), "l");
    assert_eq!(bench.read("cache/deep/er/x"), "c");
    let mode = bench.tree().join("cache/deep/er/x").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(std::fs::read_link(bench.tree().join("cache/in")).unwrap().to_string_lossy(), "deep/er");
    for absent in [".env.test", "untracked.txt", "cache/out"] {
        assert!(bench.tree().join(absent).symlink_metadata().is_err(), "{absent}");
    }
    assert_eq!(bench.git(["status", "--porcelain"]), "");
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_and_nothing_is_made() {
    let bench = Bench::new().await;
    let failing = async |change: &dyn Fn(&mut switchyard_domain::runner::WorkspaceSite), globs: &[String]| {
        let mut site = bench.site.clone();
        change(&mut site);
        let error = bench.workspaces.make(&site, globs).await.expect_err("nothing is made");
        (error.kind, error.code)
    };
    let missing = failing(&|site| site.repos[0].base_branch = "nope".to_owned(), &[]).await;
    assert_eq!(missing, (ErrorKind::Conflict, "base_branch_missing"));
    for branch in ["-x", "--upload-pack=touch /tmp/x", "a..b", "a b", "x.lock"] {
        let refused = failing(&|site| site.branch = branch.to_owned(), &[]).await;
        assert_eq!(refused, (ErrorKind::Invalid, "invalid_branch"), "{branch}");
        let refused = failing(&|site| site.repos[0].base_branch = branch.to_owned(), &[]).await;
        assert_eq!(refused, (ErrorKind::Invalid, "invalid_branch"), "{branch}");
    }
    for name in ["..", ".git", "a/b", "", "-x"] {
        let refused = failing(&|site| site.repos[0].name = name.to_owned(), &[]).await;
        assert_eq!(refused.0, ErrorKind::Invalid, "{name}");
    }
    bench.repo.git(["branch", &bench.site.branch]);
    assert_eq!(failing(&|_| {}, &[]).await, (ErrorKind::Conflict, "branch_exists"));
    bench.repo.git(["branch", "-D", &bench.site.branch]);
    write(&bench.workspaces.folder(&bench.site).join("mine.txt"), "mine");
    assert_eq!(failing(&|_| {}, &[]).await, (ErrorKind::Conflict, "path_exists"));
    assert_eq!(bench.tip(), None);
    assert_eq!(bench.repo.git(["worktree", "list"]).lines().count(), 1);
}

#[tokio::test]
async fn a_branch_in_the_place_of_our_prefix_is_told() {
    let bench = Bench::new().await;
    bench.repo.git(["branch", "sy"]);
    let error = bench.workspaces.make(&bench.site, &[]).await.unwrap_err();
    assert_eq!(error.code, "branch_exists");
}

#[tokio::test]
async fn a_worktree_removed_by_hand_is_told_with_what_to_do() {
    let bench = Bench::made().await;
    std::fs::remove_dir_all(bench.tree()).unwrap();
    let error = bench.workspaces.make(&bench.site, &[]).await.unwrap_err();
    assert_eq!(error.code, "worktree_missing");
    assert!(error.message.contains("restore"));
    assert_eq!(bench.workspaces.diff(&bench.site, None).await.unwrap_err().code, "worktree_missing");
}

#[tokio::test]
async fn a_workspace_whose_record_is_lost_is_known_again_by_its_worktree() {
    let mut bench = Bench::made().await;
    bench.write("new.txt", "n");
    let root = bench.repo.folder().join("workspaces").join(bench.site.user_id.to_string());
    std::fs::remove_dir_all(root.join(".switchyard")).unwrap();
    bench.restart().await;
    assert_eq!(bench.workspaces.diff(&bench.site, None).await.unwrap().files.len(), 1);
    std::fs::remove_dir_all(root.join(".switchyard")).unwrap();
    bench.make().await;
    assert_eq!(bench.read("new.txt"), "n");
}

#[tokio::test]
async fn many_workspaces_of_one_repository_are_made_at_once() {
    let bench = Bench::new().await;
    let sites: Vec<_> = (0..8)
        .map(|_| {
            let id = switchyard_domain::WorkspaceId::new();
            let branch = switchyard_domain::workspace::branch_name("sy", id, "Same title");
            switchyard_domain::runner::WorkspaceSite { id, branch, ..bench.site.clone() }
        })
        .collect();
    let made =
        futures_util::future::join_all(sites.iter().map(|site| bench.workspaces.make(site, &[]))).await;
    for made in made {
        made.unwrap();
    }
    assert_eq!(bench.repo.git(["worktree", "list"]).lines().count(), 9);
}

#[tokio::test]
async fn a_worktree_that_another_git_is_making_is_waited_for() {
    let bench = Bench::new().await;
    // What `git worktree add` has written when it is about to fill in `commondir`.
    let other = bench.repo.path().join(".git/worktrees/other");
    write(&other.join("gitdir"), "/nowhere/other/.git\n");
    write(&other.join("commondir"), "");
    let finished = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        write(&other.join("commondir"), "../..\n");
        write(&other.join("HEAD"), "ref: refs/heads/main\n");
    };
    let (made, ()) = tokio::join!(bench.workspaces.make(&bench.site, &[]), finished);
    assert_eq!(made.unwrap().repos[0].base_commit, bench.repo.git(["rev-parse", "main"]));
    assert_eq!(bench.read("README.md"), "# A project\n");
}
