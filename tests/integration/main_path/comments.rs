//! Review comments, and the one message that they become.

use serde_json::{Value, json};
use switchyard_integration::{Expect, acp, eventually, id, text};

use crate::ground::{Ground, write};

fn on_line(workspace: &Value, line: u32, words: &str) -> Value {
    json!({
        "repo_id": workspace["repos"][0]["repo_id"], "path": "src/lib.rs", "side": "new", "line": line,
        "quote": format!("line {line}"), "text": words,
    })
}

#[tokio::test]
async fn a_comment_is_written_edited_and_deleted() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Review").await;
    let comment = ground.ask(&workspace, "comments", on_line(&workspace, 3, "Why?")).await.expect(201);
    assert_eq!(
        (&comment["line"], &comment["end_line"], &comment["status"]),
        (&json!(3), &json!(3), &json!("open"))
    );
    let path = format!("/api/comments/{}", id(&comment));
    let edited = client.patch(&path, 1, json!({"text": "Because?"})).await.expect(200);
    assert_eq!(edited["text"], "Because?");
    let stale = client.patch(&path, 1, json!({"text": "No"})).await.refused(409, "stale");
    assert_eq!(stale["current"], edited);
    for (field, body) in [
        ("text", on_line(&workspace, 3, "  ")),
        ("line", on_line(&workspace, 0, "x")),
        ("repo_id", {
            let mut body = on_line(&workspace, 1, "x");
            body["repo_id"] = json!(uuid::Uuid::now_v7());
            body
        }),
    ] {
        let problem = ground.ask(&workspace, "comments", body).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    assert_eq!(client.delete(&path, 2).await.status, 204);
    assert!(client.list(&format!("/api/workspaces/{}/comments", id(&workspace))).await.is_empty());
}

#[tokio::test]
async fn all_open_comments_reach_the_agent_as_one_message() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Review").await;
    write(&workspace, "src/lib.rs", "one\ntwo\nthree\n");
    let session = client.run_agent(&workspace, acp(), "[[say ready]]").await;
    let review = json!({"session_id": session["id"], "text": "Two things."});
    ground.ask(&workspace, "review", review.clone()).await.refused(409, "nothing_to_send");
    ground.ask(&workspace, "comments", on_line(&workspace, 1, "Rename [[say renamed]]")).await.expect(201);
    let mut second = on_line(&workspace, 2, "Explain");
    second["end_line"] = json!(3);
    ground.ask(&workspace, "comments", second).await.expect(201);
    let message = ground.ask(&workspace, "review", review.clone()).await.expect(202);
    let words = text(&message, "text").to_owned();
    for part in ["Two things.", "src/lib.rs:1", "> line 1", "Rename", "src/lib.rs:2-3", "Explain"] {
        assert!(words.contains(part), "{part} in {words}");
    }
    eventually("the message is delivered", || async {
        let entries = client.transcript(&session).await;
        let delivered: Vec<_> = entries.iter().filter(|entry| entry["message_id"] == message["id"]).collect();
        delivered.first().map(|entry| assert_eq!(entry["text"], words))
    })
    .await;
    client.wait(&session, Expect::Status("idle")).await;
    let comments = client.list(&format!("/api/workspaces/{}/comments", id(&workspace))).await;
    assert!(comments.iter().all(|comment| comment["status"] == "sent"), "{comments:?}");
    ground.ask(&workspace, "review", review).await.refused(409, "nothing_to_send");
    let other = ground.workspace("Other").await;
    let crossed = json!({"session_id": session["id"]});
    ground.ask(&other, "review", crossed).await.refused(404, "not_found");
}
