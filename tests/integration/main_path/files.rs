//! Looking at files, and at nothing outside of the workspace.

use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use switchyard_integration::{Answer, id, text};

use crate::ground::{Ground, tree, write};

fn encode(path: &str) -> String {
    path.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn list(ground: &Ground, workspace: &serde_json::Value, path: &str) -> Answer {
    ground.client().get(&format!("/api/workspaces/{}/files?path={}", id(workspace), encode(path))).await
}

async fn content(ground: &Ground, workspace: &serde_json::Value, path: &str) -> Answer {
    ground
        .client()
        .get(&format!("/api/workspaces/{}/files/content?path={}", id(workspace), encode(path)))
        .await
}

#[tokio::test]
async fn folders_and_files_are_shown_as_they_are() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Look").await;
    write(&workspace, "src/ü b.txt", "text\n");
    write(&workspace, "picture.bin", [0, 1, 2, 255]);
    symlink("README.md", tree(&workspace).join("link.md")).unwrap();
    let root = list(&ground, &workspace, "").await.expect(200);
    assert_eq!(root["items"][0]["name"], "project");
    let items = list(&ground, &workspace, "project").await.expect(200)["items"].as_array().unwrap().clone();
    let kind = |name: &str| {
        items.iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("{name}"))["kind"].clone()
    };
    assert_eq!(
        (kind("src"), kind("README.md"), kind("link.md")),
        (json!("dir"), json!("file"), json!("symlink"))
    );
    let file = content(&ground, &workspace, "project/src/ü b.txt").await.expect(200);
    assert_eq!((&file["text"], &file["binary"], &file["size"]), (&json!("text\n"), &json!(false), &json!(5)));
    let file = content(&ground, &workspace, "project/picture.bin").await.expect(200);
    assert_eq!((&file["text"], &file["binary"]), (&json!(null), &json!(true)));
    assert_eq!(content(&ground, &workspace, "project/none.txt").await.status, 404);
}

#[tokio::test]
async fn no_path_leads_out_of_the_workspace() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Escape").await;
    symlink("/etc", tree(&workspace).join("etc")).unwrap();
    symlink("/etc/passwd", tree(&workspace).join("passwd")).unwrap();
    symlink("../../../../../../etc", tree(&workspace).join("up")).unwrap();
    let token = ground.instance.data_dir().join("token");
    symlink(&token, tree(&workspace).join("token")).unwrap();
    for path in [
        "..",
        "../..",
        "project/../../..",
        "/etc/passwd",
        "//etc/passwd",
        "project/etc/passwd",
        "project/passwd",
        "project/up/passwd",
        "project/token",
        "project/./../../../../token",
        token.to_str().unwrap(),
    ] {
        for answer in [content(&ground, &workspace, path).await, list(&ground, &workspace, path).await] {
            assert!([404, 422].contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
            assert!(
                !answer.text().contains("root:") && !answer.text().contains(&ground.instance.token()),
                "{path}"
            );
        }
        content(&ground, &workspace, path).await.refused(422, "path_outside");
    }
    for path in
        ["project/%2e%2e/%2e%2e", "project/..%2f..", "nul\0byte", "project/．．/．．", "project\\..\\.."]
    {
        let answer = content(&ground, &workspace, path).await;
        assert!([404, 422].contains(&answer.status), "{path:?}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_symlink_swapped_while_it_is_read_shows_nothing_from_outside() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Swap").await;
    let inside = tree(&workspace);
    write(&workspace, "real/secret.txt", "inside\n");
    let outside = ground.instance.folder().join("outside");
    switchyard_testkit::repo::write(&outside.join("secret.txt"), "outside\n");
    let ended = Arc::new(AtomicBool::new(false));
    let swapper = std::thread::spawn({
        let ended = Arc::clone(&ended);
        move || {
            let swapped = inside.join("swapped");
            while !ended.load(Ordering::Relaxed) {
                for target in [inside.join("real"), outside.clone()] {
                    let _ = std::fs::remove_file(&swapped);
                    let _ = symlink(&target, &swapped);
                }
                let _ = std::fs::remove_file(&swapped);
                let _ = std::fs::rename(inside.join("real"), &swapped);
                let _ = std::fs::rename(&swapped, inside.join("real"));
            }
        }
    });
    let mut seen = 0;
    for _ in 0..400 {
        let answer = content(&ground, &workspace, "project/swapped/secret.txt").await;
        match answer.status {
            200 => {
                assert_eq!(text(&answer.json(), "text"), "inside\n");
                seen += 1;
            }
            status => assert!([404, 422].contains(&status), "{}", answer.text()),
        }
    }
    ended.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    eprintln!("read from inside {seen} times of 400");
}

#[tokio::test]
async fn repositories_are_found_and_typed_paths_completed() {
    let ground = Ground::new().await;
    let client = ground.client();
    let found = client
        .get(&format!("/api/fs/repos?under={}", encode(ground.repo.folder().to_str().unwrap())))
        .await
        .expect(200);
    assert_eq!(found["items"][0]["path"], json!(ground.repo.path()), "{found}");
    assert_eq!(found["items"][0]["branch"], "main");
    assert_eq!(found["complete"], true);
    let typed = format!("{}/pro", ground.repo.folder().display());
    let items = client.list(&format!("/api/fs/complete?prefix={}", encode(&typed))).await;
    assert_eq!(items, [json!({"path": ground.repo.path(), "name": "project", "is_repo": true})]);
    let branches = client.list(&format!("/api/projects/{}/repos", ground.project)).await;
    let branches = client.list(&format!("/api/repos/{}/branches", id(&branches[0]))).await;
    let main = branches.iter().find(|branch| branch["name"] == "main").expect("main");
    assert_eq!(
        (&main["current"], &main["commit"]),
        (&json!(true), &json!(ground.repo.git(["rev-parse", "main"])))
    );
}
