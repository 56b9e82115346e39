//! What every agent must be able to do here.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use switchyard_integration::{Client, Expect, command, id, said, text, within};

use super::profile::{Profile, Scene, in_tree};

/// How long an agent may take for anything: some are half a minute about starting on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, condition: impl FnMut() -> F) -> T {
    within(PATIENCE, what, condition).await.0
}

async fn run_agent(client: &Client, workspace: &Value, agent: Value, prompt: &str) -> Value {
    let session = client.start_agent(workspace, agent, prompt).await;
    client.wait_within(PATIENCE, &session, Expect::Rest).await.0
}

/// The person answers each question with an option of this kind, until the turn is over; how many there were.
async fn answer_all(client: &Client, session: &Value, kind: &str) -> usize {
    let mut answered = 0;
    loop {
        let standing = eventually("the agent asks, or is done", || async {
            let now = client.now("sessions", session).await;
            (!["starting", "running"].contains(&text(&now, "status"))).then_some(now)
        })
        .await;
        if standing["status"] != "waiting_approval" {
            return answered;
        }
        for approval in client.list("/api/approvals?status=pending").await {
            let options = approval["options"].as_array().unwrap();
            let option = options
                .iter()
                .find(|option| option["kind"] == kind)
                .unwrap_or_else(|| panic!("no option to {kind}: {approval}"));
            let body = json!({"option_id": option["id"]});
            client.post(&format!("/api/approvals/{}", id(&approval)), body).await.expect(200);
            answered += 1;
        }
    }
}

async fn until_it_asks(client: &Client, session: &Value) {
    eventually("it asks", || async {
        let now = client.now("sessions", session).await;
        (now["status"] == "waiting_approval").then_some(())
    })
    .await;
}

/// The last entry of each tool call.
fn calls(entries: &[Value]) -> Vec<&Value> {
    let mut last: Vec<&Value> = Vec::new();
    for entry in entries.iter().filter(|entry| entry["kind"] == "tool_call") {
        last.retain(|known| known["tool_call_id"] != entry["tool_call_id"]);
        last.push(entry);
    }
    last
}

fn told(entries: &[Value]) -> String {
    let shown: Vec<String> = entries.iter().map(ToString::to_string).collect();
    shown.join("\n")
}

pub(super) async fn changes_a_file(profile: Profile) {
    let scene = Scene::of(profile).await;
    let client = scene.ground.client();
    let listed = client.list("/api/agents").await;
    let known = listed.iter().find(|agent| agent["id"] == scene.profile.id).expect("it is in the catalogue");
    assert_eq!(known["installed"], true, "{known}");
    assert!(known["version"].is_string(), "{known}");

    let workspace = scene.ground.workspace("Greet").await;
    let file = in_tree(&workspace, "greeting.txt");
    let prompt = format!(
        "[[say On it.]] [[write {}|good morning]] [[shell echo it is written]] [[say Done.]]",
        file.display()
    );
    let session = client.start_agent(&workspace, scene.agent(), &prompt).await;
    answer_all(client, &session, "allow_once").await;
    let entries = client.transcript(&session).await;
    let session = client.now("sessions", &session).await;
    assert_eq!(session["status"], "idle", "{}", told(&entries));
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim_end(), "good morning");
    let words = said(&entries);
    assert!(words.contains("On it.") && words.contains("Done."), "{}", told(&entries));

    let diff = entries
        .iter()
        .flat_map(|entry| entry["content"].as_array().into_iter().flatten())
        .find(|part| part["type"] == "diff")
        .unwrap_or_else(|| panic!("a diff in\n{}", told(&entries)));
    assert!(text(diff, "path").ends_with("greeting.txt"), "{diff}");
    assert_eq!(text(diff, "new_text").trim_end(), "good morning");
    let calls = calls(&entries);
    assert!(calls.len() >= 2 && calls.iter().all(|call| call["status"] == "completed"), "{}", told(&entries));
    assert!(calls.iter().all(|call| !text(call, "title").is_empty()), "{calls:#?}");
    if scene.profile.tells_output {
        let command = calls.iter().find(|call| call["tool_kind"] == "execute").expect("the command's call");
        let same = |entry: &&Value| entry["tool_call_id"] == command["tool_call_id"];
        let shown: Vec<Value> = entries.iter().filter(same).cloned().collect();
        let printed = shown.iter().any(|entry| entry["content"].to_string().contains("it is written"));
        assert!(printed, "what the command printed is in\n{}", told(&shown));
    }
}

pub(super) async fn asks_for_permission(profile: Profile) {
    let scene = Scene::of(profile).await;
    let client = scene.ground.client();
    let workspace = scene.ground.workspace("Ask").await;
    let (allowed, refused) = (in_tree(&workspace, "allowed.txt"), in_tree(&workspace, "refused.txt"));
    let session = run_agent(client, &workspace, scene.agent(), "[[say Ready.]]").await;
    if let Some(mode) = scene.profile.asking_mode {
        let choice = json!({"option_id": "mode", "choice_id": mode});
        assert_eq!(client.post(&format!("/api/sessions/{}/options", id(&session)), choice).await.status, 202);
    }
    client.tell(&session, &format!("{} [[say I went on.]]", (scene.profile.risky)(&allowed, "yes"))).await;
    until_it_asks(client, &session).await;
    assert_eq!(answer_all(client, &session, "allow_once").await, 1);
    let entries = client.transcript(&session).await;
    assert_eq!(std::fs::read_to_string(&allowed).unwrap().trim_end(), "yes", "{}", told(&entries));
    assert!(said(&entries).contains("I went on."), "{}", told(&entries));
    let asked = entries.iter().find(|entry| entry["kind"] == "permission").expect("a permission entry");
    assert!(!text(asked, "title").is_empty(), "{asked}");
    let call = asked["tool_call_id"].as_str().expect("the tool call that it is about");
    let row = entries.iter().position(|entry| entry["tool_call_id"] == call && entry["kind"] == "tool_call");
    let question = entries.iter().position(|entry| entry["kind"] == "permission");
    assert!(row < question, "the tool call is shown before its question\n{}", told(&entries));

    client.tell(&session, &(scene.profile.risky)(&refused, "no")).await;
    until_it_asks(client, &session).await;
    assert_eq!(answer_all(client, &session, "reject_once").await, 1);
    let entries = client.transcript(&session).await;
    assert!(!refused.exists(), "{}", told(&entries));
    let last = calls(&entries).pop().unwrap();
    assert!(["failed", "completed"].contains(&text(last, "status")), "{}", told(&entries));
    assert_eq!(client.now("sessions", &session).await["status"], "idle");
}

