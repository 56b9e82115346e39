//! Every route of the OpenAPI document, asked by everybody there is.
//!
//! What each answers is kept in `reaching.golden.txt`; how to change it is said in `api/routes.rs`.

use std::fmt::Write;

use serde_json::{Value, json};
use switchyard_integration::{Hosted, Method, Visitor, id};
use uuid::Uuid;

use super::access;
use super::organisations::{join, own_id, team};
use super::tokens::{good, token};
use crate::api::routes::{Route, compare, routes};

/// Asks a route, as a WebSocket would where it is one; `id` stands for whatever its path names.
async fn ask(visitor: &Visitor, route: &Route, id: &str) -> (u16, String) {
    let origin = format!("http://{}", visitor.host());
    let mut headers = vec![
        ("host", visitor.host()),
        ("origin", origin.as_str()),
        ("if-match", "\"1\""),
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    headers.extend(visitor.credential());
    let path = route.path.replace("{id}", id).replace("{user_id}", id);
    let answer = visitor.send(route.method.clone(), &path, &headers, route.body.clone()).await;
    let text = answer.text().replace(answer.header("x-request-id"), "");
    (answer.status, text)
}

/// A person by a token, who acts in this organisation.
fn by_token(hosted: &Hosted, user: &str, org: &Value) -> Visitor {
    let mut claims = good();
    (claims["sub"], claims["org_id"]) = (json!(user), org.clone());
    hosted.stranger().bearing(&token(&claims))
}

async fn user_of(visitor: &Visitor) -> String {
    id(&visitor.get("/api/auth/me").await.expect(200)["user"]).to_owned()
}

/// Colleagues beside a restricted project: one whom it does not name, one who may look, one who may work.
struct Named {
    people: [(Visitor, String); 3],
}

impl Named {
    async fn in_team(hosted: &Hosted, admin: &Visitor, org: &Value) -> Self {
        let person = async |name: &str| {
            let person = hosted.person(name).await;
            join(admin, &person, "member").await;
            let user = own_id(&person).await;
            (by_token(hosted, &user, org), user)
        };
        Self { people: [person("nora").await, person("vera").await, person("edgar").await] }
    }

    /// What a route answers each of them of a new project's, or of its task's.
    async fn ask(&self, admin: &Visitor, route: &Route, nothing: &str) -> Vec<String> {
        let [(outsider, _), (viewer, vera), (editor, edgar)] = &self.people;
        let project = admin.post("/api/projects", json!({ "name": "Restricted" })).await.expect(201);
        let tasks = format!("/api/projects/{}/tasks", id(&project));
        let task = admin.post(&tasks, json!({ "title": "A task" })).await.expect(201);
        let entries = [("user", vera.as_str(), "viewer"), ("user", edgar.as_str(), "editor")];
        access::name(admin, id(&project), true, &entries).await;
        let real = if route.path.starts_with("/api/tasks") { id(&task) } else { id(&project) };
        let hidden = ask(outsider, route, real).await;
        let missing = ask(outsider, route, nothing).await;
        assert_eq!(
            hidden, missing,
            "{} {} tells what is closed from what is not there",
            route.method, route.path
        );
        let seen = [hidden.0, ask(viewer, route, real).await.0, ask(editor, route, real).await.0];
        seen.iter().map(u16::to_string).collect()
    }
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_golden_table_says() {
    let hosted = Hosted::start().await;
    let (ada, bob, organisation) = team(&hosted, "member").await;
    let project = ada.post("/api/projects", json!({ "name": "Shared" })).await.expect(201);
    let task = ada
        .post(&format!("/api/projects/{}/tasks", id(&project)), json!({ "title": "A task" }))
        .await
        .expect(201);
    let org = organisation["id"].clone();
    let (adas, bobs) = (user_of(&ada).await, user_of(&bob).await);
    // People by tokens, so that no route that ends a login ends theirs.
    let admin = by_token(&hosted, &adas, &org);
    let membership = format!("/api/members/{bobs}");
    let set_role = async |role: &str| {
        admin.call(Method::PATCH, &membership, Some(json!({ "role": role }))).await.expect(200);
    };
    let member = by_token(&hosted, &bobs, &org);
    let other = hosted.stranger().bearing(&token(&good()));
    other.get("/api/auth/me").await.expect(200);
    let mut expired = good();
    expired["exp"] = json!(1_000_000_000);
    let expired = hosted.stranger().bearing(&token(&expired));
    let removed = by_token(&hosted, &user_of(&other).await, &org);

    let named = Named::in_team(&hosted, &ada, &org).await;

    let mut table = String::from(
        "# method path | nobody | expired | removed | viewer | member | admin | another organisation, that id | its own, no such id | restricted, not named | its viewer | its editor\n",
    );
    let nothing = Uuid::now_v7().to_string();
    for route in routes() {
        let line = format!("{} {}", route.method, route.path);
        if line == "GET /api/events" {
            // It never ends; `replicas.rs` and `feed` are about it. What it refuses is the guard's, as everywhere.
            continue;
        }
        let real = if route.path.starts_with("/api/tasks") { id(&task) } else { id(&project) };
        let nobody = ask(&hosted.stranger(), &route, &nothing).await;
        let late = ask(&expired, &route, &nothing).await;
        let out = ask(&removed, &route, &nothing).await;
        set_role("viewer").await;
        let viewer = ask(&member, &route, &nothing).await;
        set_role("member").await;
        let as_member = ask(&member, &route, &nothing).await;
        let as_admin = ask(&admin, &route, &nothing).await;
        let foreign = ask(&other, &route, real).await;
        let missing = ask(&other, &route, &nothing).await;
        if !route.open {
            assert_eq!((nobody.0, late.0, out.0), (401, 401, 403), "{line}");
            assert!(late.1.contains("token_expired") && out.1.contains("not_a_member"), "{line}");
        }
        if route.path.contains("{id}") {
            assert_eq!(foreign, missing, "{line} tells what is another's from what is not there");
        }
        let statuses = [nobody.0, late.0, out.0, viewer.0, as_member.0, as_admin.0, foreign.0, missing.0];
        let mut statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
        match route.path.contains("{id}") {
            true => statuses.extend(named.ask(&admin, &route, &nothing).await),
            false => statuses.extend(["", "", ""].map(|_| "-".to_owned())),
        }
        writeln!(table, "{line} | {}", statuses.join(" | ")).expect("a line");
    }
    compare("tests/integration/hosted/reaching.golden.txt", &table);
    // Whatever was asked, what is there is as it was.
    let kept = admin.get(&format!("/api/projects/{}", id(&project))).await.expect(200);
    assert_eq!((&kept["name"], &kept["version"]), (&json!("Shared"), &json!(1)), "{kept}");
}
