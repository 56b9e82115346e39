use switchyard_domain::SessionId;
use switchyard_domain::workspace::CheckpointReason;

use crate::harness::{Bench, contents};

#[tokio::test]
async fn a_checkpoint_holds_untracked_files_and_leaves_the_index_alone() {
    let bench = Bench::made().await;
    bench.write("README.md", "staged\n");
    bench.git(["add", "README.md"]);
    bench.write("README.md", "unstaged\n");
    bench.write("new/file.txt", "untracked");
    let before = bench.git(["status", "--porcelain=v2", "--untracked-files=all"]);
    let session = SessionId::new();
    let first = bench.workspaces.checkpoint_turn(&bench.site, session, 1).await.unwrap();
    assert_eq!((first.number, first.session_id, first.turn), (1, Some(session), 1));
    assert_eq!(first.reason, CheckpointReason::Turn);
    assert_eq!(bench.git(["status", "--porcelain=v2", "--untracked-files=all"]), before);
    let commit = &first.commits[0].commit;
    assert_eq!(bench.git(["show", &format!("{commit}:new/file.txt")]), "untracked");
    assert_eq!(bench.git(["show", &format!("{commit}:README.md")]), "unstaged");
    assert_eq!(bench.git(["show", &format!("{commit}^2:README.md")]), "staged");
}

#[tokio::test]
async fn where_nothing_changed_the_last_checkpoint_is_returned() {
    let bench = Bench::made().await;
    let first = bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
    let second = bench.workspaces.checkpoint_turn(&bench.site, SessionId::new(), 1).await.unwrap();
    assert_eq!(first, second);
    bench.write("x", "x");
    let third = bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
    assert_eq!(third.number, 2);
    let listed = bench.workspaces.checkpoints(&bench.site).await.unwrap();
    assert_eq!(listed, [third, second]);
}

#[tokio::test]
async fn rewinding_brings_files_index_and_branch_back_and_can_itself_be_rewound() {
    let bench = Bench::made().await;
    bench.write("kept.txt", "v1");
    bench.write("removed later.txt", "r");
    bench.commit("First");
    bench.write("staged.txt", "s1");
    bench.git(["add", "staged.txt"]);
    bench.write("staged.txt", "s2");
    bench.write("untracked \"odd\"\nname", "u");
    let status = |bench: &Bench| bench.git(["status", "--porcelain=v2", "--untracked-files=all"]);
    let state = |bench: &Bench| (contents(&bench.tree()), status(bench), bench.tip());
    let then = state(&bench);
    let saved = bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();

    bench.write("kept.txt", "v2");
    std::fs::remove_file(bench.tree().join("removed later.txt")).unwrap();
    std::fs::remove_file(bench.tree().join("untracked \"odd\"\nname")).unwrap();
    bench.commit("Second");
    bench.write("later.txt", "later");
    let now = state(&bench);

    let taken = bench.workspaces.rewind(&bench.site, saved.number).await.unwrap();
    assert_eq!(taken.reason, CheckpointReason::Rewind);
    assert_eq!(state(&bench), then);
    bench.workspaces.rewind(&bench.site, taken.number).await.unwrap();
    assert_eq!(state(&bench), now);
}

#[tokio::test]
async fn an_ignored_file_in_the_place_of_a_rewound_one_is_saved_first() {
    let bench = Bench::made().await;
    bench.write("notes.txt", "first");
    let saved = bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
    bench.write(".gitignore", "notes.txt\nother.txt\n");
    bench.write("notes.txt", "second, ignored now");
    bench.write("other.txt", "ignored and in nobody's way");
    let taken = bench.workspaces.rewind(&bench.site, saved.number).await.unwrap();
    assert_eq!(bench.read("notes.txt"), "first");
    assert_eq!(bench.read("other.txt"), "ignored and in nobody's way");
    bench.workspaces.rewind(&bench.site, taken.number).await.unwrap();
    assert_eq!(bench.read("notes.txt"), "second, ignored now");
}

#[tokio::test]
async fn rewinding_ends_a_merge_that_is_in_progress() {
    let bench = Bench::made().await;
    bench.write("README.md", "ours\n");
    bench.commit("Ours");
    let saved = bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
    bench.repo.write("README.md", "theirs\n");
    bench.repo.commit("Theirs");
    use switchyard_domain::workspace::{OnConflict, UpdateStrategy};
    bench.workspaces.update(&bench.site, UpdateStrategy::Merge, OnConflict::Keep).await.unwrap();
    assert!(bench.read("README.md").contains("<<<<<<<"));
    bench.workspaces.rewind(&bench.site, saved.number).await.unwrap();
    assert_eq!(bench.read("README.md"), "ours\n");
    assert_eq!(bench.git(["status", "--porcelain"]), "");
    assert!(bench.workspaces.commit(&bench.site, "Nothing").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_nested_repository_and_unreadable_files_do_not_stop_a_checkpoint() {
    let bench = Bench::made().await;
    std::fs::create_dir(bench.tree().join("nested")).unwrap();
    bench.repo.git_in(&bench.tree().join("nested"), ["init", "--quiet"]);
    bench.write("nested/inner.txt", "inner");
    bench.write("plain.txt", "p");
    let saved = bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
    assert_eq!(bench.git(["show", &format!("{}:plain.txt", saved.commits[0].commit)]), "p");
    bench.write("plain.txt", "q");
    bench.workspaces.rewind(&bench.site, saved.number).await.unwrap();
    assert_eq!(bench.read("nested/inner.txt"), "inner");
    assert_eq!(bench.read("plain.txt"), "p");
}

#[tokio::test]
async fn there_is_no_going_back_to_what_never_was() {
    let bench = Bench::made().await;
    assert_eq!(bench.workspaces.rewind(&bench.site, 9).await.unwrap_err().code, "not_found");
}

#[tokio::test]
async fn files_changed_right_after_the_index_was_written_are_seen() {
    let bench = Bench::made().await;
    for round in 0..20 {
        bench.write("racy.txt", format!("{round:04}a"));
        bench.git(["add", "racy.txt"]);
        bench.write("racy.txt", format!("{round:04}b"));
        let saved = bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
        assert_eq!(
            bench.git(["show", &format!("{}:racy.txt", saved.commits[0].commit)]),
            format!("{round:04}b")
        );
    }
}