pub(super) async fn stops_and_goes_on(profile: Profile) {
    let scene = Scene::of(profile).await;
    let client = scene.ground.client();
    let workspace = scene.ground.workspace("Stop").await;
    // A whole turn first: not every agent keeps a conversation whose first turn was broken off.
    let session = run_agent(client, &workspace, scene.agent(), "[[say The word is plum.]]").await;
    client.tell(&session, "[[say I am at it.]] [[hang]]").await;
    eventually("it works", || async {
        said(&client.transcript(&session).await).contains("I am at it.").then_some(())
    })
    .await;
    client.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
    client.wait_within(PATIENCE, &session, Expect::Status("stopped")).await;
    eventually("no process is left", || async {
        scene.ground.instance.descendants().is_empty().then_some(())
    })
    .await;
    until_it_can_be_taken_up(&scene.profile).await;
    remembers(client, &session, "The word is plum.").await;
}

pub(super) async fn outlives_a_restart(profile: Profile) {
    let mut scene = Scene::of(profile).await;
    let client = scene.ground.client();
    let workspace = scene.ground.workspace("Restart").await;
    let session = run_agent(client, &workspace, scene.agent(), "[[say The word is fig.]]").await;
    let before = client.transcript(&session).await;
    assert_eq!(session["status"], "idle", "{}", told(&before));
    scene.ground.instance.restart().await;
    until_it_can_be_taken_up(&scene.profile).await;
    let client = scene.ground.client();
    remembers(client, &session, "The word is fig.").await;
    let entries = client.transcript(&session).await;
    assert_eq!(entries[..before.len()], before, "nothing that was there changed");
    let again = said(&entries[before.len()..]).matches("The word is fig.").count();
    assert_eq!(again, 1, "the old conversation is not told again\n{}", told(&entries));
}

async fn until_it_can_be_taken_up(profile: &Profile) {
    if profile.files_by_minute {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        tokio::time::sleep(Duration::from_secs(61 - now % 60)).await;
    }
}

/// Talks to a session that does not run, and finds that the model is told what was said before.
async fn remembers(client: &Client, session: &Value, words: &str) {
    let before = client.transcript(session).await.len();
    client.tell(session, "[[say I remember:]] [[echo-history]]").await;
    let entries = eventually("it answers", || async {
        let entries = client.transcript(session).await;
        let ended =
            entries[before..].iter().any(|entry| entry["event"] == "turn_ended" || entry["kind"] == "error");
        ended.then_some(entries)
    })
    .await;
    assert!(said(&entries[before..]).contains(words), "{}", told(&entries));
    let resumed = entries[before..].iter().find(|entry| entry["event"] == "resumed").expect("it was resumed");
    assert_eq!(resumed["remembered"], true, "the agent took its own conversation up: {resumed}");
}

pub(super) async fn tells_model_errors(profile: Profile, status: u16) {
    let scene = Scene::of(profile).await;
    let client = scene.ground.client();
    let workspace = scene.ground.workspace("Fail").await;
    let session = run_agent(client, &workspace, scene.agent(), &format!("[[status {status}]]")).await;
    let entries = client.transcript(&session).await;
    let errors: Vec<&Value> = entries.iter().filter(|entry| entry["kind"] == "error").collect();
    let shown = told(&entries);
    assert!(!errors.is_empty(), "{shown}");
    let reason = format!("fail with status {status}");
    assert!(errors.iter().any(|error| text(error, "text").contains(&reason)), "{shown}");
    // It is no end: what follows is answered.
    client.tell(&session, "[[say Better now.]]").await;
    eventually("it answers", || async {
        said(&client.transcript(&session).await).contains("Better now.").then_some(())
    })
    .await;
}

pub(super) async fn runs_as_a_command(profile: Profile, line: &str) {
    let scene = Scene::of(profile).await;
    let client = scene.ground.client();
    let workspace = scene.ground.workspace("Command").await;
    let file = in_tree(&workspace, "greeting.txt");
    let prompt = format!("[[write {}|good morning]] [[say Done.]]", file.display());
    let session = run_agent(client, &workspace, command(line), &prompt).await;
    let entries = client.transcript(&session).await;
    assert_eq!(session["status"], "completed", "{}", told(&entries));
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim_end(), "good morning");
    assert!(said(&entries).contains("Done."), "{}", told(&entries));
    let session = run_agent(client, &workspace, command(line), "[[status 400]]").await;
    let entries = client.transcript(&session).await;
    assert_eq!(session["status"], "failed", "{}", told(&entries));
    assert!(told(&entries).contains("400"), "{}", told(&entries));
}
