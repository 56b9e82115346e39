use std::os::unix::fs::PermissionsExt;

use switchyard_domain::ErrorKind;
use switchyard_testkit::repo::{TempRepo, write};

use crate::harness::{Bench, open};

#[tokio::test]
async fn a_repository_is_found_from_any_folder_in_it() {
    let bench = Bench::new().await;
    bench.repo.write("src/deep/x.rs", "x");
    for path in [bench.repo.path(), bench.repo.path().join("src/deep")] {
        let facts = bench.workspaces.inspect_repo(&path.to_string_lossy()).await.unwrap();
        assert_eq!(facts.root, bench.repo.path().to_string_lossy());
        assert_eq!(facts.default_branch, "main");
    }
}

#[tokio::test]
async fn each_thing_that_is_wrong_with_a_path_has_its_own_code() {
    let repo = TempRepo::empty();
    let workspaces = open(&repo).await;
    std::fs::create_dir(repo.folder().join("plain")).unwrap();
    write(&repo.folder().join("file"), "x");
    repo.git(["clone", "--quiet", "--bare", ".", "../bare"]);
    let path = |name: &str| repo.folder().join(name).to_string_lossy().into_owned();
    for (path, code) in [
        (path("nowhere"), "path_missing"),
        (path("file"), "path_missing"),
        ("relative/path".to_owned(), "path_missing"),
        ("a\0b".to_owned(), "path_missing"),
        (path("plain"), "not_a_repository"),
        (path("project/.git"), "not_a_repository"),
        (path("bare"), "bare_repository"),
        (path("project"), "no_commits"),
    ] {
        let error = workspaces.inspect_repo(&path).await.expect_err(&path);
        assert_eq!((error.kind, error.code), (ErrorKind::Invalid, code), "{path}: {error}");
    }
}

#[tokio::test]
async fn a_detached_head_offers_the_likely_branch() {
    let bench = Bench::new().await;
    bench.repo.git(["branch", "aaa"]);
    bench.repo.git(["checkout", "--quiet", "--detach"]);
    let path = bench.repo.path();
    let facts = bench.workspaces.inspect_repo(&path.to_string_lossy()).await.unwrap();
    assert_eq!(facts.default_branch, "main");
    bench.make().await;
    assert!(bench.tree().join("README.md").is_file());
}

#[tokio::test]
async fn branches_are_listed_with_the_last_used_first() {
    let bench = Bench::new().await;
    bench.repo.git(["branch", "old"]);
    bench.repo.git(["checkout", "--quiet", "-b", "new"]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let tip = bench.repo.commit("Later");
    let branches = bench.workspaces.branches(&bench.repo.path().to_string_lossy()).await.unwrap();
    assert_eq!(branches[0].name, "new");
    assert!(branches[0].current && branches[0].commit == tip);
    assert_eq!(branches.iter().filter(|branch| branch.current).count(), 1);
    assert_eq!(branches.len(), 3);
}

#[tokio::test]
async fn repositories_are_found_below_a_folder_but_not_in_each_other_or_among_dependencies() {
    let repo = TempRepo::new();
    let workspaces = open(&repo).await;
    for path in ["a/one", "a/b/two", "node_modules/three", ".hidden/four", "project/nested"] {
        let path = repo.folder().join(path);
        std::fs::create_dir_all(&path).unwrap();
        repo.git_in(&path, ["init", "--quiet", "--initial-branch=trunk"]);
    }
    let found = workspaces.find_repos(Some(&repo.folder().to_string_lossy())).await.unwrap();
    let names: Vec<_> = found.repos.iter().map(|repo| repo.name.as_str()).collect();
    assert_eq!(names, ["two", "one", "project"]);
    assert_eq!(found.repos[1].branch.as_deref(), Some("trunk"));
    assert!(found.complete);
    assert!(workspaces.find_repos(None).await.unwrap().repos.is_empty());
}

#[tokio::test]
async fn a_typed_path_is_completed_with_folders() {
    let repo = TempRepo::new();
    let workspaces = open(&repo).await;
    std::fs::create_dir_all(repo.home().join("Code/x")).unwrap();
    std::fs::create_dir_all(repo.home().join(".config")).unwrap();
    write(&repo.home().join("code.txt"), "");
    let names = async |prefix: String| {
        let found = workspaces.complete_path(&prefix).await.unwrap();
        found.into_iter().map(|entry| (entry.name, entry.is_repo)).collect::<Vec<_>>()
    };
    assert_eq!(names("~/co".to_owned()).await, [("Code".to_owned(), false)]);
    assert_eq!(names("~/".to_owned()).await, [("Code".to_owned(), false)]);
    assert_eq!(names("~/.c".to_owned()).await, [(".config".to_owned(), false)]);
    let project = format!("{}/proj", repo.folder().display());
    assert_eq!(names(project).await, [("project".to_owned(), true)]);
    assert!(names("/nowhere/at/all".to_owned()).await.is_empty());
    assert!(names("relative".to_owned()).await.is_empty());
}

#[tokio::test]
async fn a_git_that_is_too_old_or_not_there_is_told_at_the_start() {
    let repo = TempRepo::new();
    let bin = repo.folder().join("bin");
    write(&bin.join("git"), "#!/bin/sh\necho git version 2.39.5\n");
    std::fs::set_permissions(bin.join("git"), PermissionsExt::from_mode(0o755)).unwrap();
    let mut environment = crate::harness::environment(&repo);
    environment.path = bin.clone().into_os_string();
    let base = repo.folder().join("workspaces");
    let open = async |environment| {
        let error = switchyard_runner::workspace::Workspaces::open(&base, environment).await;
        let error = error.expect_err("no workspaces");
        (error.kind, error.code)
    };
    let old = open(environment.clone()).await;
    // What `PATH` the child gets does not always decide which program is started; the version always does.
    assert_eq!(old, (ErrorKind::Unavailable, "git_too_old"));
    std::fs::remove_file(bin.join("git")).unwrap();
    assert_eq!(open(environment).await, (ErrorKind::Unavailable, "git_missing"));
}
