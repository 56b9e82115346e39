//! Permission requests, and messages that wait for a turn's end.

use serde_json::{Value, json};
use switchyard_integration::{Client, Expect, Feed, acp, id, said, text};

use crate::ground::Ground;

async fn pending(client: &Client) -> Vec<Value> {
    client.list("/api/approvals?status=pending").await
}

#[tokio::test]
async fn an_agent_that_asks_waits_for_the_answer_and_goes_on() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Ask").await;
    let mut feed = Feed::subscribe(client, None).await;
    let session = client.start_agent(&workspace, acp(), "[[ask Delete everything]] [[say thank you]]").await;
    let told = feed.until(|event| event["type"] == "approval.created").await;
    client.wait(&session, Expect::Status("waiting_approval")).await;
    let approvals = pending(client).await;
    assert_eq!(approvals.len(), 1);
    assert_eq!(approvals[0], told["data"]);
    assert_eq!(approvals[0]["title"], "Delete everything");
    let path = format!("/api/approvals/{}", id(&approvals[0]));
    client.post(&path, json!({"option_id": "whatever"})).await.refused(422, "invalid");
    let answered = client.post(&path, json!({"option_id": "allow"})).await.expect(200);
    assert_eq!((&answered["status"], &answered["option_id"]), (&json!("answered"), &json!("allow")));
    client.wait(&session, Expect::Status("idle")).await;
    assert!(said(&client.transcript(&session).await).contains("thank you"));
    assert!(pending(client).await.is_empty());
    assert_eq!(client.post(&path, json!({"option_id": "reject"})).await.status, 409);
    let questions: Vec<Value> =
        client.transcript(&session).await.into_iter().filter(|entry| entry["kind"] == "permission").collect();
    assert_eq!(questions.len(), 2, "asked and settled: {questions:?}");
    assert!(questions[0]["outcome"].is_null());
    assert_eq!(questions[1]["outcome"], json!({"kind": "selected", "option_id": "allow"}));
}

#[tokio::test]
async fn of_many_who_answer_at_once_one_is_heard() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Ask").await;
    let session = client.start_agent(&workspace, acp(), "[[ask May I]] [[say thank you]]").await;
    client.wait(&session, Expect::Status("waiting_approval")).await;
    let path = format!("/api/approvals/{}", id(&pending(client).await[0]));
    let answers = (0..6).map(|number| {
        let option = if number % 2 == 0 { "allow" } else { "reject" };
        client.post(&path, json!({"option_id": option}))
    });
    let answers = futures_util::future::join_all(answers).await;
    let heard: Vec<_> =
        answers.iter().filter(|answer| answer.status == 200).map(|answer| answer.json()).collect();
    assert_eq!(heard.len(), 1, "{answers:?}");
    client.wait(&session, Expect::Rest).await;
    let entries = client.transcript(&session).await;
    let settled = entries.iter().find(|entry| entry["outcome"].is_object()).expect("it is settled");
    assert_eq!(settled["outcome"]["option_id"], heard[0]["option_id"]);
    assert_eq!(said(&entries).contains("thank you"), heard[0]["option_id"] == "allow");
}

#[tokio::test]
async fn an_agent_that_is_refused_leaves_it() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Ask").await;
    let session = client.start_agent(&workspace, acp(), "[[ask-first May I]] [[say never said]]").await;
    client.wait(&session, Expect::Status("waiting_approval")).await;
    let approval = &pending(client).await[0];
    client
        .post(&format!("/api/approvals/{}", id(approval)), json!({"option_id": "reject"}))
        .await
        .expect(200);
    client.wait(&session, Expect::Status("idle")).await;
    let entries = client.transcript(&session).await;
    assert!(!said(&entries).contains("never said"));
    let call = approval["tool_call_id"].as_str().expect("a tool call");
    assert!(
        entries.iter().any(|entry| entry["kind"] == "tool_call" && entry["tool_call_id"] == call),
        "it has a row"
    );
}

#[tokio::test]
async fn a_question_that_waits_when_the_session_is_stopped_is_cancelled() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Ask").await;
    let session = client.start_agent(&workspace, acp(), "[[ask May I]]").await;
    client.wait(&session, Expect::Status("waiting_approval")).await;
    let approval = pending(client).await.remove(0);
    client.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
    client.wait(&session, Expect::Status("stopped")).await;
    assert!(pending(client).await.is_empty());
    let answer =
        client.post(&format!("/api/approvals/{}", id(&approval)), json!({"option_id": "allow"})).await;
    assert_eq!(answer.status, 409, "{}", answer.text());
}

#[tokio::test]
async fn what_is_said_during_a_turn_is_delivered_after_it_in_order() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Queue").await;
    let session = client.start_agent(&workspace, acp(), "[[ask Hold on]] [[say first]]").await;
    client.wait(&session, Expect::Status("waiting_approval")).await;
    let second = client.tell(&session, "[[say  second ]]").await;
    let wrong = client.tell(&session, "[[say taken back]]").await;
    let third = client.tell(&session, "[[say  third ]]").await;
    assert_eq!(second["status"], "queued");
    let waiting = client.list(&format!("/api/sessions/{}/messages", id(&session))).await;
    assert_eq!(waiting.iter().map(id).collect::<Vec<_>>(), [id(&second), id(&wrong), id(&third)]);
    let path = format!("/api/messages/{}", id(&wrong));
    assert_eq!(client.delete(&path, 0).await.status, 204);

    let approval = &pending(client).await[0];
    client.post(&format!("/api/approvals/{}", id(approval)), json!({"option_id": "allow"})).await.expect(200);
    let entries = switchyard_integration::eventually("all is delivered and done", || async {
        let entries = client.transcript(&session).await;
        (entries.iter().filter(|entry| entry["event"] == "turn_ended").count() == 3).then_some(entries)
    })
    .await;
    let waiting = client.list(&format!("/api/sessions/{}/messages", id(&session))).await;
    assert!(waiting.is_empty(), "{waiting:?}");
    let words: Vec<&str> = said(&entries).leak().split_whitespace().collect();
    assert_eq!(words, ["first", "second", "third"]);
    let order: Vec<&str> = entries
        .iter()
        .filter_map(|entry| match (text(entry, "kind"), entry["event"].as_str()) {
            ("user_message", _) => Some("message"),
            (_, Some("turn_ended")) => Some("end"),
            _ => None,
        })
        .collect();
    assert_eq!(order, ["message", "end", "message", "end", "message", "end"]);
    let delivered = entries.iter().filter(|entry| entry["message_id"] == third["id"]);
    assert_eq!(delivered.count(), 1);
    assert_eq!(
        client.delete(&format!("/api/messages/{}", id(&second)), 0).await.status,
        409,
        "it is delivered"
    );
}
