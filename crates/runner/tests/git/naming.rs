//! Names that a remote and a person give: of branches, and of hosts.

use switchyard_domain::remote::RemoteUrl;
use switchyard_testkit::repo::write;

use crate::cloning::Bench;

#[tokio::test]
async fn branches_that_only_the_remote_has_can_be_chosen_and_worked_from() {
    let mut bench = Bench::new().await;
    bench.server.git("project", ["branch", "theirs", "main"]);
    let had = bench.have().await.unwrap();
    let listed = bench.workspaces.branches(&had.path).await.unwrap();
    let names: Vec<&str> = listed.iter().map(|branch| branch.name.as_str()).collect();
    assert_eq!(names, ["main", "theirs"]);
    bench.wanted.branches = vec!["theirs".to_owned()];
    bench.have().await.unwrap();
    let listed = bench.workspaces.branches(&had.path).await.unwrap();
    assert_eq!(listed.iter().filter(|branch| branch.name == "theirs").count(), 1);
    // What a repository in a folder knows of its remotes is not there to begin from.
    bench.repo.git(["update-ref", "refs/remotes/origin/other", "HEAD"]);
    let own = bench.workspaces.branches(&bench.repo.path().to_string_lossy()).await.unwrap();
    assert!(own.iter().all(|branch| branch.name != "other"));
}

#[tokio::test]
async fn a_branch_of_the_remotes_that_is_called_head_moves_no_other() {
    let bench = Bench::new().await;
    let (first, server) = (bench.repo.git(["rev-parse", "HEAD"]), &bench.server);
    let had = bench.have().await.unwrap();
    let second = bench.commit_there("second");
    server.git("project", ["update-ref", "refs/heads/HEAD", &first]);
    let again = bench.have().await.unwrap();
    assert_eq!(again.outdated, None);
    let tip = |name: &str| bench.repo.git_in(had.path.as_ref(), ["rev-parse", name]);
    assert_eq!((tip("refs/remotes/origin/main"), tip("refs/heads/main")), (second.clone(), second));
}

#[tokio::test]
async fn a_branch_whose_name_git_would_take_for_syntax_is_cloned_as_it_is() {
    for branch in ["fix#12", "a;b", "say\"so\"", "x\"]remote=evil"] {
        let bench = Bench::new().await;
        let head = format!("refs/heads/{branch}");
        bench.server.git("project", ["update-ref", &head, "main"]);
        bench.server.git("project", ["symbolic-ref", "HEAD", &head]);
        let had = bench.have().await.unwrap();
        assert_eq!(had.default_branch, branch);
        let said = |key: &str| {
            let key = format!("branch.{branch}.{key}");
            bench.repo.git_in(had.path.as_ref(), ["config", "--local", "--get", &key])
        };
        assert_eq!((said("remote").as_str(), said("merge")), ("origin", head));
    }
}

#[tokio::test]
async fn a_host_that_a_persons_own_configuration_reaches_by_ssh_is_reached_so() {
    let mut bench = Bench::new().await;
    let there = bench.server.path("project");
    let ssh = bench.repo.folder().join("ssh");
    write(&ssh, format!("#!/bin/sh\nexec git upload-pack '{}'\n", there.display()));
    let instead = "[url \"ssh://git@example.invalid/\"]\n\tinsteadOf = https://example.invalid/\n";
    let told = format!("{instead}[core]\n\tsshCommand = sh {}\n", ssh.display());
    write(&bench.repo.home().join(".gitconfig"), told);
    bench.wanted.access.url = RemoteUrl::new("https://example.invalid/a/project").unwrap();
    assert_eq!(bench.have().await.unwrap().default_branch, "main");
}
