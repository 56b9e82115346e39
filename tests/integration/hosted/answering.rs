//! Whoever answers, stops or types does so at any server: the agent, the shell and the person notice nothing of it.

use serde_json::{Value, json};
use switchyard_integration::{Hosted, Terminal, Visitor, eventually, id, text};

use super::leases::{wait_for, workspace};
use super::organisations::own_id;

/// Somebody's session with an agent that follows a script, as far as its first question.
async fn asking(visitor: &Visitor, workspace: &Value, agent: &Value, script: &str) -> Value {
    let path = format!("/api/workspaces/{}/sessions", id(workspace));
    let session = visitor.post(&path, json!({ "agent": agent, "prompt": script })).await.expect(201);
    wait_for(visitor, &session, "waiting_approval").await;
    session
}

/// The path of the one question that a session asks.
async fn question(visitor: &Visitor, session: &Value) -> String {
    eventually("the question is there", || async {
        let pending = visitor.get("/api/approvals?status=pending").await.expect(200);
        let pending = pending["items"].as_array().expect("a list").clone();
        let own = pending.iter().find(|approval| approval["session_id"] == session["id"]);
        own.map(|approval| format!("/api/approvals/{}", id(approval)))
    })
    .await
}

/// What a transcript says of how its questions were settled, and what the agent said.
async fn settled(visitor: &Visitor, session: &Value) -> (Vec<Value>, String) {
    let entries = visitor.get(&format!("/api/sessions/{}/entries?after=0", id(session))).await.expect(200);
    let entries = entries["items"].as_array().expect("a list").clone();
    let outcomes = entries.iter().map(|entry| entry["outcome"].clone()).filter(Value::is_object).collect();
    (outcomes, switchyard_integration::said(&entries))
}

