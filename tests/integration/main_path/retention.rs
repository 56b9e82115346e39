//! The end of the trash: what lies there longer than it is kept is removed for good, and nothing else.

use std::time::Duration;

use serde_json::{Value, json};
use switchyard_integration::{eventually, id, text};

use crate::ground::{Ground, write};

/// A day.
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn gone(ground: &Ground, noun: &str, resource: &Value) {
    let path = format!("/api/{noun}/{}", id(resource));
    eventually(&format!("{path} is gone"), || async {
        (ground.client().get(&path).await.status == 404).then_some(())
    })
    .await;
}

fn refs(ground: &Ground, workspace: &Value) -> String {
    ground.repo.git(["for-each-ref", &format!("refs/switchyard/workspaces/{}", id(workspace))])
}

#[tokio::test]
async fn a_discarded_workspace_is_removed_when_its_time_is_up_and_no_day_earlier() {
    let mut ground = Ground::new().await;
    let (old, young) = (ground.workspace("Old").await, ground.workspace("Young").await);
    let living = ground.workspace("Living").await;
    for workspace in [&old, &young, &living] {
        write(workspace, "precious.txt", "precious\n");
    }
    for workspace in [&old, &young] {
        ground.ask(workspace, "discard", json!({})).await.expect(200);
    }
    ground.let_pass(&[("workspaces", "discarded_at", &young)], 29 * DAY).await;
    ground.let_pass(&[("workspaces", "discarded_at", &old)], 31 * DAY).await;
    gone(&ground, "workspaces", &old).await;
    assert_eq!(refs(&ground, &old), "", "its checkpoints are gone");
    assert_ne!(refs(&ground, &young), "");
    let restored = ground.ask(&young, "restore", json!({})).await.expect(200);
    for workspace in [&restored, &living] {
        let kept = crate::ground::tree(workspace).join("precious.txt");
        assert_eq!(std::fs::read_to_string(kept).expect("a file"), "precious\n");
    }
}

#[tokio::test]
async fn with_a_retention_of_none_the_trash_is_kept_for_ever() {
    let mut ground = Ground::new().await;
    ground.client().patch("/api/config", 0, json!({"trash_retention_days": 0})).await.expect(200);
    let (kept, task) = (ground.workspace("Kept").await, ground.client().task(&ground.project, "T").await);
    ground.ask(&kept, "discard", json!({})).await.expect(200);
    assert_eq!(ground.client().delete(&format!("/api/tasks/{}", id(&task)), 1).await.status, 204);
    let aged = [("workspaces", "discarded_at", &kept), ("tasks", "deleted_at", &task)];
    ground.let_pass(&aged, 4000 * DAY).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    ground.ask(&kept, "restore", json!({})).await.expect(200);
    ground.client().post(&format!("/api/tasks/{}/restore", id(&task)), json!({})).await.expect(200);
    // With a time to live it goes at the next look, so that it was the setting that kept it.
    ground.ask(&kept, "discard", json!({})).await.expect(200);
    ground.client().patch("/api/config", 1, json!({"trash_retention_days": 1})).await.expect(200);
    ground.let_pass(&[("workspaces", "discarded_at", &kept)], 2 * DAY).await;
    gone(&ground, "workspaces", &kept).await;
}

#[tokio::test]
async fn a_deleted_task_gives_its_workspace_to_the_trash_before_it_goes() {
    let mut ground = Ground::new().await;
    let workspace = ground.workspace("Unmerged").await;
    write(&workspace, "precious.txt", "precious\n");
    let task = ground.client().get(&format!("/api/tasks/{}", text(&workspace, "task_id"))).await.expect(200);
    let path = format!("/api/tasks/{}", id(&task));
    let version = task["version"].as_i64().expect("a version");
    assert_eq!(ground.client().delete(&path, version).await.status, 204);

    ground.let_pass(&[("tasks", "deleted_at", &task)], 31 * DAY).await;
    eventually("its workspace is in the trash", || async {
        (ground.client().now("workspaces", &workspace).await["status"] == "discarded").then_some(())
    })
    .await;
    ground.client().get(&path).await.expect(200);
    let restored = ground.ask(&workspace, "restore", json!({})).await.expect(200);
    let kept = crate::ground::tree(&restored).join("precious.txt");
    assert_eq!(
        std::fs::read_to_string(kept).expect("a file"),
        "precious\n",
        "unmerged work has its own time"
    );

    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    ground.let_pass(&[("workspaces", "discarded_at", &workspace)], 31 * DAY).await;
    gone(&ground, "workspaces", &workspace).await;
    gone(&ground, "tasks", &task).await;
}

#[tokio::test]
async fn a_deleted_project_goes_with_its_tasks_and_leaves_the_repository_alone() {
    let mut ground = Ground::new().await;
    let task = ground.client().task(&ground.project, "T").await;
    let path = format!("/api/projects/{}", ground.project);
    let project = ground.client().get(&path).await.expect(200);
    let version = project["version"].as_i64().expect("a version");
    assert_eq!(ground.client().delete(&path, version).await.status, 204);
    ground.let_pass(&[("projects", "deleted_at", &project)], 31 * DAY).await;
    gone(&ground, "projects", &project).await;
    gone(&ground, "tasks", &task).await;
    assert_eq!(ground.repo.git(["status", "--porcelain"]), "");
}
