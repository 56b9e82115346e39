//! Agents at work.

use serde_json::json;
use switchyard_integration::{Expect, acp, command, eventually, id, kinds, said, text};

use crate::ground::{Ground, tree};

#[tokio::test]
async fn a_command_works_in_the_worktree_and_its_output_is_the_transcript() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Run it").await;
    let line = "cat > prompt.txt; echo to-stdout; echo to-stderr >&2; pwd";
    let session = client.run_agent(&workspace, command(line), "Make it so").await;
    assert_eq!(session["status"], "completed", "{session}");
    assert_eq!(std::fs::read_to_string(tree(&workspace).join("prompt.txt")).unwrap().trim(), "Make it so");

    let entries = client.transcript(&session).await;
    let words = said(&entries);
    assert!(words.contains("to-stdout") && words.contains("to-stderr"), "{words}");
    assert!(words.contains(&tree(&workspace).display().to_string()), "{words}");
    assert_eq!(entries[0]["kind"], "user_message");
    assert_eq!(entries[0]["text"], "Make it so");
    let kinds = kinds(&entries);
    let place = |kind: &str| {
        kinds.iter().position(|known| known == kind).unwrap_or_else(|| panic!("{kind} in {kinds:?}"))
    };
    assert!(place("turn_started") < place("agent_message"), "{kinds:?}");
    assert!(
        place("agent_message") < place("turn_ended") || place("agent_message") < place("exited"),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn a_command_that_fails_fails_the_session_and_talking_to_it_runs_it_again() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Fail").await;
    let line = "test -e second && exit 0; touch second; echo the last words >&2; exit 3";
    let session = client.run_agent(&workspace, command(line), "go").await;
    assert_eq!(session["status"], "failed", "{session}");
    assert!(session["status_detail"].as_str().unwrap().contains('3'), "{session}");
    client.tell(&session, "again").await;
    let session = client.wait(&session, Expect::Status("completed")).await;
    assert!(session["status_detail"].is_null(), "{session}");
}

#[tokio::test]
async fn everything_that_an_acp_agent_does_is_in_the_transcript() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Speak").await;
    let prompt = "[[think Let me see]] [[plan one|two|three]] [[say Here we go]] [[write src/new.txt|fresh\n]] \
                  [[edit README.md|A project|The project]] [[shell echo from the shell; exit 2]] [[usage 1200|200000|0.25]]";
    let session = client.run_agent(&workspace, acp(), prompt).await;
    assert_eq!(session["status"], "idle", "{session}");
    assert_eq!(session["status_detail"], "end_turn");
    assert_eq!(session["usage"]["used"], 1200);
    assert_eq!(session["usage"]["cost"], 0.25);
    assert_eq!(std::fs::read_to_string(tree(&workspace).join("src/new.txt")).unwrap(), "fresh\n");
    assert_eq!(std::fs::read_to_string(tree(&workspace).join("README.md")).unwrap(), "# The project\n");

    let entries = client.transcript(&session).await;
    assert!(said(&entries).contains("Here we go"));
    let plan = entries.iter().find(|entry| entry["kind"] == "plan").expect("a plan");
    assert_eq!(plan["items"].as_array().unwrap().len(), 3);
    let thoughts = entries.iter().filter(|entry| entry["kind"] == "thought");
    let thought: String = thoughts.map(|entry| text(entry, "text")).collect();
    assert!(thought.contains("Let me see"), "{thought}");
    let calls: Vec<_> = entries.iter().filter(|entry| entry["kind"] == "tool_call").collect();
    let last = |title: &str| {
        *calls.iter().rev().find(|call| call["title"] == title).unwrap_or_else(|| panic!("{title}"))
    };
    assert_eq!(last("Write src/new.txt")["status"], "completed");
    let diff =
        calls.iter().find(|call| call["content"][0]["type"] == "diff" && call["title"] == "Edit README.md");
    let diff = &diff.expect("a diff")["content"][0];
    assert_eq!((&diff["old_text"], &diff["new_text"]), (&json!("# A project\n"), &json!("# The project\n")));
    let shell = last("echo from the shell; exit 2");
    assert_eq!(shell["status"], "failed");
    assert!(shell["content"].to_string().contains("from the shell"), "{shell}");
}

#[tokio::test]
async fn a_task_can_be_handed_over_in_one_call_with_its_own_words_as_the_prompt() {
    let ground = Ground::new().await;
    let client = ground.client();
    let body = json!({"title": "Greet", "description": "[[say good morning]]"});
    let task = client.post(&format!("/api/projects/{}/tasks", ground.project), body).await.expect(201);
    let path = format!("/api/tasks/{}/workspaces", id(&task));
    let workspace = client.post(&path, json!({ "agent": acp() })).await.expect(201);
    let sessions = client.list(&format!("/api/workspaces/{}/sessions", id(&workspace))).await;
    let session = client.wait(&sessions[0], Expect::Rest).await;
    assert_eq!(session["status"], "idle");
    let entries = client.transcript(&session).await;
    assert_eq!(entries[0]["text"], "Greet\n\n[[say good morning]]");
    assert!(said(&entries).contains("good morning"));
    let task = client.now("tasks", &task).await;
    assert_eq!(task["workspace_count"], 1);
    assert_eq!(task["latest_session"]["status"], "idle");
}

