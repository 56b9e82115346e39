//! Projects.

use serde_json::json;
use switchyard_integration::{Instance, Method, id, text};

#[tokio::test]
async fn a_project_lives_from_creation_to_deletion_and_back() {
    let instance = Instance::start().await;
    let client = instance.client();

    let made = client.post("/api/projects", json!({"name": "  Launch  "})).await;
    let project = made.expect(201);
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(project["name"], "Launch");
    assert_eq!(project["version"], 1);
    assert_eq!(project["settings"]["branch_prefix"], "sy");
    assert_eq!(project["task_counts"]["todo"], 0);
    let path = format!("/api/projects/{}", id(&project));

    let renamed = client.patch(&path, 1, json!({"name": "Lift-off"})).await.expect(200);
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("Lift-off"), &json!(2)));

    let archived = client.patch(&path, 2, json!({"archived": true})).await.expect(200);
    assert!(archived["archived_at"].is_string());
    assert!(client.list("/api/projects").await.is_empty());
    assert_eq!(client.list("/api/projects?archived=true").await.len(), 1);
    let back = client.patch(&path, 3, json!({"archived": false})).await.expect(200);
    assert!(back["archived_at"].is_null());

    assert_eq!(client.delete(&path, 4).await.status, 204);
    assert!(client.list("/api/projects").await.is_empty());
    let restored = client.post(&format!("{path}/restore"), json!({})).await.expect(200);
    assert_eq!(restored["name"], "Lift-off");
    assert_eq!(client.get(&path).await.expect(200), restored);
    assert_eq!(client.list("/api/projects").await, [restored]);
}

#[tokio::test]
async fn settings_change_field_by_field_and_null_clears() {
    let instance = Instance::start().await;
    let client = instance.client();
    let body = json!({"name": "P", "settings": {"setup_script": "make", "copy_files": [".env*"]}});
    let project = client.post("/api/projects", body).await.expect(201);
    assert_eq!(project["settings"]["setup_script"], "make");
    assert_eq!(project["settings"]["columns"].as_array().unwrap().len(), 5);
    let path = format!("/api/projects/{}", id(&project));

    let body = json!({"settings": {"default_branch": "trunk", "default_agent": {"id": "command", "command": "true"}}});
    let settings = client.patch(&path, 1, body).await.expect(200)["settings"].clone();
    assert_eq!(settings["setup_script"], "make");
    assert_eq!(settings["copy_files"], json!([".env*"]));
    assert_eq!(settings["default_branch"], "trunk");
    assert_eq!(settings["default_agent"], json!({"id": "command", "command": "true"}));

    let body = json!({"settings": {"setup_script": null, "default_agent": null}});
    let settings = client.patch(&path, 2, body).await.expect(200)["settings"].clone();
    assert!(settings["setup_script"].is_null() && settings["default_agent"].is_null());
    assert_eq!(settings["default_branch"], "trunk");
}

#[tokio::test]
async fn settings_that_could_not_work_are_refused_by_name() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let path = format!("/api/projects/{project}");
    for (settings, field) in [
        (json!({"branch_prefix": "-oops"}), "settings.branch_prefix"),
        (json!({"branch_prefix": "a..b"}), "settings.branch_prefix"),
        (json!({"branch_prefix": "x.lock"}), "settings.branch_prefix"),
        (json!({"branch_prefix": ""}), "settings.branch_prefix"),
        (json!({"columns": []}), "settings.columns"),
        (json!({"columns": [{"status": "todo", "title": "A"}]}), "settings.columns"),
        (json!({"default_agent": {"id": "command"}}), "agent.command"),
        (json!({"default_agent": {"id": "gemini", "command": "x"}}), "agent.command"),
    ] {
        let problem = client.patch(&path, 1, json!({"settings": settings})).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    assert_eq!(client.get(&path).await.expect(200)["version"], 1);
}

#[tokio::test]
async fn names_may_be_anything_that_a_person_can_read() {
    let instance = Instance::start().await;
    let client = instance.client();
    let long = "ü".repeat(200);
    for name in
        ["日本語 🚂", "'; DROP TABLE projects; --", "<script>alert(1)</script>", "a/../b", long.as_str()]
    {
        let project = client.post("/api/projects", json!({ "name": name })).await.expect(201);
        assert_eq!(client.now("projects", &project).await["name"], name);
    }
    for name in ["", "   ", "ü".repeat(201).as_str()] {
        let problem = client.post("/api/projects", json!({ "name": name })).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "name");
    }
    assert_eq!(client.list("/api/projects").await.len(), 5);
}

#[tokio::test]
async fn pages_together_hold_every_project_once_in_order_of_name() {
    let instance = Instance::start().await;
    let client = instance.client();
    for number in 0..25 {
        client.project(&format!("Project {:02}", (number * 7) % 25)).await;
    }
    let mut names = Vec::new();
    let mut path = "/api/projects?limit=7".to_owned();
    loop {
        let page = client.get(&path).await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 7);
        names.extend(items.iter().map(|project| text(project, "name").to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/projects?limit=7&cursor={cursor}"),
            None => break,
        }
    }
    let expected: Vec<String> = (0..25).map(|number| format!("Project {number:02}")).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_creation_under_a_key_happens_once_however_often_it_is_sent() {
    let instance = Instance::start().await;
    let client = instance.client();
    let body = json!({"name": "Once"});
    let key = [("idempotency-key", "a-key-of-mine")];
    let calls = (0..8).map(|_| client.call(Method::POST, "/api/projects", &key, Some(&body)));
    let made: Vec<_> =
        futures_util::future::join_all(calls).await.iter().map(|answer| answer.expect(201)).collect();
    assert!(made.iter().all(|project| id(project) == id(&made[0])));
    assert_eq!(client.list("/api/projects").await.len(), 1);

    let project = id(&made[0]);
    let tasks = format!("/api/projects/{project}/tasks");
    let other = client.call(Method::POST, &tasks, &key, Some(&json!({"title": "T"}))).await;
    other.refused(409, "idempotency_key_reused");

    let long = "k".repeat(201);
    for bad in ["", "with space", long.as_str()] {
        let answer =
            client.call(Method::POST, "/api/projects", &[("idempotency-key", bad)], Some(&body)).await;
        answer.refused(422, "invalid");
    }
    assert_eq!(client.list("/api/projects").await.len(), 1);
}

#[tokio::test]
async fn what_was_made_is_there_after_a_restart() {
    let mut instance = Instance::start().await;
    let project = instance.client().project("Stays").await;
    let task = instance.client().task(&project, "Stays too").await;
    let token = instance.token();
    instance.restart().await;
    assert_eq!(instance.token(), token, "scripts keep their token");
    assert_eq!(instance.client().now("tasks", &task).await, task);
}
