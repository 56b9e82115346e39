use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use switchyard_domain::Result;

use crate::harness::Bench;

type Changes = BoxStream<'static, Result<()>>;

async fn told(changes: &mut Changes) -> bool {
    tokio::time::timeout(Duration::from_secs(5), changes.next()).await.is_ok()
}

/// Waits until nothing is told any more.
async fn settle(changes: &mut Changes) {
    while tokio::time::timeout(Duration::from_millis(600), changes.next()).await.is_ok() {}
}

async fn quiet(changes: &mut Changes) -> bool {
    tokio::time::timeout(Duration::from_millis(800), changes.next()).await.is_err()
}

#[tokio::test]
async fn changes_of_files_and_refs_are_told_and_others_are_not() {
    let bench = Bench::new().await;
    bench.repo.write(".gitignore", "target/\n*.log\n!keep.log\n");
    bench.repo.write("src/lib.rs", "");
    bench.repo.commit("Files");
    bench.make().await;
    bench.write("target/a", "built");
    let mut changes = bench.workspaces.changes(&bench.site).await.unwrap();
    settle(&mut changes).await;

    bench.write("src/lib.rs", "changed");
    assert!(told(&mut changes).await, "a changed file");
    settle(&mut changes).await;
    bench.write("src/new/deep/file.rs", "new");
    assert!(told(&mut changes).await, "a new folder");
    settle(&mut changes).await;
    bench.write("src/new/deep/file.rs", "changed");
    assert!(told(&mut changes).await, "a file in the new folder");
    settle(&mut changes).await;
    bench.write("keep.log", "not ignored after all");
    assert!(told(&mut changes).await, "a file that a rule takes back");
    settle(&mut changes).await;

    bench.write("target/a", "built again");
    bench.write("target/new/b", "built");
    bench.write("noise.log", "noise");
    assert!(quiet(&mut changes).await, "ignored files");
    bench.workspaces.diff(&bench.site, None).await.unwrap();
    bench.read("src/lib.rs");
    assert!(quiet(&mut changes).await, "looking");

    bench.commit("Work");
    assert!(told(&mut changes).await, "a commit");
    settle(&mut changes).await;
    bench.repo.commit("On the base");
    assert!(told(&mut changes).await, "a base that moves");
}

#[tokio::test]
async fn a_storm_of_changes_is_told_a_few_times_a_second() {
    let bench = Bench::made().await;
    let mut changes = bench.workspaces.changes(&bench.site).await.unwrap();
    let tree = bench.tree();
    let storm = tokio::task::spawn_blocking(move || {
        for number in 0..1000 {
            std::fs::write(tree.join(format!("{}.txt", number % 10)), number.to_string()).unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let (mut times, begun) = (0, std::time::Instant::now());
    while tokio::time::timeout(Duration::from_millis(700), changes.next()).await.is_ok() {
        times += 1;
    }
    storm.await.unwrap();
    let most = begun.elapsed().as_millis() / 200;
    assert!((1..=most).contains(&times), "told {times} times");
}
