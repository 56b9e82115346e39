//! Transcripts as they grow.

use serde_json::{Value, json};
use switchyard_integration::{Client, Expect, Random, Socket, acp, command, id};

use crate::ground::Ground;

/// Follows a session from entry `after` until entry `last` has come, and perhaps some more with it.
async fn follow(client: &Client, session: &Value, after: usize, last: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut socket =
        Socket::open(client, &format!("/api/sessions/{}/stream?after={after}", id(session))).await;
    let mut entries: Vec<Value> = Vec::new();
    while !entries.iter().any(&last) {
        let frame = socket.next_within(switchyard_integration::NOISE).await;
        let Some(Some(frame)) = frame else { panic!("nothing comes after {:?}", entries.last()) };
        entries.extend(frame["entries"].as_array().expect("entries").clone());
    }
    entries
}

fn is_end_of_turn(entry: &Value) -> bool {
    entry["event"] == "turn_ended"
}

#[tokio::test]
async fn what_is_streamed_live_is_what_is_kept() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Stream").await;
    let session = client.start_agent(&workspace, acp(), "[[say a b c]] [[flood-tools 3000]] [[say d]]").await;
    let live = follow(client, &session, 0, is_end_of_turn).await;
    let kept = client.transcript(&session).await;
    assert!(live.len() > 3000);
    assert_eq!(live, kept[..live.len()]);
}

#[tokio::test]
async fn a_stream_can_be_taken_up_anywhere_any_number_of_times() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Stream").await;
    let session = client.start_agent(&workspace, acp(), "[[flood-tools 2000]] [[say done]]").await;
    let mut entries: Vec<Value> = Vec::new();
    let mut random = Random::seeded();
    while !entries.iter().any(is_end_of_turn) {
        let path = format!("/api/sessions/{}/stream?after={}", id(&session), entries.len());
        let mut socket = Socket::open(client, &path).await;
        for _ in 0..=random.below(3) {
            let frame = socket.next().await.expect("the stream goes on");
            entries.extend(frame["entries"].as_array().unwrap().clone());
            if entries.iter().any(is_end_of_turn) {
                break;
            }
        }
    }
    assert_eq!(entries, client.transcript(&session).await[..entries.len()]);
}

#[tokio::test]
async fn pages_of_a_transcript_fit_together_from_either_end() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Page").await;
    let session = client.run_agent(&workspace, acp(), "[[flood-tools 500]]").await;
    let whole = client.transcript(&session).await;
    let path = format!("/api/sessions/{}/entries", id(&session));
    let end = whole.len() + 1;
    let newest = client.get(&format!("{path}?limit=100&before={end}")).await.expect(200);
    assert_eq!(newest["items"].as_array().unwrap()[..], whole[whole.len() - 100..]);
    let mut backwards: Vec<Value> = newest["items"].as_array().unwrap().clone();
    let mut cursor = newest["next_cursor"].as_str().map(str::to_owned);
    while let Some(before) = cursor {
        let page = client.get(&format!("{path}?limit=100&before={before}")).await.expect(200);
        let mut items = page["items"].as_array().unwrap().clone();
        items.append(&mut backwards);
        backwards = items;
        cursor = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(backwards, whole);
    client.get(&format!("{path}?after=1&before=2")).await.refused(422, "invalid");
}

#[tokio::test]
async fn output_of_a_command_comes_while_it_runs() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Live").await;
    let line = "echo early; while [ ! -e go ]; do sleep 0.02; done; echo late";
    let session = client.start_agent(&workspace, command(line), "go").await;
    let early = |entry: &Value| {
        entry["text"].as_str().is_some_and(|text| text.contains("early")) && entry["kind"] == "agent_message"
    };
    let entries = follow(client, &session, 0, early).await;
    assert!(!entries.iter().any(is_end_of_turn), "it still runs");
    crate::ground::write(&workspace, "go", "");
    let session = client.wait(&session, Expect::Status("completed")).await;
    let rest = follow(client, &session, entries.len(), |entry| entry["event"] == "exited").await;
    assert!(rest.iter().any(|entry| entry["text"].as_str().is_some_and(|text| text.contains("late"))));
}

#[tokio::test]
async fn a_stream_of_what_is_not_there_is_refused() {
    let ground = Ground::new().await;
    let client = ground.client();
    let bearer = client.bearer();
    let headers = [("authorization", bearer.as_str())];
    for path in ["sessions/{id}/stream", "workspaces/{id}/changes"] {
        let path = format!("/api/{}", path.replace("{id}", &uuid::Uuid::now_v7().to_string()));
        assert_eq!(Socket::try_open(client, &path, &headers).await.err(), Some(404));
    }
}

#[tokio::test]
async fn a_change_of_files_is_told_to_who_watches() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Watch").await;
    let mut socket = Socket::open(client, &format!("/api/workspaces/{}/changes", id(&workspace))).await;
    // The watch begins some time after the connection; whoever writes until it tells cannot miss that.
    let mut number = 0;
    loop {
        number += 1;
        crate::ground::write(&workspace, "seen.txt", format!("{number}"));
        match socket.next_within(std::time::Duration::from_secs(1)).await {
            Some(frame) => break assert_eq!(frame, Some(json!({"changed": true}))),
            None => assert!(number < 20, "nothing is told"),
        }
    }
}
