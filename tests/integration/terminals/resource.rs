//! Terminals as resources: opened, listed, renamed, closed.

use serde_json::json;
use switchyard_integration::{Feed, Socket, Terminal, id};

use super::{at_prompt, ground, open};

#[tokio::test]
async fn a_terminal_is_opened_listed_renamed_and_closed() {
    let ground = ground(&[]).await;
    let (client, workspace) = (ground.client(), ground.workspace("Shell").await);
    let mut feed = Feed::subscribe(client, None).await;
    let terminal = open(&ground, &workspace).await;
    assert_eq!((&terminal["name"], &terminal["status"]), (&json!("Terminal 1"), &json!("open")));
    assert_eq!((&terminal["cols"], &terminal["rows"]), (&json!(80), &json!(24)));
    assert_eq!(terminal["workspace_id"], workspace["id"]);
    let created = feed.until(|event| event["type"] == "terminal.created").await;
    assert_eq!(created["data"], terminal);
    let second = open(&ground, &workspace).await;
    assert_eq!(second["name"], "Terminal 2");
    let path = format!("/api/workspaces/{}/terminals", id(&workspace));
    assert_eq!(client.list(&path).await, [terminal.clone(), second.clone()]);
    assert_eq!(client.list("/api/terminals").await.len(), 2);
    let own = format!("/api/terminals/{}", id(&terminal));
    let renamed = client.patch(&own, 1, json!({"name": " build "})).await.expect(200);
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("build"), &json!(2)));
    let stale = client.patch(&own, 1, json!({"name": "other"})).await.refused(409, "stale");
    assert_eq!(stale["current"], renamed);
    client.patch(&own, 2, json!({"name": ""})).await.refused(422, "invalid");
    client.delete(&own, 1).await.refused(409, "stale");
    let view = at_prompt(&ground, &terminal).await;
    assert_eq!(client.delete(&own, 2).await.status, 204);
    let closed = client.get(&own).await.expect(200);
    assert_eq!((&closed["status"], &closed["closed_reason"]), (&json!("closed"), &json!("closed")));
    let told = feed.until(|event| event["data"]["status"] == "closed").await;
    assert_eq!((&told["type"], &told["data"]), (&json!("terminal.updated"), &closed));
    let (last, code, _) = view.end().await;
    assert_eq!(last, json!({"type": "closed", "reason": "closed", "exit_code": null}));
    assert_eq!(code, 1000);
    assert_eq!(client.list(&path).await, [second]);
}

/// Everything that a viewer is sent until it ends so; only the end is looked at, since all of it is much.
async fn all_until(view: &mut Terminal, ending: &[u8]) -> Vec<u8> {
    while !view.seen.ends_with(ending) {
        view.next().await;
    }
    std::mem::take(&mut view.seen)
}

#[tokio::test]
async fn a_terminal_keeps_as_many_lines_as_were_set_when_it_was_opened() {
    let ground = ground(&[]).await;
    let (client, workspace) = (ground.client(), ground.workspace("Shell").await);
    let usual = open(&ground, &workspace).await;
    client.patch("/api/config", 0, json!({"terminal_scrollback_lines": 1_000})).await.expect(200);
    let short = open(&ground, &workspace).await;
    assert_eq!((&usual["scrollback_lines"], &short["scrollback_lines"]), (&json!(10_000), &json!(1_000)));
    for (terminal, wanted) in [(&usual, 2_000..2_010), (&short, 990..1_010)] {
        let mut view = at_prompt(&ground, terminal).await;
        // So long that a thousand are more than what is kept of any.
        view.types("seq -f '%01200g' 2000; echo do''ne\r").await;
        all_until(&mut view, b"done\r\n$ ").await;
        let mut anew = Terminal::attach(client, terminal, None).await;
        let kept = all_until(&mut anew, b"done\r\n$ ").await;
        let lines = kept.iter().filter(|byte| **byte == b'\n').count();
        assert!(wanted.contains(&lines), "{lines} lines are kept");
    }
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let ground = ground(&[]).await;
    let (client, workspace) = (ground.client(), ground.workspace("Shell").await);
    let path = format!("/api/workspaces/{}/terminals", id(&workspace));
    for bad in [json!({"cols": 0}), json!({"rows": 1001}), json!({"name": "a\nb"}), json!({"shell": "sh"})] {
        client.post(&path, bad).await.refused(422, "invalid");
    }
    ground.ask(&workspace, "discard", json!({})).await.expect(200);
    client.post(&path, json!({})).await.refused(409, "workspace_discarded");
}

#[tokio::test]
async fn another_pages_script_cannot_attach() {
    let ground = ground(&[]).await;
    let workspace = ground.workspace("Shell").await;
    let terminal = open(&ground, &workspace).await;
    let path = format!("/api/terminals/{}/attach", id(&terminal));
    let bearer = ground.client().bearer();
    let foreign = [("authorization", bearer.as_str()), ("origin", "https://evil.example")];
    assert_eq!(Socket::try_open(ground.client(), &path, &foreign).await.err(), Some(403));
    assert_eq!(Socket::try_open(ground.client(), &path, &[]).await.err(), Some(401));
}

#[tokio::test]
async fn discarding_and_deleting_close_the_terminals_within() {
    let ground = ground(&[]).await;
    let client = ground.client();
    let (discarded, deleted) = (ground.workspace("One").await, ground.workspace("Two").await);
    let (one, two) = (open(&ground, &discarded).await, open(&ground, &deleted).await);
    ground.ask(&discarded, "discard", json!({})).await.expect(200);
    assert_eq!(client.now("terminals", &one).await["closed_reason"], "closed");
    let task = client.get(&format!("/api/tasks/{}", deleted["task_id"].as_str().unwrap())).await.expect(200);
    let path = format!("/api/tasks/{}", id(&task));
    assert_eq!(client.delete(&path, task["version"].as_i64().unwrap()).await.status, 204);
    assert_eq!(client.now("terminals", &two).await["closed_reason"], "closed");
    assert!(client.list("/api/terminals").await.is_empty());
}
