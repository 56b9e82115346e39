//! A workspace's dev server: started once, seen as any terminal, gone with its workspace.

use std::time::Duration;

use serde_json::{Value, json};
use switchyard_integration::{Answer, Feed, Terminal, eventually, id};

use super::{at_prompt, ground, open};
use crate::ground::Ground;

/// Tells its address, then is silent until it is typed to; has a child in the background meanwhile.
const SERVER: &str = "sleep 1000 &\necho \"up in $SWITCHYARD_WORKSPACE on http://localhost:$PORT/.\"\nread line\necho bye\nexit 4";

async fn start(ground: &Ground, workspace: &Value) -> Answer {
    ground.client().post(&format!("/api/workspaces/{}/dev-server", id(workspace)), json!({})).await
}

async fn running(script: &str, environment: &[(&str, &str)]) -> (Ground, Value, Value, Terminal) {
    let ground = ground(environment).await;
    ground.settings(json!({ "dev_server_script": script })).await;
    let workspace = ground.workspace("Shop").await;
    let server = start(&ground, &workspace).await.expect(200);
    let mut view = Terminal::attach(ground.client(), &server, None).await;
    view.until("/.\r\n").await;
    (ground, workspace, server, view)
}

#[tokio::test]
async fn a_dev_server_is_started_once_seen_as_a_terminal_and_told_by_its_exit_code() {
    let (ground, workspace, server, mut view) = running(SERVER, &[]).await;
    let client = ground.client();
    assert_eq!((&server["kind"], &server["name"]), (&json!("dev_server"), &json!("Dev server")));
    let again = start(&ground, &workspace).await.expect(200);
    assert_eq!(again, server, "the one that runs is shown");
    let shell = open(&ground, &workspace).await;
    assert_eq!(shell["kind"], "shell");
    let path = format!("/api/workspaces/{}/terminals", id(&workspace));
    assert_eq!(client.list(&path).await, [server.clone(), shell]);
    let mut feed = Feed::subscribe(client, None).await;
    view.types("\r").await;
    let (last, code, _) = view.end().await;
    assert_eq!((last, code), (json!({"type": "closed", "reason": "exited", "exit_code": 4}), 1000));
    // At once, whether its end was noted already or not.
    let anew = start(&ground, &workspace).await.expect(200);
    assert_ne!(anew["id"], server["id"]);
    let told = feed.until(|event| event["data"]["id"] == server["id"]).await;
    assert_eq!((&told["data"]["status"], &told["data"]["exit_code"]), (&json!("closed"), &json!(4)));
}

#[tokio::test]
async fn it_is_told_its_workspace_and_a_port_that_it_keeps() {
    let (ground, workspace, server, view) =
        running("echo \"$SWITCHYARD_WORKSPACE $PORT/.\"; read line", &[]).await;
    drop(view);
    let said = |text: String| text.trim().to_owned();
    let first = said(Terminal::attach(ground.client(), &server, None).await.until("/.\r\n").await);
    assert!(first.starts_with(id(&workspace)), "{first}");
    let path = format!("/api/terminals/{}", id(&server));
    assert_eq!(ground.client().delete(&path, 1).await.status, 204);
    let anew = start(&ground, &workspace).await.expect(200);
    let second = said(Terminal::attach(ground.client(), &anew, None).await.until("/.\r\n").await);
    assert_eq!(second, first);
}

#[tokio::test]
async fn two_starts_at_once_give_one_dev_server() {
    let ground = ground(&[]).await;
    ground.settings(json!({ "dev_server_script": SERVER })).await;
    let workspace = ground.workspace("Shop").await;
    let (one, other) = tokio::join!(start(&ground, &workspace), start(&ground, &workspace));
    assert_eq!(one.expect(200)["id"], other.expect(200)["id"]);
    assert_eq!(ground.client().list("/api/terminals").await.len(), 1);
}

#[tokio::test]
async fn a_dev_server_in_silence_outlives_the_time_for_idle_terminals() {
    let idle = [("PTY_SESSION_TIMEOUT_SECS", "1"), ("CLEANUP_INTERVAL_SECS", "1")];
    let (ground, workspace, server, view) = running(SERVER, &idle).await;
    drop(view);
    let shell = open(&ground, &workspace).await;
    drop(at_prompt(&ground, &shell).await);
    eventually("the idle shell is closed", || async {
        (ground.client().now("terminals", &shell).await["status"] == "closed").then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(ground.client().now("terminals", &server).await["status"], "open");
}

#[tokio::test]
async fn without_a_script_it_says_where_one_is_written() {
    let ground = ground(&[]).await;
    let workspace = ground.workspace("Shop").await;
    let refused = start(&ground, &workspace).await.refused(409, "no_dev_server_script");
    assert!(refused["detail"].as_str().unwrap().contains("settings"), "{refused}");
    ground.settings(json!({ "dev_server_script": "  \n" })).await;
    start(&ground, &workspace).await.refused(409, "no_dev_server_script");
    let path = format!("/api/workspaces/{}/dev-server", id(&workspace));
    ground.client().post(&path, json!({"cols": 0})).await.refused(422, "invalid");
    ground.client().post(&path, json!({"script": "rm"})).await.refused(422, "invalid");
}

#[tokio::test]
async fn discarding_the_workspace_ends_its_dev_server_with_all_that_it_started() {
    let (ground, workspace, server, view) = running(SERVER, &[]).await;
    assert!(ground.instance.descendants().len() >= 2, "the script and what it has in the background");
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    let (last, ..) = view.end().await;
    assert_eq!(last["reason"], "closed");
    assert_eq!(ground.client().now("terminals", &server).await["closed_reason"], "closed");
    eventually("nothing of it is left", || async { ground.instance.descendants().is_empty().then_some(()) })
        .await;
    start(&ground, &workspace).await.refused(409, "workspace_discarded");
}
