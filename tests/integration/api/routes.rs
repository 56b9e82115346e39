//! Every route of the OpenAPI document, without a credential, with a wrong one, and with the right one for what is
//! not there.
//!
//! What each answers is kept in `routes.golden.txt`. A new route fails here until its line is added: run this test
//! with `SWITCHYARD_UPDATE_GOLDEN=1`, then check that the difference is what you meant.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use switchyard_integration::{Answer, Client, Instance, Method, program, request};
use uuid::Uuid;

/// A route of the document.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) open: bool,
}

pub(crate) fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Every route of the OpenAPI document.
pub(crate) fn routes() -> Vec<Route> {
    let document = std::fs::read_to_string(in_repository("docs/openapi.json")).expect("docs/openapi.json");
    let document: Value = serde_json::from_str(&document).expect("docs/openapi.json is JSON");
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            routes.push(Route {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                body: (!schema.is_null()).then(|| sample(&document, schema)),
                open: operation["description"]
                    .as_str()
                    .expect("a description")
                    .starts_with("Needs no credential"),
            });
        }
    }
    routes
}

/// The smallest value that fits a schema.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        if name.ends_with("/AgentSpec") {
            return json!({"id": "command", "command": "true"});
        }
        let pointer = name.strip_prefix('#').expect("a reference within the document");
        return sample(document, document.pointer(pointer).expect("what is referred to is there"));
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    let one = |of: &Value| of.as_array().map(|of| sample(document, &of[0]));
    if let Some(value) = one(&schema["oneOf"]).or_else(|| one(&schema["anyOf"])) {
        return value;
    }
    match schema["type"].as_str() {
        Some("string") if schema["format"] == "uuid" => json!(Uuid::nil()),
        Some("string") => json!("/x"),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        Some("array") => json!([sample(document, &schema["items"])]),
        _ => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields =
                required.map(|name| (name.to_owned(), sample(document, &schema["properties"][name])));
            Value::Object(fields.collect())
        }
    }
}

/// Asks a route, as a WebSocket would where it is one.
async fn ask(client: &Client, route: &Route, id: &str, authorization: Option<&str>) -> Answer {
    let host = client.host();
    let mut headers = vec![
        ("host", host.as_str()),
        ("if-match", "\"1\""),
        ("content-type", "application/json"),
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    headers.extend(authorization.map(|value| ("authorization", value)));
    let body = route.body.as_ref().map(Value::to_string).unwrap_or_default();
    let path = route.path.replace("{id}", id);
    let what = format!("{} {path}", route.method);
    let sent = client.send(request(route.method.clone(), &path, &headers, &body)).await;
    sent.unwrap_or_else(|error| panic!("{what}: {error}"))
}

#[tokio::test]
async fn every_route_answers_strangers_and_misses_as_the_golden_table_says() {
    let instance = Instance::start().await;
    let client = instance.client();
    let bearer = client.bearer();
    let mut table =
        String::from("# method path | no credential | wrong token | right token, id of nothing\n");
    let mut bodies = Vec::new();
    for route in routes() {
        let nobody = ask(client, &route, &Uuid::now_v7().to_string(), None).await;
        let wrong =
            ask(client, &route, &Uuid::now_v7().to_string(), Some("Bearer wrong-token-of-some-length")).await;
        let line = format!("{} {}", route.method, route.path);
        if !route.open {
            nobody.refused(401, "unauthenticated");
            wrong.refused(401, "token_invalid");
        }
        let right = match route.path.as_str() {
            "/api/events" => client.head_of(stream_request(client)).await.expect("an answer"),
            _ => {
                let right = ask(client, &route, &Uuid::now_v7().to_string(), Some(&bearer)).await;
                if route.path.contains("{id}") {
                    right.refused(404, "not_found");
                    let request_id = right.header("x-request-id").to_owned();
                    bodies.push((line.clone(), right.text().replace(&request_id, "")));
                }
                right.status
            }
        };
        writeln!(table, "{line} | {} | {} | {right}", nobody.status, wrong.status).unwrap();
    }
    for (line, body) in &bodies {
        assert_eq!(*body, bodies[0].1, "{line} tells what is not there apart");
    }
    compare("tests/integration/api/routes.golden.txt", &table);
}

fn stream_request(client: &Client) -> switchyard_integration::Request {
    let (host, bearer) = (client.host(), client.bearer());
    let headers = [
        ("host", host.as_str()),
        ("authorization", bearer.as_str()),
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    request(Method::GET, "/api/events", &headers, "")
}

/// Compares a table with the one that is kept, or keeps it.
pub(crate) fn compare(golden: &str, table: &str) {
    let path = in_repository(golden);
    if std::env::var_os("SWITCHYARD_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, table).expect("the golden table can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let missing: Vec<&str> =
        table.lines().filter(|line| !golden.lines().any(|known| known == *line)).collect();
    let gone: Vec<&str> = golden.lines().filter(|known| !table.lines().any(|line| line == *known)).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "routes answer otherwise than {} says.\nNow:\n{}\nThere:\n{}\nIf that is meant, run this test with \
         SWITCHYARD_UPDATE_GOLDEN=1 and look at the difference.",
        path.display(),
        missing.join("\n"),
        gone.join("\n")
    );
}

#[test]
fn the_document_in_the_repository_is_the_servers_own() {
    let said =
        Command::new(program("switchyard-server")).arg("openapi").env_clear().output().expect("it runs");
    assert!(said.status.success());
    let kept = std::fs::read(in_repository("docs/openapi.json")).expect("docs/openapi.json");
    assert!(kept == said.stdout, "docs/openapi.json is out of date: run `cargo xtask gen`");
}

#[tokio::test]
async fn a_websocket_route_asked_plainly_says_what_it_is() {
    let instance = Instance::start().await;
    let answer = instance.client().get("/api/events").await;
    assert!([400, 426].contains(&answer.status), "{}", answer.text());
    answer.refused(answer.status, "websocket_required");
}
