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
