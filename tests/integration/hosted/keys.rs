//! API keys, and the audit log that programs and people leave.

use serde_json::json;
use switchyard_integration::{Hosted, id, text};

use super::access;
use super::organisations::{own_id, team};

#[tokio::test]
async fn a_key_does_no_more_than_it_says_and_nothing_once_it_is_deleted() {
    let hosted = Hosted::start().await;
    let ada = hosted.person("ada").await;
    let made =
        ada.post("/api/keys", json!({ "name": "reader", "role": "viewer", "days": 30 })).await.expect(201);
    let key = text(&made, "key");
    assert!(key.starts_with("sy_") && key.ends_with(text(&made, "hint")));
    let listed = ada.get("/api/keys").await.expect(200);
    assert!(!listed.to_string().contains(key), "a key is told once");
    let script = hosted.stranger().bearing(key);
    script.get("/api/projects").await.expect(200);
    script.post("/api/projects", json!({ "name": "No" })).await.refused(403, "role_insufficient");
    // Her other organisations are none of its business.
    ada.post("/api/organisations", json!({ "name": "Another" })).await.expect(201);
    let me = script.get("/api/auth/me").await.expect(200);
    assert_eq!(
        (&me["organisation"]["role"], me["organisations"].as_array().map(Vec::len)),
        (&json!("viewer"), Some(1))
    );
    // Nor anything that is about her account, whatever its role.
    let own = ada.post("/api/keys", json!({ "name": "admin", "role": "admin" })).await.expect(201);
    let strong = hosted.stranger().bearing(text(&own, "key"));
    strong
        .post("/api/keys", json!({ "name": "more", "role": "viewer" }))
        .await
        .refused(403, "person_required");
    strong.get("/api/auth/logins").await.refused(403, "person_required");
    strong.delete("/api/auth/logins").await.refused(403, "person_required");
    strong.post("/api/organisations", json!({ "name": "Its own" })).await.refused(403, "person_required");
    strong.post("/api/invitations/accept", json!({ "secret": "x" })).await.refused(403, "person_required");
    ada.delete(&format!("/api/keys/{}", id(&own))).await.expect(204);
    for wrong in [&key[..key.len() - 1], &format!("{key}0"), "sy_", "sy_00"] {
        hosted.stranger().bearing(wrong).get("/api/projects").await.refused(401, "token_invalid");
    }
    let used = ada.get("/api/keys").await.expect(200);
    assert!(used["items"][0]["last_used_at"].is_string(), "{used}");
    ada.delete(&format!("/api/keys/{}", id(&made))).await.expect(204);
    script.get("/api/projects").await.refused(401, "token_invalid");
}

#[tokio::test]
async fn a_key_for_these_projects_is_made_in_one_call_by_who_is_admin_of_each() {
    let hosted = Hosted::start().await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let project = async |name| ada.post("/api/projects", json!({ "name": name })).await.expect(201);
    let (shop, mill) = (project("Shop").await, project("Mill").await);
    let (closed, looked_at) = (project("Closed").await, project("Looked at").await);
    access::name(&ada, id(&closed), true, &[]).await;
    access::name(&ada, id(&looked_at), true, &[("user", &own_id(&bob).await, "viewer")]).await;
    let wanted = |projects: &[(&str, &str)]| {
        let one = |(id, role): &(&str, &str)| json!({ "project_id": id, "role": role });
        json!({ "name": "robot", "role": "member", "projects": projects.iter().map(one).collect::<Vec<_>>() })
    };
    // Of what is closed to him he learns no more than of what never was, and nothing is made of a part.
    let nowhere = uuid::Uuid::now_v7().to_string();
    let told = async |project: &str| {
        let answer = bob.post("/api/keys", wanted(&[(id(&shop), "editor"), (project, "viewer")])).await;
        answer.text().replace(answer.header("x-request-id"), "")
    };
    let missing = told(&nowhere).await;
    assert!(missing.contains("not_found"), "{missing}");
    assert_eq!(told(id(&closed)).await, missing);
    let refused = bob.post("/api/keys", wanted(&[(id(&shop), "editor"), (id(&looked_at), "viewer")])).await;
    refused.refused(403, "project_role_insufficient");
    bob.post("/api/keys", wanted(&[])).await.refused(422, "invalid");
    bob.post("/api/keys", wanted(&[(id(&shop), "editor"), (id(&shop), "viewer")]))
        .await
        .refused(422, "invalid");
    assert_eq!(bob.get("/api/keys").await.expect(200)["items"], json!([]));
    let path = format!("/api/projects/{}/access", id(&shop));
    assert_eq!(ada.get(&path).await.expect(200)["version"], 1);

    let made =
        bob.post("/api/keys", wanted(&[(id(&shop), "editor"), (id(&mill), "viewer")])).await.expect(201);
    let reaches = json!([
        { "project_id": mill["id"], "name": "Mill", "role": "viewer" },
        { "project_id": shop["id"], "name": "Shop", "role": "editor" },
    ]);
    assert_eq!((&made["for_projects"], &made["projects"]), (&json!(true), &reaches));
    assert_eq!(bob.get("/api/keys").await.expect(200)["items"][0]["projects"], reaches);
    let robot = hosted.stranger().bearing(text(&made, "key"));
    let seen = robot.get("/api/projects").await.expect(200);
    let seen: Vec<_> = seen["items"].as_array().expect("a list").iter().map(|one| &one["my_role"]).collect();
    assert_eq!(seen, ["viewer", "editor"]);
    let tasks = |project| format!("/api/projects/{}/tasks", id(project));
    robot.post(&tasks(&shop), json!({ "title": "Yes" })).await.expect(201);
    robot.post(&tasks(&mill), json!({ "title": "No" })).await.refused(403, "project_role_insufficient");
    let log = bob.get("/api/audit?action=access.update").await.expect(200);
    assert_eq!(log["items"].as_array().map(Vec::len), Some(2), "{log}");
}