fn picked(option: &str) -> Value {
    json!({ "kind": "selected", "option_id": option })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_at_the_server_that_does_not_drive_a_session_reaches_its_agent_once() {
    let hosted = Hosted::start_with(2, &[]).await;
    let ada = hosted.person("ada").await;
    let there = ada.at(hosted.ports()[1]);
    let workspace = workspace(&hosted, &ada).await;
    let agent = hosted.agent(&own_id(&ada).await);
    let session = asking(&ada, &workspace, &agent, "[[ask May I]] [[say thanks]]").await;
    let path = question(&there, &session).await;
    let answered = there.post(&path, json!({ "option_id": "allow" })).await.expect(200);
    assert_eq!(answered["status"], "answered");
    wait_for(&there, &session, "idle").await;
    assert_eq!(settled(&ada, &session).await, (vec![picked("allow")], "thanks".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_answers_at_two_servers_at_once_one_is_heard_and_the_other_told_so() {
    let hosted = Hosted::start_with(2, &[]).await;
    let ada = hosted.person("ada").await;
    let there = ada.at(hosted.ports()[1]);
    let workspace = workspace(&hosted, &ada).await;
    let agent = hosted.agent(&own_id(&ada).await);
    let session = asking(&ada, &workspace, &agent, "[[ask May I]]").await;
    let mut expected = Vec::new();
    for round in 0..5 {
        let path = question(&ada, &session).await;
        let (here, other) = tokio::join!(
            ada.post(&path, json!({ "option_id": "allow" })),
            there.post(&path, json!({ "option_id": "reject" })),
        );
        let (heard, refused) = if here.status == 200 { (here, other) } else { (other, here) };
        let heard = heard.expect(200);
        // As at one server, word for word.
        let late = ada.post(&path, json!({ "option_id": "allow" })).await;
        assert_eq!(text(&refused.json(), "detail"), text(&late.json(), "detail"));
        refused.refused(409, "approval_settled");
        expected.push(picked(text(&heard, "option_id")));
        wait_for(&ada, &session, "idle").await;
        if round < 4 {
            let messages = format!("/api/sessions/{}/messages", id(&session));
            there.post(&messages, json!({ "text": "[[ask And now]]" })).await.expect(202);
            wait_for(&ada, &session, "waiting_approval").await;
        }
    }
    assert_eq!(settled(&there, &session).await.0, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_outlives_the_server_that_its_session_was_driven_by() {
    let mut hosted = Hosted::start_with(2, &[]).await;
    let ports = hosted.ports();
    let ada = hosted.person("ada").await;
    let there = ada.at(ports[1]);
    let agent = hosted.agent(&{
        // Whoever calls their runner has a folder.
        ada.get("/api/agents").await.expect(200);
        own_id(&ada).await
    });
    let first = workspace(&hosted, &ada).await;
    let mut sessions = vec![asking(&ada, &first, &agent, "[[ask May I]] [[say thanks]]").await];
    for _ in 0..2 {
        let again = format!("/api/tasks/{}/workspaces", text(&first, "task_id"));
        let next = ada.post(&again, json!({})).await.expect(201);
        sessions.push(asking(&ada, &next, &agent, "[[ask May I]] [[say thanks]]").await);
    }
    hosted.kill9(ports[0]);
    // Nobody drives any of them: one is answered and one stopped at once, the third is answered once it was taken over.
    let path = question(&there, &sessions[0]).await;
    there.post(&path, json!({ "option_id": "allow" })).await.expect(200);
    there.post(&format!("/api/sessions/{}/stop", id(&sessions[1])), json!({})).await.expect(202);
    wait_for(&there, &sessions[0], "idle").await;
    wait_for(&there, &sessions[1], "stopped").await;
    let path = question(&there, &sessions[2]).await;
    there.post(&path, json!({ "option_id": "allow" })).await.expect(200);
    wait_for(&there, &sessions[2], "idle").await;
    for session in [&sessions[0], &sessions[2]] {
        assert_eq!(settled(&there, session).await, (vec![picked("allow")], "thanks".to_owned()));
    }
    assert_eq!(settled(&there, &sessions[1]).await.1, "", "a stopped agent goes on with nothing");
    // The first server comes back, and tells the agent nothing that it heard before.
    hosted.launch(ports[0]).await;
    for session in [&sessions[0], &sessions[2]] {
        assert_eq!(settled(&ada, session).await, (vec![picked("allow")], "thanks".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_is_one_at_every_server_and_outlives_the_one_that_opened_it() {
    let mut hosted = Hosted::start_with(2, &[]).await;
    let ports = hosted.ports();
    let ada = hosted.person("ada").await;
    let there = ada.at(ports[1]);
    let workspace = workspace(&hosted, &ada).await;
    let path = format!("/api/workspaces/{}/terminals", id(&workspace));
    let size = json!({ "cols": 80, "rows": 24 });
    let terminal = ada.post(&path, size.clone()).await.expect(201);
    let attach = format!("/api/terminals/{}/attach", id(&terminal));
    let mut near = Terminal::over(ada.open(&attach).await);
    let mut far = Terminal::over(there.open(&attach).await);
    far.runs("echo $((6 * 7))", "42").await;
    near.until("42").await;
    near.runs("echo $((6 * 8))", "48").await;
    far.until("48").await;
    // What is opened at either is known to both, and closed at either.
    let other = there.post(&path, size).await.expect(201);
    let listed = ada.get(&path).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2), "{listed}");
    let watching = Terminal::over(there.open(&format!("/api/terminals/{}/attach", id(&other))).await);
    ada.delete_seen(&format!("/api/terminals/{}", id(&other)), 1).await.expect(204);
    let (last, code, _) = watching.end().await;
    assert_eq!((&last["reason"], code), (&json!("closed"), 1000));
    // The shell is the runner's: the server that opened it dies, and who looks through the other notices nothing.
    far.runs("kept=yes", "kept=yes").await;
    hosted.kill9(ports[0]);
    far.runs("echo $kept$kept", "yesyes").await;
    let mut again = Terminal::over(there.open(&attach).await);
    again.until("yesyes").await;
    far.types("exit 3\r").await;
    let (last, _, _) = far.end().await;
    assert_eq!((&last["reason"], &last["exit_code"]), (&json!("exited"), &json!(3)));
    eventually("its end is noted by the server that is left", || async {
        let now = there.get(&format!("/api/terminals/{}", id(&terminal))).await.expect(200);
        (now["status"] == "closed").then_some(())
    })
    .await;
}
