//! The whole path in one go, on this very repository.

use std::path::Path;

use serde_json::json;
use switchyard_integration::{Expect, Instance, acp, command, id, said, text};
use switchyard_testkit::repo::TempRepo;

#[tokio::test]
async fn from_an_empty_board_to_a_merged_commit_in_this_very_repository() {
    let place = TempRepo::new();
    let origin = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let clone = place.folder().join("switchyard");
    place.git_in(&place.folder(), ["clone", "--quiet", origin.to_str().unwrap(), "switchyard"]);
    place.git_in(&clone, ["switch", "--quiet", "-C", "trunk"]);
    let instance = Instance::start().await;
    let client = instance.client();

    let project = client.project("Switchyard").await;
    let repo = client.repo(&project, &clone).await;
    assert_eq!((&repo["name"], &repo["default_branch"]), (&json!("switchyard"), &json!("trunk")));
    let tasks = format!("/api/projects/{project}/tasks");
    let body =
        json!({"title": "Say who wrote it", "description": "Add an **AUTHORS** file.", "labels": ["docs"]});
    let task = client.post(&tasks, body).await.expect(201);

    // A first attempt with a plain command, which is thrown away.
    let attempts = format!("/api/tasks/{}/workspaces", id(&task));
    let body = json!({"agent": command("echo nobody > AUTHORS"), "prompt": "go"});
    let first = client.post(&attempts, body).await.expect(201);
    assert_eq!(first["base_branch"], "trunk");
    let session = client.list(&format!("/api/workspaces/{}/sessions", id(&first))).await.remove(0);
    client.wait(&session, Expect::Status("completed")).await;
    client.post(&format!("/api/workspaces/{}/discard", id(&first)), json!({})).await.expect(200);

    // A second with an agent that asks first.
    let prompt = "[[plan ask|write]] [[ask Write AUTHORS]] [[write AUTHORS|Ada\n]] [[say It is written.]]";
    let second = client.post(&attempts, json!({"agent": acp(), "prompt": prompt})).await.expect(201);
    let session = client.list(&format!("/api/workspaces/{}/sessions", id(&second))).await.remove(0);
    client.wait(&session, Expect::Status("waiting_approval")).await;
    let approval = client.list("/api/approvals?status=pending").await.remove(0);
    client
        .post(&format!("/api/approvals/{}", id(&approval)), json!({"option_id": "allow"}))
        .await
        .expect(200);
    client.wait(&session, Expect::Status("idle")).await;
    assert!(said(&client.transcript(&session).await).contains("It is written."));

    // A review, a correction, and home.
    let diff = client.get(&format!("/api/workspaces/{}/diff", id(&second))).await.expect(200);
    assert_eq!(
        (&diff["files"][0]["path"], &diff["files"][0]["hunks"][0]["lines"]),
        (&json!("AUTHORS"), &json!(["+Ada"]))
    );
    let comment = json!({
        "repo_id": repo["id"], "path": "AUTHORS", "side": "new", "line": 1, "quote": "Ada",
        "text": "Her full name, please. [[edit AUTHORS|Ada|Ada Lovelace]]",
    });
    client.post(&format!("/api/workspaces/{}/comments", id(&second)), comment).await.expect(201);
    let review = json!({"session_id": session["id"]});
    let message = client.post(&format!("/api/workspaces/{}/review", id(&second)), review).await.expect(202);
    switchyard_integration::eventually("the review is worked in", || async {
        let entries = client.transcript(&session).await;
        // Between the message and the beginning of its turn the session still is as the turn before left it.
        let heard = entries.iter().position(|entry| entry["message_id"] == message["id"])?;
        let ended = entries[heard..].iter().any(|entry| entry["event"] == "turn_ended");
        (ended && client.now("sessions", &session).await["status"] == "idle").then_some(())
    })
    .await;
    let merge = json!({"strategy": "squash", "message": "Add AUTHORS"});
    let merged = client.post(&format!("/api/workspaces/{}/merge", id(&second)), merge).await.expect(200);
    assert_eq!(place.git_in(&clone, ["rev-parse", "trunk"]), text(&merged, "commit"));
    assert_eq!(place.git_in(&clone, ["log", "-1", "--format=%s"]), "Add AUTHORS");
    assert_eq!(std::fs::read_to_string(clone.join("AUTHORS")).unwrap(), "Ada Lovelace\n");
    assert_eq!(place.git_in(&clone, ["status", "--porcelain"]), "");
    let done = client.list(&format!("{tasks}?status=done")).await;
    assert_eq!(done.iter().map(id).collect::<Vec<_>>(), [id(&task)]);
}
