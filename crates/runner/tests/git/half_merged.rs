//! Merges that were killed while git wrote a checkout of the base.

use switchyard_domain::workspace::MergeStrategy;

use crate::harness::Bench;
use crate::kills::{killed_after, was_killed};

/// A merge that changes, adds, enlarges and removes files of the base, killed before it does any of that.
async fn planned_merge(long: &str) -> Bench {
    let bench = Bench::new().await;
    for name in ["gone.txt", "long.txt", "later.txt"] {
        bench.repo.write(name, "old");
    }
    bench.repo.commit("More files");
    bench.make().await;
    for (name, text) in
        [("README.md", "new"), ("new/file.txt", "n"), ("long.txt", long), ("later.txt", "new")]
    {
        bench.write(name, text);
    }
    std::fs::remove_file(bench.tree().join("gone.txt")).unwrap();
    let killed = killed_after(&bench, 2).merge(&bench.site, MergeStrategy::Squash, "Merge").await;
    assert!(was_killed(&killed));
    assert_eq!(bench.repo.git(["status", "--porcelain"]), "");
    bench
}

#[tokio::test]
async fn a_merge_whose_git_was_killed_while_it_wrote_the_base_is_finished() {
    let long = "a line of many\n".repeat(1000);
    let mut bench = planned_merge(&long).await;
    // As git leaves it: the index as it was, files written, removed, begun, not there yet and not touched.
    bench.repo.write("README.md", "new");
    bench.repo.write("new/file.txt", "");
    bench.repo.write("long.txt", &long[..4096]);
    std::fs::remove_file(bench.repo.path().join("gone.txt")).unwrap();
    bench.repo.write("mine.txt", "somebody's");
    bench.restart().await;
    for recovered in bench.workspaces.recover().await.unwrap() {
        assert!(recovered.error.is_none(), "{:?}", recovered.error);
    }
    assert_eq!(bench.repo.git(["log", "-1", "--format=%s", "main"]), "Merge");
    assert_eq!(bench.repo.git(["status", "--porcelain"]), "?? mine.txt");
    assert_eq!(std::fs::read_to_string(bench.repo.path().join("long.txt")).unwrap(), long);
}

#[tokio::test]
async fn a_merge_that_was_killed_overwrites_nothing_that_somebody_wrote_meanwhile() {
    let mut bench = planned_merge("long").await;
    bench.repo.write("README.md", "somebody's own words");
    bench.repo.write("long.txt", "long");
    let base = bench.repo.git(["rev-parse", "main"]);
    bench.restart().await;
    drop(bench.workspaces.recover().await);
    assert_eq!(bench.repo.git(["rev-parse", "main"]), base);
    let kept = std::fs::read_to_string(bench.repo.path().join("README.md")).unwrap();
    assert_eq!(kept, "somebody's own words");
    let refused = bench.workspaces.merge(&bench.site, MergeStrategy::Squash, "Merge").await.unwrap_err();
    assert_eq!(refused.code, "base_dirty");
    assert!(refused.message.contains("README.md"), "{refused}");
    bench.repo.git(["checkout", "--quiet", "README.md"]);
    bench.workspaces.merge(&bench.site, MergeStrategy::Squash, "Merge").await.unwrap();
    assert_eq!(bench.repo.git(["status", "--porcelain"]), "");
}
