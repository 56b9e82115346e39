//! Repositories and worktrees in states that people bring about.

use std::path::Path;

use serde_json::{Value, json};
use switchyard_integration::{Answer, Instance, Setup, command, id, text};
use switchyard_testkit::repo::TempRepo;

use crate::ground::{Ground, tree, write};

async fn add(instance: &Instance, project: &str, path: impl AsRef<Path>) -> Answer {
    instance.client().post(&format!("/api/projects/{project}/repos"), json!({ "path": path.as_ref() })).await
}

/// A workspace that could not be made.
async fn failed(ground: &Ground, body: Value) -> Value {
    let task = ground.client().task(&ground.project, "Never").await;
    let made = ground.client().post(&format!("/api/tasks/{}/workspaces", id(&task)), body).await.expect(201);
    assert_eq!(made["status"], "failed", "{made}");
    made
}

#[tokio::test]
async fn what_is_no_repository_is_refused_and_says_what_is_wrong() {
    let instance = Instance::start().await;
    let project = instance.client().project("P").await;
    let place = TempRepo::new();
    let plain = place.folder().join("plain");
    std::fs::create_dir(&plain).unwrap();
    place.git_in(&place.folder(), ["init", "--quiet", "--bare", "bare.git"]);
    let outside = [plain, place.folder().join("bare.git"), place.folder().join("nowhere")];
    for path in outside.iter().map(|path| path.as_path()).chain([Path::new(""), Path::new("relative/path")]) {
        let answer = add(&instance, &project, path).await;
        let problem = answer.json();
        assert_eq!(answer.status, 422, "{}: {problem}", path.display());
        assert_eq!(problem["errors"][0]["field"], "path", "{problem}");
        assert!(text(&problem, "detail").len() > 20, "it says what is wrong: {problem}");
    }
    assert!(instance.client().list(&format!("/api/projects/{project}/repos")).await.is_empty());
    let inside = place.path().join("folder");
    std::fs::create_dir(&inside).unwrap();
    let added = add(&instance, &project, inside).await.expect(201);
    assert_eq!(added["path"], json!(place.path()), "any path inside of it stands for the repository");
    assert_eq!(add(&instance, &project, place.path()).await.status, 409, "it is there already");
}

#[tokio::test]
async fn a_task_without_repository_cannot_have_a_workspace() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let task = client.task(&project, "T").await;
    let answer = client.post(&format!("/api/tasks/{}/workspaces", id(&task)), json!({})).await;
    answer.refused(409, "no_repos");
}

#[tokio::test]
async fn a_repository_with_a_detached_head_is_worked_on_from_its_branch() {
    let repo = TempRepo::new();
    repo.git(["checkout", "--quiet", "--detach"]);
    let ground = Ground::of(repo, Setup::default()).await;
    let workspace = ground.workspace("Detached").await;
    assert_eq!(workspace["base_branch"], "main");
    write(&workspace, "x.txt", "x\n");
    let merged = ground.ask(&workspace, "merge", json!({"strategy": "squash"})).await.expect(200);
    assert_eq!(ground.repo.git(["rev-parse", "main"]), text(&merged, "commit"));
}

#[tokio::test]
async fn a_repository_without_commits_says_that_it_needs_one() {
    let instance = Instance::start().await;
    let project = instance.client().project("P").await;
    let repo = TempRepo::empty();
    let added = add(&instance, &project, repo.path()).await;
    if added.status == 201 {
        let task = instance.client().task(&project, "T").await;
        let path = format!("/api/tasks/{}/workspaces", id(&task));
        let made = instance.client().post(&path, json!({})).await.expect(201);
        assert_eq!(made["status"], "failed", "{made}");
        assert!(text(&made, "error").contains("commit"), "{made}");
    } else {
        assert!(text(&added.json(), "detail").contains("commit"), "{}", added.text());
    }
}

#[tokio::test]
async fn a_base_branch_that_is_not_there_fails_the_workspace_and_it_can_be_discarded() {
    let ground = Ground::new().await;
    let made = failed(&ground, json!({"base_branch": "no-such-branch"})).await;
    assert!(text(&made, "error").contains("no-such-branch"), "{made}");
    let body = json!({"agent": command("true"), "prompt": "x"});
    ground.ask(&made, "sessions", body).await.refused(409, "workspace_failed");
    ground.ask(&made, "discard", json!({})).await.expect(200);
    for name in ["--upload-pack=touch", "-x", "a..b", "main^{tree}", "refs/heads/main"] {
        let made = failed(&ground, json!({ "base_branch": name })).await;
        assert!(!text(&made, "error").is_empty(), "{name}");
    }
    assert_eq!(ground.repo.git(["branch", "--format=%(refname:short)"]), "main");
}

