//! Work coming home, and the base's news coming in.

use serde_json::{Value, json};
use switchyard_integration::{acp, id, text};

use crate::ground::{Ground, tree, write};

/// Everything that a merge that does not go through must leave as it was.
fn state(ground: &Ground, workspace: &Value) -> Vec<String> {
    let refs = ["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"];
    vec![
        ground.repo.git(refs),
        ground.repo.git(["status", "--porcelain"]),
        ground.git_in(workspace, &["status", "--porcelain"]),
        std::fs::read_to_string(ground.repo.path().join("README.md")).unwrap(),
        std::fs::read_to_string(tree(workspace).join("README.md")).unwrap(),
    ]
}

async fn conflicting(ground: &Ground) -> Value {
    let workspace = ground.workspace("Conflict").await;
    write(&workspace, "README.md", "# Mine\n");
    ground.git_in(&workspace, &["commit", "-qam", "Mine"]);
    ground.repo.write("README.md", "# Theirs\n");
    ground.repo.commit("Theirs");
    workspace
}

#[tokio::test]
async fn each_strategy_brings_committed_and_uncommitted_work_home() {
    for (strategy, parents, subjects) in [
        ("squash", 1, vec!["Land it", "Theirs", "Start"]),
        ("merge", 2, vec!["Land it", "Land it", "Mine", "Theirs", "Start"]),
        ("rebase", 1, vec!["Land it", "Mine", "Theirs", "Start"]),
    ] {
        let ground = Ground::new().await;
        let workspace = ground.workspace("Land it").await;
        write(&workspace, "committed.txt", "1\n");
        ground.git_in(&workspace, &["add", "-A"]);
        ground.git_in(&workspace, &["commit", "-qm", "Mine"]);
        write(&workspace, "left.txt", "2\n");
        ground.repo.write("theirs.txt", "3\n");
        ground.repo.commit("Theirs");
        let merged = ground.ask(&workspace, "merge", json!({"strategy": strategy})).await.expect(200);
        let commit = text(&merged, "commit");
        assert_eq!(ground.repo.git(["rev-parse", "main"]), commit, "{strategy}");
        let found = ground.repo.git(["log", "-1", "--format=%P", "main"]);
        assert_eq!(found.split_whitespace().count(), parents, "{strategy}");
        let mut log: Vec<String> =
            ground.repo.git(["log", "--format=%s", "main"]).lines().map(str::to_owned).collect();
        let mut expected: Vec<String> = subjects.into_iter().map(str::to_owned).collect();
        log.sort();
        expected.sort();
        assert_eq!(log, expected, "{strategy}");
        for (file, content) in [("committed.txt", "1\n"), ("left.txt", "2\n"), ("theirs.txt", "3\n")] {
            assert_eq!(
                std::fs::read_to_string(ground.repo.path().join(file)).unwrap(),
                content,
                "{strategy}: {file}"
            );
        }
        assert_eq!(ground.repo.git(["status", "--porcelain"]), "", "the checkout moved along");
        let workspace = ground.client().now("workspaces", &workspace).await;
        assert_eq!(
            (&workspace["status"], &workspace["repos"][0]["merged_commit"]),
            (&json!("merged"), &json!(commit))
        );
        let task =
            ground.client().get(&format!("/api/tasks/{}", text(&workspace, "task_id"))).await.expect(200);
        assert_eq!(task["status"], "done");
    }
}

#[tokio::test]
async fn a_conflict_names_its_paths_and_changes_nothing() {
    let ground = Ground::new().await;
    let workspace = conflicting(&ground).await;
    write(&workspace, "uncommitted.txt", "still here\n");
    let before = state(&ground, &workspace);
    for strategy in ["squash", "merge", "rebase"] {
        let problem = ground
            .ask(&workspace, "merge", json!({"strategy": strategy}))
            .await
            .refused(409, "merge_conflict");
        assert_eq!(problem["conflicts"][0]["path"], "README.md", "{problem}");
        assert_eq!(problem["conflicts"][0]["repo_id"], workspace["repos"][0]["repo_id"], "{problem}");
        assert_eq!(state(&ground, &workspace), before, "{strategy}");
    }
    let now = ground.client().now("workspaces", &workspace).await;
    assert_eq!(now["status"], "ready");
    assert!(now["error"].as_str().unwrap().contains("conflict"), "{now}");
}

