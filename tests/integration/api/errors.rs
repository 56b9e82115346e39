//! Refusals: one shape for all, and what each says.

use std::collections::HashSet;

use serde_json::{Value, json};
use switchyard_integration::{Answer, Instance, Method, id, request};
use uuid::Uuid;

async fn raw_post(instance: &Instance, path: &str, content_type: Option<&str>, body: &str) -> Answer {
    let client = instance.client();
    let (host, bearer) = (client.host(), client.bearer());
    let mut headers = vec![("host", host.as_str()), ("authorization", bearer.as_str())];
    headers.extend(content_type.map(|kind| ("content-type", kind)));
    client.send(request(Method::POST, path, &headers, body)).await.expect("an answer")
}

fn without_request_id(answer: &Answer) -> Vec<u8> {
    let mut problem = answer.json();
    let request_id = problem["request_id"].take();
    let body = answer.text().replace(request_id.as_str().expect("a request id"), "");
    body.into_bytes()
}

#[tokio::test]
async fn every_body_that_does_not_fit_is_refused_and_says_why() {
    let instance = Instance::start().await;
    let json_type = Some("application/json");
    for (content_type, body, hint) in [
        (json_type, "{\"name\": ", "EOF"),
        (json_type, "", "EOF"),
        (json_type, "{\"name\": \"x\"} trailing", "trailing"),
        (json_type, "[]", "expected"),
        (json_type, "{}", "name"),
        (json_type, "{\"name\": 7}", "string"),
        (json_type, "{\"name\": \"x\", \"colour\": \"red\"}", "colour"),
        (json_type, "{\"name\": \"\\ud800\"}", "hex escape"),
        (None, "{\"name\": \"x\"}", "Content-Type"),
        (Some("text/plain"), "{\"name\": \"x\"}", "Content-Type"),
        (Some("application/x-www-form-urlencoded"), "name=x", "Content-Type"),
    ] {
        let problem = raw_post(&instance, "/api/projects", content_type, body).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "body", "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(hint), "{body}: {problem}");
    }
    assert!(instance.client().list("/api/projects").await.is_empty());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_the_limit() {
    let instance = Instance::start().await;
    let body = json!({"name": "x".repeat(5 * 1024 * 1024)}).to_string();
    let problem =
        raw_post(&instance, "/api/projects", Some("application/json"), &body).await.refused(422, "invalid");
    assert!(problem["detail"].as_str().unwrap().contains("4 MiB"), "{problem}");
}

#[tokio::test]
async fn deeply_nested_json_is_refused_and_the_server_lives() {
    let instance = Instance::start().await;
    let body = "[".repeat(200_000);
    raw_post(&instance, "/api/projects", Some("application/json"), &body).await.refused(422, "invalid");
    assert!(instance.client().list("/api/projects").await.is_empty());
}

#[tokio::test]
async fn a_write_without_a_version_is_asked_for_one() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let task = client.task(&project, "T").await;
    for (path, body) in [
        (format!("/api/projects/{project}"), json!({"name": "Q"})),
        (format!("/api/tasks/{}", id(&task)), json!({"title": "U"})),
        ("/api/config".to_owned(), json!({"theme": "dark"})),
    ] {
        client.call(Method::PATCH, &path, &[], Some(&body)).await.refused(428, "version_required");
        client
            .call(Method::PATCH, &path, &[("if-match", "W/\"x\"")], Some(&body))
            .await
            .refused(422, "invalid");
        client.call(Method::PATCH, &path, &[("if-match", "*")], Some(&body)).await.refused(422, "invalid");
    }
    for path in [format!("/api/projects/{project}"), format!("/api/tasks/{}", id(&task))] {
        client.call(Method::DELETE, &path, &[], None).await.refused(428, "version_required");
    }
    let body = json!({"title": "U", "version": 1});
    let changed =
        client.call(Method::PATCH, &format!("/api/tasks/{}", id(&task)), &[], Some(&body)).await.expect(200);
    assert_eq!(changed["title"], "U", "a version in the body stands in for the header");
}

#[tokio::test]
async fn what_is_malformed_missing_or_of_another_kind_answers_alike_byte_for_byte() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let missing = Uuid::now_v7().to_string();
    let mut answers = Vec::new();
    for noun in ["projects", "tasks", "workspaces", "sessions"] {
        for wrong in [missing.as_str(), "no-id", "%00", "..%2F..%2Fetc", "1", "%F0%9F%9A%82"] {
            answers.push(client.get(&format!("/api/{noun}/{wrong}")).await);
        }
        if noun != "projects" {
            answers.push(client.get(&format!("/api/{noun}/{project}")).await);
        }
    }
    answers.push(client.get("/api/no/such/route").await);
    for answer in &answers {
        answer.refused(404, "not_found");
        assert_eq!(without_request_id(answer), without_request_id(&answers[0]));
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_have_is_a_problem_like_all_others() {
    let instance = Instance::start().await;
    let client = instance.client();
    for (method, path) in
        [(Method::PUT, "/api/projects"), (Method::POST, "/api/config"), (Method::DELETE, "/health")]
    {
        let answer = client.call(method, path, &[], None).await;
        answer.refused(405, "method_not_allowed");
        assert!(!answer.header("allow").is_empty(), "{path} says what it allows");
    }
}

#[tokio::test]
async fn a_query_that_does_not_fit_is_refused_by_name() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    for (query, field) in [
        ("status=flying", "status"),
        ("priority=7", "priority"),
        ("cursor=zz", "cursor"),
        ("cursor=00ff", "cursor"),
        ("limit=many", "query"),
        ("limit=-1", "query"),
        ("assignee=me", "query"),
    ] {
        let answer = client.get(&format!("/api/projects/{project}/tasks?{query}")).await;
        let problem = answer.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{query}: {problem}");
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let instance = Instance::start().await;
    let client = instance.client();
    let mut ids = HashSet::new();
    for path in ["/health", "/ready", "/api/info", "/api/projects", "/api/nothing", "/", "/assets/none.js"] {
        let answer = client.get(path).await;
        let request_id = answer.header("x-request-id");
        assert!(request_id.parse::<Uuid>().is_ok(), "{path}: {request_id}");
        assert!(ids.insert(request_id.to_owned()), "{path} repeats an id");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn answers_of_the_interface_are_never_kept_by_a_cache() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    for path in ["/api/info".to_owned(), "/api/projects".to_owned(), format!("/api/projects/{project}/tasks")]
    {
        assert_eq!(client.get(&path).await.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn a_refusal_tells_nothing_of_the_inside() {
    let instance = Instance::start().await;
    let client = instance.client();
    let answers = [
        client.get("/api/projects/x").await,
        client.post("/api/projects", Value::Null).await,
        client.get("/api/projects?cursor=ff").await,
    ];
    for answer in answers {
        let text = answer.text().to_lowercase();
        for word in ["sqlite", "rusqlite", "panicked", ".rs", "select ", "/tmp/"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}
