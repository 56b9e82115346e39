//! Organisations: who belongs, what they may do, and how that ends.

use serde_json::{Value, json};
use switchyard_integration::{Hosted, Method, Visitor, id, text};

/// Ada's organisation, in which she acts, and Bob, who belongs to it with this role and acts there too.
pub(crate) async fn team(hosted: &Hosted, role: &str) -> (Visitor, Visitor, Value) {
    let (ada, bob) = (hosted.person("ada").await, hosted.person("bob").await);
    let team = ada.post("/api/organisations", json!({ "name": "Mill" })).await.expect(201);
    ada.post("/api/auth/organisation", json!({ "org_id": id(&team) })).await.expect(200);
    join(&ada, &bob, role).await;
    (ada, bob, team)
}

/// Somebody takes the place that an admin keeps for them.
pub(crate) async fn join(admin: &Visitor, guest: &Visitor, role: &str) {
    let invitation = admin.post("/api/invitations", json!({ "role": role })).await.expect(201);
    let secret = text(&invitation, "url").split_once('#').expect("a secret").1;
    let me = guest.post("/api/invitations/accept", json!({ "secret": secret })).await.expect(200);
    assert_eq!(me["organisation"]["role"], role);
}

pub(crate) async fn own_id(visitor: &Visitor) -> String {
    id(&visitor.get("/api/auth/me").await.expect(200)["user"]).to_owned()
}

#[tokio::test]
async fn who_is_invited_works_on_the_same_boards() {
    let hosted = Hosted::start().await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let project = ada.post("/api/projects", json!({ "name": "Shared" })).await.expect(201);
    let seen = bob.get("/api/projects").await.expect(200);
    assert_eq!(id(&seen["items"][0]), id(&project));
    let tasks = format!("/api/projects/{}/tasks", id(&project));
    bob.post(&tasks, json!({ "title": "Bob's" })).await.expect(201);
    assert_eq!(ada.get(&tasks).await.expect(200)["items"][0]["title"], "Bob's");
    let members = ada.get("/api/members").await.expect(200);
    let listed: Vec<(&str, &str)> = members["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (text(one, "name"), text(one, "role")))
        .collect();
    assert_eq!(listed, [("ada", "admin"), ("bob", "member")]);
    // In his own organisation he sees none of it.
    let me = bob.get("/api/auth/me").await.expect(200);
    let own = me["organisations"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|org| org["personal"] == true)
        .expect("his own");
    bob.post("/api/auth/organisation", json!({ "org_id": id(own) })).await.expect(200);
    assert_eq!(bob.get("/api/projects").await.expect(200)["items"], json!([]));
    bob.get(&tasks).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_viewer_reads_and_changes_nothing() {
    let hosted = Hosted::start().await;
    let (ada, bob, _) = team(&hosted, "viewer").await;
    ada.post("/api/projects", json!({ "name": "Shared" })).await.expect(201);
    assert_eq!(bob.get("/api/projects").await.expect(200)["items"][0]["name"], "Shared");
    bob.post("/api/projects", json!({ "name": "His" })).await.refused(403, "role_insufficient");
    bob.post("/api/keys", json!({ "name": "key", "role": "viewer" })).await.refused(403, "role_insufficient");
    bob.post("/api/invitations", json!({ "role": "admin" })).await.refused(403, "role_insufficient");
    let himself = format!("/api/members/{}", own_id(&bob).await);
    bob.call(Method::PATCH, &himself, Some(json!({ "role": "admin" })))
        .await
        .refused(403, "role_insufficient");
    // What was refused is in the audit log, where admins see it.
    let log = ada.get("/api/audit?action=access").await.expect(200);
    let refused: Vec<&str> =
        log["items"].as_array().expect("a list").iter().map(|one| text(&one["details"], "action")).collect();
    assert!(refused.contains(&"project.create") && refused.contains(&"member.update"), "{refused:?}");
    assert_eq!(log["items"][0]["user"]["name"], "bob");
}

#[tokio::test]
async fn who_is_taken_out_is_out_with_the_next_request() {
    let hosted = Hosted::start().await;
    let (ada, bob, team) = team(&hosted, "member").await;
    let key = bob.post("/api/keys", json!({ "name": "his", "role": "member" })).await.expect(201);
    let script = bob.bearing(text(&key, "key"));
    script.get("/api/projects").await.expect(200);
    let bobs = own_id(&bob).await;
    ada.delete(&format!("/api/members/{bobs}")).await.expect(204);
    script.get("/api/projects").await.refused(401, "token_invalid");
    let me = bob.get("/api/auth/me").await.expect(200);
    assert_eq!(me["organisation"]["personal"], true);
    bob.post("/api/auth/organisation", json!({ "org_id": id(&team) })).await.refused(404, "not_found");
    ada.delete(&format!("/api/members/{bobs}")).await.refused(404, "not_found");
}

#[tokio::test]
async fn an_organisation_keeps_an_admin_and_a_personal_one_its_person() {
    let hosted = Hosted::start().await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let (adas, bobs) = (own_id(&ada).await, own_id(&bob).await);
    let role = |role: &str| Some(json!({ "role": role }));
    let herself = format!("/api/members/{adas}");
    ada.call(Method::PATCH, &herself, role("viewer")).await.refused(409, "last_admin");
    ada.delete(&herself).await.refused(409, "last_admin");
    ada.call(Method::PATCH, &format!("/api/members/{bobs}"), role("admin")).await.expect(200);
    bob.call(Method::PATCH, &herself, role("viewer")).await.expect(200);
    ada.post("/api/projects", json!({ "name": "No more" })).await.refused(403, "role_insufficient");
    let me = ada.get("/api/auth/me").await.expect(200);
    let own = me["organisations"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|org| org["personal"] == true)
        .expect("her own");
    ada.post("/api/auth/organisation", json!({ "org_id": id(own) })).await.expect(200);
    ada.post("/api/invitations", json!({ "role": "member" })).await.refused(409, "personal_organisation");
}

#[tokio::test]
async fn an_invitation_is_good_once_and_for_whoever_has_its_address() {
    let hosted = Hosted::start().await;
    let (ada, _, team) = team(&hosted, "member").await;
    let eve = hosted.person("eve").await;
    let invitation = ada
        .post("/api/invitations", json!({ "role": "member", "email": "eve@example.org", "days": 2 }))
        .await
        .expect(201);
    let secret = json!({ "secret": text(&invitation, "url").split_once('#').expect("a secret").1 });
    let listed = ada.get("/api/invitations").await.expect(200);
    assert_eq!(listed["items"][0]["email"], "eve@example.org");
    assert!(!listed.to_string().contains(text(&secret, "secret")));
    eve.post("/api/invitations/accept", secret.clone()).await.expect(200);
    hosted
        .person("mallory")
        .await
        .post("/api/invitations/accept", secret)
        .await
        .refused(404, "invitation_invalid");
    let other = ada.post("/api/invitations", json!({ "role": "admin" })).await.expect(201);
    ada.delete(&format!("/api/invitations/{}", id(&other))).await.expect(204);
    let secret = json!({ "secret": text(&other, "url").split_once('#').expect("a secret").1 });
    eve.post("/api/invitations/accept", secret).await.refused(404, "invitation_invalid");
    ada.patch("/api/organisation", 99, json!({ "name": "Late" })).await.refused(409, "stale");
    let version = team["version"].as_i64().expect("a version");
    assert_eq!(
        ada.patch("/api/organisation", version, json!({ "name": "New mill" })).await.expect(200)["name"],
        "New mill"
    );
}