#[tokio::test]
async fn an_agent_knows_its_task_and_none_of_the_servers_secrets() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Look").await;
    let prompt = "[[env SWITCHYARD_TASK_ID]]|[[env SWITCHYARD_WORKSPACE_ID]]|[[shell env]]";
    let session = client.run_agent(&workspace, acp(), prompt).await;
    let entries = client.transcript(&session).await;
    let words = said(&entries);
    assert!(
        words.contains(workspace["task_id"].as_str().unwrap()) && words.contains(id(&workspace)),
        "{words}"
    );
    let everything = serde_json::to_string(&entries).unwrap();
    assert!(everything.contains("PATH="), "{everything}");
    for secret in
        [ground.instance.token().as_str(), "SWITCHYARD_DATA_DIR", "SWITCHYARD_TOKEN", "DATABASE_URL"]
    {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_setup_script_runs_once_before_the_first_turn_and_ignored_files_are_there() {
    let ground = Ground::new().await;
    let client = ground.client();
    ground.repo.write(".gitignore", ".env\nbuild/\n");
    ground.repo.commit("Ignore");
    ground.repo.write(".env", "SECRET=1\n");
    ground
        .settings(json!({"setup_script": "echo setting up; echo x >> setup.log", "copy_files": [".env"]}))
        .await;
    let workspace = ground.workspace("Set up").await;
    assert_eq!(std::fs::read_to_string(tree(&workspace).join(".env")).unwrap(), "SECRET=1\n");
    let session = client.run_agent(&workspace, command("cat setup.log"), "go").await;
    let entries = client.transcript(&session).await;
    let kinds = kinds(&entries);
    let script = kinds.iter().position(|kind| kind == "script").expect("the script's output");
    assert!(script < kinds.iter().position(|kind| kind == "turn_started").unwrap(), "{kinds:?}");
    assert_eq!(said(&entries).trim(), "x");
    let session = client.run_agent(&workspace, command("cat setup.log"), "again").await;
    assert_eq!(said(&client.transcript(&session).await).trim(), "x", "it ran once for the workspace");
}

#[tokio::test]
async fn a_setup_script_that_fails_fails_the_session_and_says_why() {
    let ground = Ground::new().await;
    ground.settings(json!({"setup_script": "echo no compiler here >&2; exit 7"})).await;
    let workspace = ground.workspace("Set up").await;
    let session = ground.client().run_agent(&workspace, command("echo never"), "go").await;
    assert_eq!(session["status"], "failed", "{session}");
    let entries = ground.client().transcript(&session).await;
    let told = serde_json::to_string(&entries).unwrap();
    assert!(told.contains("no compiler here") && told.contains('7'), "{told}");
    assert!(!said(&entries).contains("never"), "the agent did not run");
}

#[tokio::test]
async fn the_model_can_be_chosen_where_the_agent_offers_it() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Choose").await;
    let session = client.run_agent(&workspace, acp(), "[[say hello]]").await;
    let offered = session["modes"].as_array().unwrap();
    assert!(
        offered.iter().any(|option| option["id"] == "model" && option["current"] == "small"),
        "{session}"
    );
    let path = format!("/api/sessions/{}/options", id(&session));
    client.post(&path, json!({"option_id": "model", "choice_id": "huge"})).await.refused(422, "invalid");
    assert_eq!(client.post(&path, json!({"option_id": "model", "choice_id": "large"})).await.status, 202);
    eventually("the choice is in force", || async {
        let session = client.now("sessions", &session).await;
        let modes = session["modes"].as_array().unwrap().clone();
        modes.iter().any(|option| option["id"] == "model" && option["current"] == "large").then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_catalogue_tells_what_is_installed_and_how_to_install_the_rest() {
    let ground = Ground::new().await;
    let agents = ground.client().list("/api/agents").await;
    for known in ["gemini", "opencode", "codex"] {
        let agent = agents
            .iter()
            .find(|agent| agent["id"] == known)
            .unwrap_or_else(|| panic!("{known} in {agents:?}"));
        assert_eq!(agent["kind"], "acp");
        assert!(!agent["install_hint"].as_str().unwrap().is_empty(), "{agent}");
    }
}

#[tokio::test]
async fn two_agents_do_not_work_in_one_worktree_at_once() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Crowd").await;
    let first = client.start_agent(&workspace, acp(), "[[hang]]").await;
    client.wait(&first, Expect::Status("running")).await;
    let body = json!({"agent": acp(), "prompt": "[[say me too]]"});
    ground.ask(&workspace, "sessions", body.clone()).await.refused(409, "session_active");
    for (verb, body) in [
        ("merge", json!({"strategy": "squash"})),
        ("update", json!({"strategy": "merge"})),
        ("commit", json!({"message": "x"})),
        ("rewind", json!({"checkpoint": 1})),
    ] {
        ground.ask(&workspace, verb, body).await.refused(409, "session_active");
    }
    client.post(&format!("/api/sessions/{}/stop", id(&first)), json!({})).await.expect(202);
    client.wait(&first, Expect::Rest).await;
    ground.ask(&workspace, "sessions", body).await.expect(201);
}
