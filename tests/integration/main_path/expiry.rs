//! The end of waiting: what nobody answers in time is rejected, and the agent goes on.

use std::time::Duration;

use serde_json::{Value, json};
use switchyard_integration::{Expect, Setup, acp, eventually, id, said, text};
use switchyard_testkit::repo::TempRepo;

use crate::ground::Ground;

/// An hour.
const HOUR: Duration = Duration::from_secs(3600);

/// A board whose agents live on while the server is stopped for time to pass.
async fn ground() -> Ground {
    let environment = vec![("SWITCHYARD_ON_EXIT".to_owned(), "keep".to_owned())];
    Ground::of(TempRepo::new(), Setup { environment, ..Setup::default() }).await
}

/// Starts an agent that asks, and returns its session and the request.
async fn asked(ground: &Ground, prompt: &str) -> (Value, Value) {
    let workspace = ground.workspace("Ask").await;
    let session = ground.client().start_agent(&workspace, acp(), prompt).await;
    ground.client().wait(&session, Expect::Status("waiting_approval")).await;
    (session, ground.client().list("/api/approvals?status=pending").await.remove(0))
}

async fn let_wait(ground: &mut Ground, approval: &Value, time: Duration) {
    ground.let_pass(&[("approvals", "created_at", approval)], time).await;
}

/// The request once it is given up.
async fn expired(ground: &Ground, approval: &Value) -> Value {
    eventually("the request is given up", || async {
        let all = ground.client().list("/api/approvals?status=expired").await;
        all.into_iter().find(|one| one["id"] == approval["id"])
    })
    .await
}

/// A second after a start, the requests have been looked through.
async fn still_waits(ground: &Ground, approval: &Value) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    let pending = ground.client().list("/api/approvals?status=pending").await;
    assert_eq!(pending.iter().map(id).collect::<Vec<_>>(), [id(approval)]);
}

#[tokio::test]
async fn a_request_that_nobody_answers_for_a_day_is_rejected_and_its_agent_goes_on() {
    let mut ground = ground().await;
    let (session, approval) = asked(&ground, "[[ask Delete everything]] [[say never said]]").await;
    let_wait(&mut ground, &approval, 23 * HOUR).await;
    still_waits(&ground, &approval).await;
    let_wait(&mut ground, &approval, 2 * HOUR).await;
    let given_up = expired(&ground, &approval).await;
    assert_eq!((&given_up["option_id"], &given_up["answered_by"]), (&json!("reject"), &json!(null)));
    assert!(given_up["answered_at"].is_string(), "{given_up}");

    let client = ground.client();
    client.wait(&session, Expect::Status("idle")).await;
    let entries = client.transcript(&session).await;
    let settled = entries.iter().find(|entry| entry["outcome"].is_object()).expect("the agent was told");
    assert_eq!(settled["outcome"], json!({"kind": "selected", "option_id": "reject"}));
    assert_eq!(said(&entries).trim(), "Then I leave it.");
    assert_eq!(expired(&ground, &approval).await["option_id"], "reject", "it stays so");
    let path = format!("/api/approvals/{}", id(&approval));
    client.post(&path, json!({"option_id": "allow"})).await.refused(409, "approval_settled");
    client.tell(&session, "[[say still here]]").await;
    eventually("the agent can be talked to", || async {
        said(&client.transcript(&session).await).contains("still here").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_agent_that_takes_no_rejection_is_stopped_and_says_why() {
    let mut ground = ground().await;
    let (session, approval) = asked(&ground, "[[ask-leave Go on]] [[say never said]]").await;
    let_wait(&mut ground, &approval, 25 * HOUR).await;
    let client = ground.client();
    let stopped = eventually("the session says why it was stopped", || async {
        let now = client.now("sessions", &session).await;
        (now["status"] == "stopped" && now["status_detail"].is_string()).then_some(now)
    })
    .await;
    assert!(text(&stopped, "status_detail").contains("Nobody answered “Go on” in time"), "{stopped}");
    assert!(expired(&ground, &approval).await["option_id"].is_null());
    assert!(!said(&client.transcript(&session).await).contains("never said"));
    eventually("no process is left", || async { ground.instance.descendants().is_empty().then_some(()) })
        .await;
    let path = format!("/api/approvals/{}", id(&approval));
    client.post(&path, json!({"option_id": "allow"})).await.refused(409, "approval_settled");
    client.tell(&session, "[[say back again]]").await;
    eventually("it can be started again", || async {
        let now = client.now("sessions", &session).await;
        (now["status"] == "idle" && said(&client.transcript(&session).await).contains("back again"))
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn with_an_expiry_of_none_a_request_waits_on() {
    let mut ground = ground().await;
    ground.client().patch("/api/config", 0, json!({"approval_expiry_hours": 0})).await.expect(200);
    let (session, approval) = asked(&ground, "[[ask May I]] [[say thank you]]").await;
    let_wait(&mut ground, &approval, 2000 * HOUR).await;
    still_waits(&ground, &approval).await;
    let path = format!("/api/approvals/{}", id(&approval));
    ground.client().post(&path, json!({"option_id": "allow"})).await.expect(200);
    ground.client().wait(&session, Expect::Status("idle")).await;
    assert!(said(&ground.client().transcript(&session).await).contains("thank you"));
}
