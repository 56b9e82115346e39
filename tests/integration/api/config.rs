//! The user's configuration, and what the instance says of itself.

use rusqlite::Connection;
use serde_json::json;
use switchyard_integration::Instance;

#[tokio::test]
async fn the_configuration_begins_with_defaults_and_changes_field_by_field() {
    let instance = Instance::start().await;
    let client = instance.client();
    let answer = client.get("/api/config").await;
    let config = answer.expect(200);
    assert_eq!(answer.header("etag"), "\"0\"");
    assert_eq!((&config["theme"], &config["branch_prefix"]), (&json!("system"), &json!("sy")));

    let changed = client
        .patch("/api/config", 0, json!({"theme": "dark", "editor": "zed://file{path}"}))
        .await
        .expect(200);
    assert_eq!((&changed["theme"], &changed["editor"]), (&json!("dark"), &json!("zed://file{path}")));
    assert_eq!(changed["trash_retention_days"], config["trash_retention_days"]);
    let cleared = client.patch("/api/config", 1, json!({"editor": null})).await.expect(200);
    assert_eq!((&cleared["theme"], &cleared["editor"]), (&json!("dark"), &json!(null)));

    let stale = client.patch("/api/config", 1, json!({"theme": "light"})).await.refused(409, "stale");
    assert_eq!(stale["current"], cleared);
}

#[tokio::test]
async fn settings_that_could_not_work_are_refused_by_name() {
    let instance = Instance::start().await;
    let client = instance.client();
    for (body, field) in [
        (json!({"branch_prefix": "a b"}), "branch_prefix"),
        (json!({"trash_retention_days": 366}), "trash_retention_days"),
        (json!({"approval_expiry_hours": 721}), "approval_expiry_hours"),
        (json!({"terminal_scrollback_lines": 999}), "terminal_scrollback_lines"),
        (json!({"terminal_scrollback_lines": 100_001}), "terminal_scrollback_lines"),
        (json!({"git_author": {"name": "A <b>", "email": "a@b"}}), "git_author"),
        (json!({"git_author": {"name": "A\nB", "email": "a@b"}}), "git_author"),
        (json!({"theme": "pink"}), "body"),
        (json!({"surprise": 1}), "body"),
    ] {
        let problem = client.patch("/api/config", 0, body).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    assert_eq!(client.get("/api/config").await.expect(200)["version"], 0);
}

#[tokio::test]
async fn new_projects_take_their_branch_prefix_from_the_configuration() {
    let instance = Instance::start().await;
    let client = instance.client();
    let body = json!({"branch_prefix": "ada/agents"});
    client.patch("/api/config", 0, body).await.expect(200);
    for body in [json!({"name": "A"}), json!({"name": "B", "settings": {"setup_script": "true"}})] {
        let project = client.post("/api/projects", body).await.expect(201);
        assert_eq!(project["settings"]["branch_prefix"], "ada/agents", "{project}");
    }
}

#[tokio::test]
async fn the_instance_says_what_it_is() {
    let mut instance = Instance::start().await;
    let info = instance.client().get("/api/info").await.expect(200);
    assert_eq!((&info["name"], &info["mode"]), (&json!("switchyard"), &json!("desktop")));
    assert_eq!(info["user"]["name"], "tess");
    assert_eq!(info["data_dir"], json!(instance.data_dir()));
    assert_eq!(info["organisation"]["name"], "Local");
    instance.stop().await;
    let database = Connection::open(instance.data_dir().join("switchyard.db")).unwrap();
    database.execute("UPDATE organisations SET name = 'The bakery'", ()).unwrap();
    drop(database);
    instance.launch().await;
    let info = instance.client().get("/api/info").await.expect(200);
    assert_eq!(info["organisation"]["name"], "The bakery");
}
