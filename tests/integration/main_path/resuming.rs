//! Stopping, and going on: after a stop, after a restart, across a restart.

use serde_json::json;
use switchyard_integration::{Expect, Setup, acp, command, eventually, id, kinds, said};
use switchyard_testkit::repo::TempRepo;

use crate::ground::Ground;

#[tokio::test]
async fn stopped_means_that_every_process_is_gone() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Stop").await;
    let session = client.start_agent(&workspace, acp(), "[[fork-stubborn 3]] [[hang]]").await;
    eventually("the agent's processes are there", || async {
        let stubborn =
            ground.instance.descendants().into_iter().filter(|process| process.command.contains("stubborn"));
        (stubborn.count() >= 3).then_some(())
    })
    .await;
    client.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
    client.wait(&session, Expect::Status("stopped")).await;
    eventually("no process is left", || async { ground.instance.descendants().is_empty().then_some(()) })
        .await;
    client.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
}

#[tokio::test]
async fn stopping_an_agent_that_nobody_follows_is_in_the_transcript_at_once() {
    let mut ground = Ground::new().await;
    let workspace = ground.workspace("Idle").await;
    let session = ground.client().run_agent(&workspace, acp(), "[[say done]]").await;
    assert_eq!(session["status"], "idle");
    // A new server follows sessions with work under way; this one has none, though its agent lives.
    ground.instance.kill9();
    ground.instance.launch().await;
    let client = ground.client();
    client.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
    client.wait(&session, Expect::Status("stopped")).await;
    assert_eq!(kinds(&client.transcript(&session).await).last().map(String::as_str), Some("stopped"));
    eventually("no process is left", || async { ground.instance.descendants().is_empty().then_some(()) })
        .await;
}

#[tokio::test]
async fn a_stopped_agent_remembers_when_it_is_talked_to_again() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Remember").await;
    let session = client.start_agent(&workspace, acp(), "[[say the magic word is plum]] [[hang]]").await;
    client.wait(&session, Expect::Status("running")).await;
    eventually("it spoke", || async {
        said(&client.transcript(&session).await).contains("plum").then_some(())
    })
    .await;
    client.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
    client.wait(&session, Expect::Status("stopped")).await;
    client.tell(&session, "[[echo-history]]").await;
    client.wait(&session, Expect::Status("idle")).await;
    let entries = client.transcript(&session).await;
    let after_stop: Vec<_> =
        entries.iter().skip_while(|entry| entry["event"] != "stopped").cloned().collect();
    assert!(said(&after_stop).contains("the magic word is plum"), "{after_stop:#?}");
    assert!(kinds(&after_stop).contains(&"resumed".to_owned()), "{:?}", kinds(&after_stop));
}

#[tokio::test]
async fn an_agent_that_cannot_load_is_told_what_was_said() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Recap").await;
    let mut agent = acp();
    agent["command"].as_array_mut().unwrap().push(json!("--no-load"));
    let session = client.start_agent(&workspace, agent, "[[say the magic word is fig]]").await;
    client.wait(&session, Expect::Status("idle")).await;
    client.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
    client.wait(&session, Expect::Rest).await;
    client.tell(&session, "[[say I was told]] [[echo-history]]").await;
    eventually("it answers", || async {
        said(&client.transcript(&session).await).contains("I was told").then_some(())
    })
    .await;
    client.wait(&session, Expect::Status("idle")).await;
    let home = ground.instance.folder().join("home/.scripted-agent");
    let told: String = std::fs::read_dir(home)
        .unwrap()
        .flatten()
        .map(|file| std::fs::read_to_string(file.path()).unwrap())
        .filter(|prompts| prompts.contains("I was told"))
        .collect();
    assert!(told.contains("fig"), "the recap reached the agent: {told}");
}

#[tokio::test]
async fn after_a_restart_sessions_are_there_stopped_and_go_on_when_talked_to() {
    let mut ground = Ground::new().await;
    let workspace = ground.workspace("Restart").await;
    let session = ground.client().start_agent(&workspace, acp(), "[[say before]] [[hang]]").await;
    let client = ground.client();
    eventually("it spoke", || async {
        said(&client.transcript(&session).await).contains("before").then_some(())
    })
    .await;
    let before = client.transcript(&session).await;
    ground.instance.restart().await;
    let client = ground.client();
    client.wait(&session, Expect::Rest).await;
    let entries = client.transcript(&session).await;
    assert_eq!(entries[..before.len()], before, "nothing that was there changed");
    client.tell(&session, "[[echo-history]]").await;
    client.wait(&session, Expect::Status("idle")).await;
    let entries = client.transcript(&session).await;
    assert!(said(&entries[before.len()..]).contains("[[say before]]"));
}

#[tokio::test]
async fn an_agent_that_is_kept_goes_on_across_a_restart() {
    let environment = vec![("SWITCHYARD_ON_EXIT".to_owned(), "keep".to_owned())];
    let mut ground = Ground::of(TempRepo::new(), Setup { environment, ..Setup::default() }).await;
    let workspace = ground.workspace("Keep").await;
    let line = "echo one; while [ ! -e go ]; do sleep 0.02; done; echo two";
    let session = ground.client().start_agent(&workspace, command(line), "go").await;
    let client = ground.client();
    eventually("it spoke", || async {
        said(&client.transcript(&session).await).contains("one").then_some(())
    })
    .await;
    ground.instance.stop().await;
    crate::ground::write(&workspace, "go", "");
    ground.instance.launch().await;
    let client = ground.client();
    client.wait(&session, Expect::Status("completed")).await;
    assert_eq!(
        said(&client.transcript(&session).await).split_whitespace().collect::<Vec<_>>(),
        ["one", "two"]
    );
}

#[tokio::test]
async fn a_question_asked_before_a_restart_can_be_answered_after_it() {
    let environment = vec![("SWITCHYARD_ON_EXIT".to_owned(), "keep".to_owned())];
    let mut ground = Ground::of(TempRepo::new(), Setup { environment, ..Setup::default() }).await;
    let workspace = ground.workspace("Ask").await;
    let session = ground.client().start_agent(&workspace, acp(), "[[ask May I]] [[say thank you]]").await;
    ground.client().wait(&session, Expect::Status("waiting_approval")).await;
    ground.instance.restart().await;
    let client = ground.client();
    let approvals = client.list("/api/approvals?status=pending").await;
    client
        .post(&format!("/api/approvals/{}", id(&approvals[0])), json!({"option_id": "allow"}))
        .await
        .expect(200);
    client.wait(&session, Expect::Status("idle")).await;
    assert!(said(&client.transcript(&session).await).contains("thank you"));
}

#[tokio::test]
async fn a_clean_end_leaves_no_process() {
    let mut ground = Ground::new().await;
    let workspace = ground.workspace("End").await;
    let session = ground.client().start_agent(&workspace, acp(), "[[fork-stubborn 2]] [[hang]]").await;
    ground.client().wait(&session, Expect::Status("running")).await;
    let status = ground.instance.stop().await;
    assert!(status.success(), "{status}");
    eventually("the runner and all agents are gone", || async {
        switchyard_integration::processes_of(ground.instance.folder()).is_empty().then_some(())
    })
    .await;
}
