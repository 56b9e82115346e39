use switchyard_domain::ErrorKind;

use crate::harness::Bench;

#[tokio::test]
async fn the_branch_is_pushed_to_the_one_remote_or_the_named_one() {
    let bench = Bench::made().await;
    bench.write("a", "a");
    let tip = bench.commit("A");
    bench.repo.git(["init", "--quiet", "--bare", "../remote"]);
    bench.repo.git(["remote", "add", "upstream", "../remote"]);
    let pushed = bench.workspaces.push(&bench.site, None).await.unwrap();
    assert_eq!((pushed.remote.as_str(), &pushed.branch), ("upstream", &bench.site.branch));
    let there = bench.repo.git_in(&bench.repo.folder().join("remote"), ["rev-parse", &bench.site.branch]);
    assert_eq!(there, tip);
    bench.workspaces.push(&bench.site, Some("upstream")).await.unwrap();
}

#[tokio::test]
async fn what_stops_a_push_is_told_without_credentials() {
    let bench = Bench::made().await;
    let push = async |remote: Option<&str>| bench.workspaces.push(&bench.site, remote).await.unwrap_err();
    assert_eq!(push(None).await.code, "no_remote");
    bench.repo.git(["remote", "add", "origin", "https://me:hunter2@127.0.0.1:1/x.git"]);
    assert_eq!(push(Some("--receive-pack=evil")).await.code, "no_remote");
    let error = push(None).await;
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "push_failed"));
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    assert!(error.message.contains("127.0.0.1"), "{error:?}");
}

#[tokio::test]
async fn a_remote_that_is_ahead_rejects_and_the_message_says_what_to_do() {
    let bench = Bench::made().await;
    bench.repo.git(["init", "--quiet", "--bare", "../remote"]);
    bench.repo.git(["remote", "add", "origin", "../remote"]);
    bench.write("a", "a");
    bench.commit("A");
    bench.workspaces.push(&bench.site, None).await.unwrap();
    bench.git(["commit", "--quiet", "--amend", "-m", "Rewritten"]);
    assert_eq!(bench.workspaces.push(&bench.site, None).await.unwrap_err().code, "push_rejected");
}
