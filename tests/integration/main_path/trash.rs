//! Discarding, and getting back what was discarded, byte for byte.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::{Value, json};
use switchyard_integration::{Expect, Method, acp, id, text};

use crate::ground::{Ground, tree, write};

/// Every file below `root` with its mode and content; symbolic links with where they lead.
fn files(root: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            if name == ".git" {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_symlink() {
                let target = std::fs::read_link(&path).expect("a link");
                found.insert(name, (0, target.into_os_string().into_encoded_bytes()));
            } else {
                let mode = entry.metadata().expect("metadata").permissions().mode();
                found.insert(name, (mode, std::fs::read(&path).expect("a file")));
            }
        }
    }
    found
}

/// Mode and bytes of each file, by path.
type Files = BTreeMap<String, (u32, Vec<u8>)>;

fn state(ground: &Ground, workspace: &Value) -> (Files, Vec<String>) {
    let git = |args: &[&str]| ground.git_in(workspace, args);
    let told = vec![
        git(&["status", "--porcelain=v2", "--branch", "--ignored"]),
        git(&["diff", "--cached"]),
        git(&["log", "--format=%H %s"]),
        git(&["stash", "list"]),
    ];
    (files(&tree(workspace)), told)
}

fn fill(ground: &Ground, workspace: &Value) {
    write(workspace, ".gitignore", "ignored/\n*.log\n");
    write(workspace, "committed.txt", "committed\n");
    ground.git_in(workspace, &["add", "-A"]);
    ground.git_in(workspace, &["commit", "-qm", "Work"]);
    write(workspace, "staged.txt", "staged\n");
    ground.git_in(workspace, &["add", "staged.txt"]);
    write(workspace, "staged.txt", "changed again\n");
    write(workspace, "README.md", "# Changed, not staged\n");
    write(workspace, "new/deep/untracked.bin", (0..=255).collect::<Vec<u8>>());
    write(workspace, "ignored/cache.txt", "kept too\n");
    write(workspace, "noise.log", "noise\n");
    write(workspace, "odd \"name\"\tü.txt", "");
    write(workspace, "run.sh", "#!/bin/sh\n");
    std::fs::set_permissions(tree(workspace).join("run.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    symlink("committed.txt", tree(workspace).join("link")).unwrap();
    symlink("/nowhere", tree(workspace).join("dangling")).unwrap();
}

#[tokio::test]
async fn what_was_discarded_comes_back_byte_for_byte() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Throw away").await;
    fill(&ground, &workspace);
    let before = state(&ground, &workspace);
    let branch = text(&workspace, "branch");

    let discarded = ground.ask(&workspace, "discard", json!({})).await.expect(200);
    assert_eq!(discarded["status"], "discarded");
    assert!(discarded["discarded_at"].is_string());
    assert!(!tree(&workspace).exists());
    assert_eq!(ground.repo.git(["branch", "--list", branch]), "", "the branch is out of the way");
    let trash = client.list(&format!("/api/projects/{}/workspaces?status=discarded", ground.project)).await;
    assert_eq!(trash.iter().map(id).collect::<Vec<_>>(), [id(&workspace)]);
    let task = client.get(&format!("/api/tasks/{}", text(&workspace, "task_id"))).await.expect(200);
    assert_eq!(task["workspace_count"], 0);

    let restored = ground.ask(&workspace, "restore", json!({})).await.expect(200);
    assert_eq!(restored["status"], "ready");
    assert_eq!(state(&ground, &restored), before);
    ground.ask(&workspace, "merge", json!({"strategy": "squash"})).await.expect(200);
}

#[tokio::test]
async fn discarding_stops_the_agent_first() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Busy").await;
    let session = client.start_agent(&workspace, acp(), "[[write half.txt|half]] [[hang]]").await;
    client.wait(&session, Expect::Status("running")).await;
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    client.wait(&session, Expect::Rest).await;
    let path = format!("/api/sessions/{}/messages", id(&session));
    client.post(&path, json!({"text": "hello?"})).await.refused(409, "workspace_discarded");
    ground.ask(&workspace, "restore", json!({})).await.expect(200);
    client.tell(&session, "[[say back again]]").await;
    client.wait(&session, Expect::Status("idle")).await;
}

#[tokio::test]
async fn nothing_is_removed_for_good_without_its_name() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Purge").await;
    write(&workspace, "precious.txt", "precious\n");
    let path = format!("/api/workspaces/{}", id(&workspace));
    let purge = async |branch: &str| {
        client.call(Method::DELETE, &path, &[], Some(&json!({ "branch": branch }))).await
    };
    let branch = text(&workspace, "branch");
    purge(branch).await.refused(409, "workspace_not_discarded");
    assert!(tree(&workspace).join("precious.txt").exists());
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    purge("main").await.refused(422, "invalid");
    purge("").await.refused(422, "invalid");
    ground.ask(&workspace, "restore", json!({})).await.expect(200);
    assert_eq!(std::fs::read_to_string(tree(&workspace).join("precious.txt")).unwrap(), "precious\n");
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    assert_eq!(purge(branch).await.status, 204);
    client.get(&path).await.refused(404, "not_found");
    assert_eq!(ground.repo.git(["worktree", "list"]).lines().count(), 1);
}

#[tokio::test]
async fn the_cleanup_script_runs_in_the_worktree_before_it_goes() {
    let ground = Ground::new().await;
    let witness = ground.instance.folder().join("witness");
    ground.settings(json!({"cleanup_script": format!("pwd > {}; exit 3", witness.display())})).await;
    let workspace = ground.workspace("Clean").await;
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    let ran_in = std::fs::read_to_string(&witness).expect("the script ran");
    assert!(tree(&workspace).starts_with(ran_in.trim()), "{ran_in}");
}
