//! `kill -9` of the runner: its sessions are told failed at once, nothing of its tree is left, and work goes on.

use std::time::{Duration, Instant};

use serde_json::Value;
use switchyard_integration::{Expect, acp, command, eventually, said, text, within};

use crate::ground::Ground;

/// The aim is two seconds until the session is told failed and one until no process is left; a loaded machine may take
/// longer, which is printed.
const PATIENCE: Duration = Duration::from_secs(8);

async fn kill_and_watch(ground: &Ground, session: &Value, what: &str) {
    let client = ground.client();
    let before: Vec<i32> = ground.instance.descendants().iter().map(|process| process.pid).collect();
    assert!(!before.is_empty(), "there is something to end");
    let old = ground.instance.kill9_runner();
    let begun = Instant::now();
    let gone = || async {
        let left = ground.instance.descendants();
        left.iter().all(|process| !before.contains(&process.pid)).then(|| begun.elapsed())
    };
    let told = || async {
        let now = client.now("sessions", session).await;
        (now["status"] == "failed").then(|| (begun.elapsed(), now))
    };
    let ((gone, _), ((told, now), _)) = tokio::join!(
        within(PATIENCE, "no process of its tree is left", gone),
        within(PATIENCE, "the session is told failed", told)
    );
    assert!(!text(&now, "status_detail").is_empty(), "it says what to do: {now}");
    eprintln!("{what}: {} processes gone after {gone:?}, session told failed after {told:?}", before.len());
    let new = eventually("a runner is there again", || async {
        ground.instance.runner().filter(|runner| runner.pid != old)
    })
    .await;
    assert_ne!(new.pid, old);
}

#[tokio::test]
async fn a_killed_runner_takes_every_process_of_its_agents_along() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Kill").await;
    let session = client.start_agent(&workspace, acp(), "[[fork-stubborn 4]] [[say forked]] [[hang]]").await;
    eventually("it forked", || async {
        said(&client.transcript(&session).await).contains("forked").then_some(())
    })
    .await;
    let before = client.transcript(&session).await;
    kill_and_watch(&ground, &session, "acp").await;
    client.tell(&session, "[[echo-history]]").await;
    client.wait(&session, Expect::Status("idle")).await;
    let after = client.transcript(&session).await;
    assert_eq!(after[..before.len()], before, "nothing that was there changed");
    assert!(said(&after[before.len()..]).contains("fork-stubborn"), "the agent remembers");
}

#[tokio::test]
async fn a_killed_runner_loses_no_line_that_an_agent_had_printed() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Kill").await;
    let line = "i=0; while :; do echo line $i; i=$((i+1)); echo $i > count; sleep 0.005; done";
    let session = client.start_agent(&workspace, command(line), "go").await;
    eventually("it prints", || async {
        said(&client.transcript(&session).await).contains("line 100").then_some(())
    })
    .await;
    kill_and_watch(&ground, &session, "command").await;
    let words = said(&client.transcript(&session).await);
    let lines: Vec<&str> = words.lines().collect();
    assert!(lines.len() > 100);
    // The last one may be cut off by the kill itself.
    for (number, line) in lines[..lines.len() - 1].iter().enumerate() {
        assert_eq!(*line, format!("line {number}"), "lines are lost or doubled");
    }
}

#[tokio::test]
async fn a_question_that_waits_when_the_runner_is_killed_waits_no_longer() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Ask").await;
    let session = client.start_agent(&workspace, acp(), "[[ask May I]] [[say thank you]]").await;
    client.wait(&session, Expect::Status("waiting_approval")).await;
    let approval = client.list("/api/approvals?status=pending").await.remove(0);
    ground.instance.kill9_runner();
    client.wait(&session, Expect::Status("failed")).await;
    assert!(client.list("/api/approvals?status=pending").await.is_empty());
    let path = format!("/api/approvals/{}", text(&approval, "id"));
    let now = client.list("/api/approvals").await.remove(0);
    assert_eq!((&now["id"], &now["status"]), (&approval["id"], &serde_json::json!("cancelled")));
    client.post(&path, serde_json::json!({"option_id": "allow"})).await.refused(409, "approval_settled");
    let settled: Vec<Value> =
        client.transcript(&session).await.into_iter().filter(|entry| entry["kind"] == "permission").collect();
    assert_eq!(settled.len(), 2, "asked and settled: {settled:?}");
    assert_eq!(settled[1]["outcome"]["kind"], "cancelled");
}

/// Puts a `git` first on the path that says this of its version, and nothing else.
fn git_that_says(folder: &std::path::Path, version: &str) {
    use std::os::unix::fs::PermissionsExt;
    let (git, beside) = (folder.join("git"), folder.join("git.new"));
    std::fs::write(&beside, format!("#!/bin/sh\necho 'git version {version}'\n")).expect("a script");
    std::fs::set_permissions(&beside, PermissionsExt::from_mode(0o755)).expect("a mode");
    std::fs::rename(beside, git).expect("a script at its place");
}

async fn told_by_info(client: &switchyard_integration::Client, wanted: &str) {
    eventually(&format!("the instance tells of `{wanted}`"), || async {
        let info = client.get("/api/info").await.expect(200);
        info["runner_problem"].as_str().is_some_and(|told| told.contains(wanted)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_git_that_is_too_old_or_missing_is_named_with_what_to_do_until_it_is_there() {
    let programs = tempfile::tempdir().expect("a folder");
    git_that_says(programs.path(), "2.39.5");
    let path = programs.path().display().to_string();
    let environment = vec![("PATH".to_owned(), path)];
    let setup = switchyard_integration::Setup { environment, ..Default::default() };
    let instance = switchyard_integration::Instance::start_with(setup).await;
    let client = instance.client();
    told_by_info(client, "git 2.39 is too old: install git 2.40 or newer").await;
    let project = client.project("P").await;
    let path = format!("/api/projects/{project}/repos");
    let answer = client.post(&path, serde_json::json!({"path": "/tmp"})).await;
    let problem = answer.refused(503, "runner_unavailable");
    assert!(text(&problem, "detail").contains("git 2.39 is too old"), "{problem}");

    std::fs::remove_file(programs.path().join("git")).expect("it is there");
    told_by_info(client, "git was not found").await;

    git_that_says(programs.path(), "2.47.3");
    eventually("a runner is there", || async {
        let info = client.get("/api/info").await.expect(200);
        (info["runner_problem"].is_null() && instance.runner().is_some()).then_some(())
    })
    .await;
    let answer = client.post(&path, serde_json::json!({"path": "/no/such/folder"})).await;
    assert_eq!(answer.status, 422, "the runner answers: {}", answer.text());
}

#[tokio::test]
async fn the_board_works_while_there_is_no_runner_and_says_so_where_one_is_needed() {
    let environment = vec![("SWITCHYARD_RUNNER".to_owned(), "/bin/false".to_owned())];
    let setup = switchyard_integration::Setup { environment, ..Default::default() };
    let instance = switchyard_integration::Instance::start_with(setup).await;
    let client = instance.client();
    let project = client.project("P").await;
    client.task(&project, "T").await;
    let path = format!("/api/projects/{project}/repos");
    let answer = client.post(&path, serde_json::json!({"path": "/tmp"})).await;
    let problem = answer.refused(503, "runner_unavailable");
    assert!(!text(&problem, "detail").is_empty());
}