#[tokio::test]
#[should_panic(expected = "what was told in confidence is in the database")]
async fn a_secret_that_is_written_where_all_can_read_fails_its_test() {
    let hosted = Hosted::start().await;
    hosted.hides("what was told in confidence", "the cake is a surprise");
    let name = json!({ "name": "Buy flour: the cake is a surprise" });
    hosted.person("ada").await.post("/api/projects", name).await.expect(201);
}

#[tokio::test]
async fn people_see_their_own_keys_and_acts_and_admins_all() {
    let hosted = Hosted::start().await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let (adas, bobs) =
        (json!({ "name": "hers", "role": "admin" }), json!({ "name": "his", "role": "member" }));
    let hers = ada.post("/api/keys", adas.clone()).await.expect(201);
    bob.post("/api/keys", bobs).await.expect(201);
    bob.post("/api/keys", adas).await.refused(403, "role_insufficient");
    let count = |list: serde_json::Value| list["items"].as_array().expect("a list").len();
    assert_eq!(count(ada.get("/api/keys").await.expect(200)), 2);
    assert_eq!(count(bob.get("/api/keys").await.expect(200)), 1);
    bob.delete(&format!("/api/keys/{}", id(&hers))).await.refused(404, "not_found");
    let his = bob.get("/api/audit?limit=1000").await.expect(200);
    assert!(his["items"].as_array().expect("a list").iter().all(|one| one["user"]["name"] == "bob"), "{his}");
    let all = ada.get("/api/audit/export?action=api_key.create").await;
    assert_eq!(all.status, 200);
    let lines: Vec<serde_json::Value> =
        all.text().lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["action"] == "api_key.create"));
    ada.get("/api/audit?since=yesterday").await.refused(422, "invalid");
}

#[tokio::test]
async fn credentials_for_agents_lie_sealed_in_the_database() {
    let hosted = Hosted::start().await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let put = json!({ "value": "canary-credential-of-ada" });
    ada.call(switchyard_integration::Method::PUT, "/api/credentials/ANTHROPIC_API_KEY", Some(put))
        .await
        .expect(204);
    let kept = ada.get("/api/credentials").await.expect(200);
    assert_eq!(
        (&kept["kept_in"], &kept["items"][0]["name"]),
        (&json!("database"), &json!("ANTHROPIC_API_KEY"))
    );
    assert_eq!(bob.get("/api/credentials").await.expect(200)["items"], json!([]));
    // Her settings are hers in each of her organisations, and go with neither.
    let config = ada.get("/api/config").await.expect(200);
    assert_eq!(config["version"], 0, "{config}");
    hosted.sql(
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM user_configs WHERE position('canary'::bytea IN oauth_credentials) > 0) \
         THEN RAISE 'a credential lies open'; END IF; END $$",
    );
    hosted.sql("DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM user_configs WHERE oauth_credentials IS NOT NULL) THEN RAISE 'nothing is kept'; END IF; END $$");
}
