//! Terminals that end without anybody closing them.

use std::time::Duration;

use serde_json::json;
use switchyard_integration::{Terminal, eventually};

use super::{at_prompt, ground, open};

#[tokio::test]
async fn a_killed_runner_takes_its_terminals_along_and_they_are_told_lost() {
    let ground = ground(&[]).await;
    let (client, workspace) = (ground.client(), ground.workspace("Shell").await);
    let terminal = open(&ground, &workspace).await;
    let mut view = at_prompt(&ground, &terminal).await;
    view.runs("(setsid sh -c \"trap '' TERM HUP; sleep 1000\" &); echo le''ft", "left").await;
    let before: Vec<i32> = ground.instance.descendants().iter().map(|process| process.pid).collect();
    ground.instance.kill9_runner();
    let (_, code, _) = view.end().await;
    assert_eq!(code, 1013, "it says to try again");
    let lost = eventually("it is told lost", || async {
        let now = client.now("terminals", &terminal).await;
        (now["status"] == "closed").then_some(now)
    })
    .await;
    assert_eq!((&lost["closed_reason"], &lost["exit_code"]), (&json!("lost"), &json!(null)));
    eventually("nothing of it is left", || async {
        let left = ground.instance.descendants();
        left.iter().all(|process| !before.contains(&process.pid)).then_some(())
    })
    .await;
    let (last, code, _) = Terminal::attach(client, &terminal, None).await.end().await;
    assert_eq!((last, code), (json!({"type": "closed", "reason": "lost", "exit_code": null}), 1000));
    at_prompt(&ground, &open(&ground, &workspace).await).await;
}

#[tokio::test]
async fn terminals_that_a_clean_stop_ends_are_closed_and_those_that_it_keeps_go_on() {
    for (on_exit, status, reason) in [("stop", "closed", json!("closed")), ("keep", "open", json!(null))] {
        let mut ground = ground(&[("SWITCHYARD_ON_EXIT", on_exit)]).await;
        let terminal = open(&ground, &ground.workspace("Shell").await).await;
        drop(at_prompt(&ground, &terminal).await);
        ground.instance.stop().await;
        ground.instance.launch().await;
        let now = ground.client().now("terminals", &terminal).await;
        assert_eq!((&now["status"], &now["closed_reason"]), (&json!(status), &reason), "{on_exit}");
    }
}

#[tokio::test]
async fn a_terminal_that_nobody_uses_is_closed_and_one_that_works_in_silence_is_not() {
    let ground = ground(&[("PTY_SESSION_TIMEOUT_SECS", "2"), ("CLEANUP_INTERVAL_SECS", "1")]).await;
    let (client, workspace) = (ground.client(), ground.workspace("Shell").await);
    let (busy, idle) = (open(&ground, &workspace).await, open(&ground, &workspace).await);
    let mut view = at_prompt(&ground, &busy).await;
    view.types("sleep 1000\r").await;
    at_prompt(&ground, &idle).await;
    let closed = eventually("the idle one is closed", || async {
        let now = client.now("terminals", &idle).await;
        (now["status"] == "closed").then_some(now)
    })
    .await;
    assert_eq!(closed["closed_reason"], "idle");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(client.now("terminals", &busy).await["status"], "open");
    let log = ground.instance.log();
    let line = log.lines().find(|line| line.contains("an idle terminal is closed"));
    assert!(line.is_some_and(|line| line.contains("security_event")), "{log}");
}