#[tokio::test]
async fn a_conflict_is_handed_to_the_agent_and_then_merges() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = conflicting(&ground).await;
    let before = state(&ground, &workspace);
    let update = json!({"strategy": "merge", "on_conflict": "abort"});
    let report = ground.ask(&workspace, "update", update).await.expect(200);
    assert_eq!(
        (&report["status"], &report["conflicts"][0]["path"]),
        (&json!("conflicts"), &json!("README.md"))
    );
    assert_eq!(state(&ground, &workspace), before);

    let update = json!({"strategy": "merge", "on_conflict": "keep"});
    assert_eq!(ground.ask(&workspace, "update", update).await.expect(200)["status"], "conflicts");
    assert!(std::fs::read_to_string(tree(&workspace).join("README.md")).unwrap().contains("<<<<<<<"));
    assert_eq!(ground.diff(&workspace).await["stats"]["conflicts"][0]["path"], "README.md");
    ground.ask(&workspace, "merge", json!({"strategy": "merge"})).await.refused(409, "merge_in_progress");

    client.run_agent(&workspace, acp(), "[[write README.md|# Ours\n]] [[shell git add README.md]]").await;
    ground.ask(&workspace, "commit", json!({"message": "Resolve"})).await.expect(200);
    ground.ask(&workspace, "merge", json!({"strategy": "merge"})).await.expect(200);
    assert_eq!(std::fs::read_to_string(ground.repo.path().join("README.md")).unwrap(), "# Ours\n");
}

#[tokio::test]
async fn news_of_the_base_comes_in_under_uncommitted_work() {
    for strategy in ["merge", "rebase"] {
        let ground = Ground::new().await;
        let workspace = ground.workspace("Update").await;
        let update = json!({"strategy": strategy, "on_conflict": "keep"});
        assert_eq!(
            ground.ask(&workspace, "update", update.clone()).await.expect(200)["status"],
            "up_to_date"
        );
        write(&workspace, "mine.txt", "mine\n");
        ground.repo.write("theirs.txt", "theirs\n");
        ground.repo.commit("Theirs");
        assert_eq!(
            ground.ask(&workspace, "update", update).await.expect(200)["status"],
            "updated",
            "{strategy}"
        );
        for (file, content) in [("mine.txt", "mine\n"), ("theirs.txt", "theirs\n")] {
            assert_eq!(std::fs::read_to_string(tree(&workspace).join(file)).unwrap(), content);
        }
        assert_eq!(ground.diff(&workspace).await["stats"]["behind"], 0);
    }
}

#[tokio::test]
async fn a_persons_own_changes_are_never_overwritten_by_a_merge() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Careful").await;
    write(&workspace, "README.md", "# The agent's\n");
    ground.repo.write("README.md", "# Not committed by the person\n");
    ground.repo.write("unrelated.txt", "untouched\n");
    let before = state(&ground, &workspace);
    let problem =
        ground.ask(&workspace, "merge", json!({"strategy": "squash"})).await.refused(409, "base_dirty");
    assert!(problem["detail"].as_str().unwrap().contains("README.md"), "{problem}");
    assert_eq!(state(&ground, &workspace), before);
    ground.repo.git(["checkout", "--quiet", "README.md"]);
    ground.ask(&workspace, "merge", json!({"strategy": "squash"})).await.expect(200);
    assert_eq!(std::fs::read_to_string(ground.repo.path().join("unrelated.txt")).unwrap(), "untouched\n");
    assert_eq!(std::fs::read_to_string(ground.repo.path().join("README.md")).unwrap(), "# The agent's\n");
}

#[tokio::test]
async fn a_merge_without_work_and_a_merge_of_what_is_in_the_trash_are_refused() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Nothing").await;
    ground.ask(&workspace, "merge", json!({"strategy": "squash"})).await.refused(409, "nothing_to_merge");
    ground.ask(&workspace, "merge", json!({"strategy": "fold"})).await.refused(422, "invalid");
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    assert_eq!(ground.ask(&workspace, "merge", json!({"strategy": "squash"})).await.status, 409);
    ground
        .client()
        .get(&format!("/api/workspaces/{}/diff", id(&workspace)))
        .await
        .refused(409, "workspace_discarded");
}

#[tokio::test]
async fn work_goes_on_after_a_merge_and_merges_again() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Twice").await;
    for round in 1..=2 {
        let prompt = format!("[[write round-{round}.txt|{round}\n]]");
        client.run_agent(&workspace, acp(), &prompt).await;
        ground.ask(&workspace, "merge", json!({"strategy": "squash"})).await.expect(200);
        let merged = ground.repo.path().join(format!("round-{round}.txt"));
        assert_eq!(std::fs::read_to_string(merged).unwrap(), format!("{round}\n"));
    }
}

#[tokio::test]
async fn the_branch_can_be_pushed_to_the_repositorys_remote() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Push").await;
    write(&workspace, "pushed.txt", "yes\n");
    ground.ask(&workspace, "commit", json!({"message": "Pushed"})).await.expect(200);
    ground.ask(&workspace, "push", json!({})).await.refused(409, "no_remote");
    let remote = ground.repo.folder().join("remote.git");
    ground.repo.git_in(&ground.repo.folder(), ["init", "--quiet", "--bare", "remote.git"]);
    ground.repo.git(["remote", "add", "origin", remote.to_str().unwrap()]);
    let pushed = ground.ask(&workspace, "push", json!({})).await.expect(200);
    let branch = text(&workspace, "branch");
    assert_eq!((&pushed["remote"], &pushed["branch"]), (&json!("origin"), &json!(branch)));
    let there = ground.repo.git_in(&remote, ["log", "-1", "--format=%s", branch]);
    assert_eq!(there, "Pushed");
}
