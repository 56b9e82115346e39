//! What a workspace changed, wherever the change lives.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use switchyard_integration::{Setup, id, text};
use switchyard_testkit::repo::TempRepo;

use crate::ground::{Ground, tree, write};

fn by_path(diff: &Value) -> BTreeMap<String, Value> {
    let files = diff["files"].as_array().expect("files");
    let map: BTreeMap<String, Value> =
        files.iter().map(|file| (text(file, "path").to_owned(), file.clone())).collect();
    assert_eq!(map.len(), files.len(), "each file stands there once");
    map
}

fn lines(file: &Value) -> Vec<String> {
    let hunks = file["hunks"].as_array().expect("hunks").iter();
    hunks
        .flat_map(|hunk| hunk["lines"].as_array().unwrap().clone())
        .map(|line| line.as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn committed_staged_unstaged_and_untracked_changes_are_told_apart() {
    let repo = TempRepo::new();
    for name in ["committed", "staged", "unstaged", "both", "deleted", "mode", "moved"] {
        repo.write(format!("{name}.txt"), format!("{name}\nsecond\nthird\nfourth\n"));
    }
    repo.commit("More");
    let ground = Ground::of(repo, Setup::default()).await;
    let workspace = ground.workspace("Change").await;
    assert_eq!(ground.diff(&workspace).await["files"], json!([]));

    let edit =
        |name: &str| write(&workspace, &format!("{name}.txt"), format!("{name}\nSECOND\nthird\nfourth\n"));
    edit("committed");
    ground.git_in(&workspace, &["mv", "moved.txt", "new name.txt"]);
    ground.git_in(&workspace, &["commit", "-qam", "One"]);
    edit("staged");
    ground.git_in(&workspace, &["add", "staged.txt"]);
    edit("unstaged");
    write(&workspace, "both.txt", "both\nsecond\nthird\nFOURTH\n");
    ground.git_in(&workspace, &["add", "both.txt"]);
    write(&workspace, "both.txt", "BOTH\nsecond\nthird\nFOURTH\n");
    std::fs::remove_file(tree(&workspace).join("deleted.txt")).unwrap();
    std::fs::set_permissions(tree(&workspace).join("mode.txt"), PermissionsExt::from_mode(0o755)).unwrap();
    write(&workspace, "dir/untracked \t\"ü\".txt", "new\n");

    let diff = ground.diff(&workspace).await;
    let files = by_path(&diff);
    let told = |path: &str| {
        let file = files.get(path).unwrap_or_else(|| panic!("{path} in {:?}", files.keys()));
        (text(file, "status").to_owned(), text(file, "area").to_owned())
    };
    let is = |status: &str, area: &str| (status.to_owned(), area.to_owned());
    assert_eq!(told("committed.txt"), is("modified", "committed"));
    assert_eq!(told("staged.txt"), is("modified", "staged"));
    assert_eq!(told("unstaged.txt"), is("modified", "unstaged"));
    assert_eq!(told("both.txt"), is("modified", "mixed"));
    assert_eq!(told("deleted.txt"), is("deleted", "unstaged"));
    assert_eq!(told("dir/untracked \t\"ü\".txt"), is("added", "untracked"));
    assert_eq!(told("new name.txt"), is("renamed", "committed"));
    assert_eq!(files["new name.txt"]["old_path"], "moved.txt");
    assert_eq!(
        (&files["mode.txt"]["old_mode"], &files["mode.txt"]["new_mode"]),
        (&json!("100644"), &json!("100755"))
    );
    assert_eq!(files.len(), 8);
    assert_eq!(lines(&files["committed.txt"]), [" committed", "-second", "+SECOND", " third", " fourth"]);
    assert_eq!((&files["both.txt"]["additions"], &files["both.txt"]["deletions"]), (&json!(2), &json!(2)));
    assert_eq!((&diff["stats"]["ahead"], &diff["stats"]["behind"]), (&json!(1), &json!(0)));
    let status = ground.git_in(&workspace, &["status", "--porcelain"]);
    assert!(
        status.lines().any(|line| line.starts_with("M  staged.txt")),
        "looking does not touch the index: {status}"
    );
}

#[tokio::test]
async fn binary_and_large_files_are_bounded_and_a_file_alone_is_whole() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Change").await;
    let binary: Vec<u8> = (0..20_000_u32).map(|n| (n * 7 % 256) as u8).collect();
    write(&workspace, "picture.bin", binary);
    let large: String = (0..30_000).map(|n| format!("line number {n}\n")).collect();
    write(&workspace, "large.txt", large);
    write(&workspace, "no-newline.txt", "the end");
    let files = by_path(&ground.diff(&workspace).await);
    assert_eq!((&files["picture.bin"]["binary"], &files["picture.bin"]["hunks"]), (&json!(true), &json!([])));
    assert_eq!((&files["large.txt"]["too_large"], &files["large.txt"]["hunks"]), (&json!(true), &json!([])));
    assert_eq!(lines(&files["no-newline.txt"])[0], "+the end");
    assert!(lines(&files["no-newline.txt"])[1].starts_with('\\'));

    let repo = text(&workspace["repos"][0], "repo_id");
    let path = format!("/api/workspaces/{}/diff?repo_id={repo}&path=large.txt", id(&workspace));
    let alone = ground.client().get(&path).await.expect(200);
    assert_eq!(lines(&alone["files"][0]).len(), 30_000);
    let half = format!("/api/workspaces/{}/diff?path=large.txt", id(&workspace));
    ground.client().get(&half).await.refused(422, "invalid");
}

#[tokio::test]
async fn what_moved_on_the_base_is_not_the_workspaces_change() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Behind").await;
    write(&workspace, "mine.txt", "mine\n");
    ground.repo.write("theirs.txt", "theirs\n");
    ground.repo.commit("Theirs");
    let diff = ground.diff(&workspace).await;
    assert_eq!(by_path(&diff).into_keys().collect::<Vec<_>>(), ["mine.txt"]);
    assert_eq!((&diff["stats"]["behind"], &diff["stats"]["uncommitted"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn commits_are_listed_newest_first_and_what_is_left_can_be_committed() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Commit").await;
    write(&workspace, "a.txt", "a\n");
    ground.ask(&workspace, "commit", json!({"message": "First\n\nbody"})).await.expect(200);
    write(&workspace, "b.txt", "b\n");
    let made = ground.ask(&workspace, "commit", json!({"message": "Second"})).await.expect(200);
    let commits = ground.client().list(&format!("/api/workspaces/{}/commits", id(&workspace))).await;
    let subjects: Vec<&str> = commits.iter().map(|commit| text(commit, "subject")).collect();
    assert_eq!(subjects, ["Second", "First"]);
    assert_eq!(commits[0]["id"], made["items"][0]["commit"]);
    assert_eq!(commits[0]["author"], "Tess Ter");
    assert_eq!(ground.git_in(&workspace, &["status", "--porcelain"]), "");
}
