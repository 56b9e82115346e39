//! Agents that are not there, talk nonsense, or die.

use serde_json::{Value, json};
use switchyard_integration::{Expect, acp, id, said, text};

use crate::ground::Ground;

/// The codes and texts of a transcript's errors, joined.
fn errors(entries: &[Value]) -> String {
    let errors = entries.iter().filter(|entry| entry["kind"] == "error");
    errors.map(|entry| format!("{}: {}\n", text(entry, "code"), text(entry, "text"))).collect()
}

#[tokio::test]
async fn an_agent_that_is_not_installed_says_how_to_install_it() {
    let ground = Ground::new().await;
    let client = ground.client();
    let agents = client.list("/api/agents").await;
    let missing =
        agents.iter().find(|agent| agent["installed"] == false).expect("an agent that is not installed");
    let workspace = ground.workspace("Missing").await;
    let session = client.run_agent(&workspace, json!({"id": missing["id"]}), "hello").await;
    assert_eq!(session["status"], "failed", "{session}");
    let told = format!("{} {}", session["status_detail"], errors(&client.transcript(&session).await));
    assert!(told.contains(text(missing, "install_hint")), "{told}");

    let custom = json!({"id": "acp", "command": ["/no/such/program"]});
    let session = client.run_agent(&workspace, custom, "hello").await;
    assert_eq!(session["status"], "failed", "{session}");
    assert!(text(&session, "status_detail").contains("/no/such/program"), "{session}");
    let unknown = json!({"agent": {"id": "nobody-knows-me"}, "prompt": "hello"});
    let answer = ground.ask(&workspace, "sessions", unknown).await;
    if answer.status == 201 {
        let session = client.wait(&answer.json(), Expect::Status("failed")).await;
        assert!(text(&session, "status_detail").contains("nobody-knows-me"), "{session}");
    } else {
        answer.refused(422, "invalid");
    }
    client.run_agent(&workspace, acp(), "[[say the workspace is fine]]").await;
}

#[tokio::test]
async fn garbage_between_messages_is_told_and_does_not_end_the_turn() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Garbage").await;
    let session = client.run_agent(&workspace, acp(), "[[garbage]] [[say still here]]").await;
    assert_eq!(session["status"], "idle", "{session}");
    let entries = client.transcript(&session).await;
    assert!(said(&entries).contains("still here"));
    assert!(!errors(&entries).is_empty(), "somebody should know");
}

#[tokio::test]
async fn an_agent_that_speaks_no_protocol_at_all_fails_with_its_last_words() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Alien").await;
    let agent =
        json!({"id": "acp", "command": ["sh", "-c", "echo hello human; echo usage: alien >&2; exit 4"]});
    let session = ground.client().run_agent(&workspace, agent, "hello").await;
    assert_eq!(session["status"], "failed", "{session}");
    let told =
        format!("{} {}", session["status_detail"], errors(&ground.client().transcript(&session).await));
    assert!(told.contains("usage: alien"), "{told}");
}

#[tokio::test]
async fn an_agent_that_dies_fails_the_session_with_its_last_words_and_can_be_talked_to_again() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Die").await;
    let session =
        client.run_agent(&workspace, acp(), "[[say so far so good]] [[write half.txt|half]] [[die 7]]").await;
    assert_eq!(session["status"], "failed", "{session}");
    let entries = client.transcript(&session).await;
    assert!(said(&entries).contains("so far so good"));
    let told = format!("{} {}", session["status_detail"], errors(&entries));
    assert!(told.contains("dies as it was told"), "{told}");
    let exited = entries.iter().find(|entry| entry["event"] == "exited").expect("its end is told");
    assert_eq!(exited["code"], 7, "{exited}");
    client.tell(&session, "[[say alive again]]").await;
    client.wait(&session, Expect::Status("idle")).await;
    assert!(said(&client.transcript(&session).await).contains("alive again"));
}

#[tokio::test]
async fn an_agent_that_answers_with_an_error_or_wants_a_login_says_so() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Refuse").await;
    let session = client.run_agent(&workspace, acp(), "[[fail the quota is used up]]").await;
    let told = format!("{} {}", session["status_detail"], errors(&client.transcript(&session).await));
    assert!(told.contains("the quota is used up"), "{told}");
    let session = client.run_agent(&workspace, acp(), "[[login]]").await;
    let told = format!("{} {}", session["status_detail"], errors(&client.transcript(&session).await));
    assert!(told.to_lowercase().contains("log in") || told.to_lowercase().contains("sign in"), "{told}");
}

#[tokio::test]
async fn children_that_ignore_signals_and_leave_their_parents_are_gone_when_the_session_is_stopped() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Stubborn").await;
    let session = client.start_agent(&workspace, acp(), "[[fork-stubborn 5]] [[say forked]] [[hang]]").await;
    switchyard_integration::eventually("it forked", || async {
        let entries = client.transcript(&session).await;
        said(&entries).contains("forked").then_some(())
    })
    .await;
    let before = ground.instance.descendants();
    assert!(before.iter().filter(|process| process.command.contains("stubborn")).count() >= 5, "{before:?}");
    client.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
    client.wait(&session, Expect::Status("stopped")).await;
    let gone = || async { ground.instance.descendants().is_empty().then_some(()) };
    let patience = std::time::Duration::from_secs(10);
    let (_, took) = switchyard_integration::within(patience, "every process is gone", gone).await;
    eprintln!("every process of the tree was gone {took:?} after the session was told stopped");
}