#[tokio::test]
async fn a_branch_that_is_in_the_way_of_new_ones_is_told_by_name() {
    let ground = Ground::new().await;
    ground.repo.git(["branch", "agents"]);
    ground.settings(json!({"branch_prefix": "agents"})).await;
    let made = failed(&ground, json!({})).await;
    assert!(text(&made, "error").contains("agents"), "{made}");
    ground.settings(json!({"branch_prefix": "by-agents"})).await;
    ground.workspace("Free").await;
}

#[tokio::test]
async fn an_agent_asked_for_with_a_workspace_that_fails_is_told_failed_too() {
    let ground = Ground::new().await;
    let made = failed(&ground, json!({"base_branch": "none", "agent": command("true"), "prompt": "x"})).await;
    let session = ground.client().list(&format!("/api/workspaces/{}/sessions", id(&made))).await.remove(0);
    assert_eq!(session["status"], "failed", "{session}");
    assert!(text(&session, "status_detail").contains("none"), "{session}");
}

#[tokio::test]
async fn a_repository_that_is_gone_is_told_with_its_path_and_works_when_it_is_back() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Gone").await;
    let (here, away) = (ground.repo.path(), ground.repo.folder().join("away"));
    std::fs::rename(&here, &away).unwrap();
    let answer = ground.client().get(&format!("/api/workspaces/{}/diff", id(&workspace))).await;
    let problem = answer.refused(409, "repository_missing");
    assert!(text(&problem, "detail").contains(here.to_str().unwrap()), "{problem}");
    let made = failed(&ground, json!({})).await;
    assert!(text(&made, "error").contains(here.to_str().unwrap()), "{made}");
    std::fs::rename(&away, &here).unwrap();
    ground.diff(&workspace).await;
}

#[tokio::test]
async fn a_worktree_removed_by_hand_is_told_and_what_was_committed_can_be_had_back() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Removed").await;
    write(&workspace, "kept.txt", "kept\n");
    ground.ask(&workspace, "commit", json!({"message": "Kept"})).await.expect(200);
    std::fs::remove_dir_all(tree(&workspace)).unwrap();
    let answer = ground.client().get(&format!("/api/workspaces/{}/diff", id(&workspace))).await;
    let problem = answer.refused(409, "worktree_missing");
    assert!(text(&problem, "detail").contains(tree(&workspace).to_str().unwrap()), "{problem}");
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    let restored = ground.ask(&workspace, "restore", json!({})).await.expect(200);
    assert_eq!(std::fs::read_to_string(tree(&restored).join("kept.txt")).unwrap(), "kept\n");
}

#[tokio::test]
async fn hooks_and_drivers_that_a_repository_brings_are_not_run() {
    let repo = TempRepo::new();
    let witness = repo.folder().join("witness");
    let touch = format!("#!/bin/sh\ntouch {}\n", witness.display());
    for hook in [
        "post-checkout",
        "pre-commit",
        "post-commit",
        "post-merge",
        "reference-transaction",
        "prepare-commit-msg",
    ] {
        let path = repo.path().join(".git/hooks").join(hook);
        switchyard_testkit::repo::write(&path, &touch);
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let evil = repo.folder().join("evil.sh");
    switchyard_testkit::repo::write(&evil, &touch);
    std::fs::set_permissions(&evil, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for name in [
        "core.fsmonitor",
        "core.sshCommand",
        "diff.external",
        "core.pager",
        "core.editor",
        "credential.helper",
    ] {
        repo.git(["-c", "core.fsmonitor=false", "config", name, evil.to_str().unwrap()]);
    }
    let _ = std::fs::remove_file(&witness);
    let ground = Ground::of(repo, Setup::default()).await;
    let workspace = ground.workspace("Hostile").await;
    write(&workspace, "x.txt", "x\n");
    ground.diff(&workspace).await;
    ground.ask(&workspace, "commit", json!({"message": "x"})).await.expect(200);
    ground.ask(&workspace, "merge", json!({"strategy": "merge"})).await.expect(200);
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    assert!(!witness.exists(), "code of the repository ran");
}
