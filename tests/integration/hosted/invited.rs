//! Accounts that are made by an invitation.

use std::io::Write;
use std::process::Stdio;

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchyard_integration::{Answer, Hosted, PASSWORD, Visitor, id, text};

use super::organisations::own_id;

/// An instance where who is invited may make an account, and its first person in an organisation for several.
async fn by_invitation(environment: &[(&str, &str)]) -> (Hosted, Visitor) {
    let environment = [&[("REGISTRATION", "invited")], environment].concat();
    let hosted = Hosted::start_with(1, &environment).await;
    make(&hosted, "ada");
    let ada = hosted.sign_in("ada").await;
    let team = ada.post("/api/organisations", json!({ "name": "Mill" })).await.expect(201);
    ada.post("/api/auth/organisation", json!({ "org_id": id(&team) })).await.expect(200);
    (hosted, ada)
}

/// An account that the operator makes.
pub(crate) fn make(hosted: &Hosted, username: &str) {
    let mut command = hosted.operator(&["users", "create", username, "--password-stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the command runs");
    child.stdin.take().expect("its input").write_all(PASSWORD.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success());
}

/// The id of a new invitation, and the secret of its address.
pub(crate) async fn invite(admin: &Visitor, role: &str) -> (String, String) {
    let made = admin.post("/api/invitations", json!({ "role": role })).await.expect(201);
    let secret = text(&made, "url").split_once('#').expect("a secret").1;
    (id(&made).to_owned(), secret.to_owned())
}

fn account(username: &str, secret: &str) -> Value {
    json!({ "username": username, "password": PASSWORD, "name": username, "invitation": secret })
}

async fn register(hosted: &Hosted, account: Value) -> Answer {
    hosted.stranger().post("/api/auth/register", account).await
}

/// What is told of a refusal, but for what differs with each request.
fn told(answer: &Answer) -> String {
    let text = answer.text().replace(answer.header("x-request-id"), "");
    format!("{} {text} {:?}", answer.status, answer.header("set-cookie"))
}

async fn members(visitor: &Visitor) -> Vec<String> {
    let members = visitor.get("/api/members").await.expect(200);
    let items = members["items"].as_array().expect("a list").clone();
    items.iter().map(|member| format!("{} {}", text(member, "name"), text(member, "role"))).collect()
}

#[tokio::test]
async fn who_is_invited_makes_an_account_and_is_in_the_organisation() {
    let (hosted, ada) = by_invitation(&[]).await;
    let info = hosted.stranger().get("/api/info").await.expect(200);
    assert_eq!(info["features"]["registration"], "invited");
    let (invitation, secret) = invite(&ada, "member").await;
    let shown = hosted.stranger().post("/api/invitations/show", json!({ "secret": secret })).await;
    assert_eq!(shown.expect(200), json!({ "organisation": "Mill", "role": "member", "invited_by": "ada" }));
    let answer = register(&hosted, account("bob", &secret)).await;
    let me = answer.expect(201);
    assert_eq!((text(&me["organisation"], "name"), text(&me["organisation"], "role")), ("Mill", "member"));
    assert_eq!(me["organisations"].as_array().map(Vec::len), Some(2), "and one of his own: {me}");
    assert_eq!(me["user"]["instance_admin"], false);
    let bob = hosted.stranger().with_cookie_of(&answer);
    assert_eq!(members(&bob).await, ["ada admin", "bob member"]);
    bob.post("/api/projects", json!({ "name": "His" })).await.expect(201);
    assert_eq!(ada.get("/api/projects").await.expect(200)["items"][0]["name"], "His");
    // The log says who was let in, and by which invitation.
    let log = ada.get("/api/audit?action=invitation.accept").await.expect(200);
    let entry = &log["items"][0];
    let (who, which) = (text(&entry["user"], "name"), text(entry, "entity_id"));
    assert_eq!((who, which, text(&entry["details"], "account")), ("bob", invitation.as_str(), "made by it"));
    // With the password that he chose he comes again.
    hosted.sign_in("bob").await.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn without_a_good_invitation_nobody_gets_an_account_or_learns_anything() {
    let hosted = Hosted::start_with(1, &[("REGISTRATION", "invited")]).await;
    // Not even the very first, who would look after the instance.
    let none = json!({ "username": "eve", "password": PASSWORD, "name": "Eve" });
    register(&hosted, none.clone()).await.refused(403, "invitation_required");
    register(&hosted, account("eve", "A".repeat(43).as_str())).await.refused(404, "invitation_invalid");
    make(&hosted, "ada");
    let ada = hosted.sign_in("ada").await;
    assert_eq!(ada.get("/api/auth/me").await.expect(200)["user"]["instance_admin"], true);
    let team = ada.post("/api/organisations", json!({ "name": "Mill" })).await.expect(201);
    ada.post("/api/auth/organisation", json!({ "org_id": id(&team) })).await.expect(200);

    let (_, used) = invite(&ada, "member").await;
    register(&hosted, account("bob", &used)).await.expect(201);
    let (taken_back, back) = invite(&ada, "member").await;
    ada.delete(&format!("/api/invitations/{taken_back}")).await.expect(204);
    let (late, over) = invite(&ada, "member").await;
    hosted.sql(&format!("UPDATE invitations SET expires_at = now() - INTERVAL '1 s' WHERE id = '{late}'"));
    let never = "B".repeat(43);
    let mut answers = Vec::new();
    for secret in [used.as_str(), &back, &over, &never, "", "%00", &"x".repeat(10_000)] {
        // A name that is taken, and one that is not.
        for name in ["bob", "eve"] {
            let answer = register(&hosted, account(name, secret)).await;
            answer.refused(404, "invitation_invalid");
            answers.push(told(&answer));
        }
        let shown = hosted.stranger().post("/api/invitations/show", json!({ "secret": secret })).await;
        shown.refused(404, "invitation_invalid");
        answers.push(told(&shown));
    }
    let (first, rest) = answers.split_first().expect("answers");
    let path = |text: &str| text.replace("/api/auth/register", "").replace("/api/invitations/show", "");
    assert!(rest.iter().all(|answer| path(answer) == path(first)), "{answers:#?}");
    assert_eq!(members(&ada).await, ["ada admin", "bob member"]);
    hosted.stranger().post("/api/auth/login", none).await.refused(422, "invalid");
    let shown = json!({ "username": "eve", "password": PASSWORD });
    hosted.stranger().post("/api/auth/login", shown).await.refused(401, "credentials_invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_come_with_one_invitation_at_once_one_gets_an_account() {
    let (hosted, ada) = by_invitation(&[]).await;
    let (_, secret) = invite(&ada, "member").await;
    let bodies = (0..6).map(|number| account(&format!("bob{number}"), &secret));
    let answers = join_all(bodies.map(|body| register(&hosted, body))).await;
    let (made, refused): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|it| it.status == 201);
    assert_eq!(made.len(), 1);
    for answer in refused {
        answer.refused(404, "invitation_invalid");
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert_eq!(members(&ada).await.len(), 2);
    let mut accounts = 0;
    for number in 0..6 {
        let shown = json!({ "username": format!("bob{number}"), "password": PASSWORD });
        accounts += usize::from(hosted.stranger().post("/api/auth/login", shown).await.status == 200);
    }
    assert_eq!(accounts, 1, "of the others nothing is left");
}

#[tokio::test]
async fn what_is_wrong_with_an_account_leaves_the_invitation_open() {
    let (hosted, ada) = by_invitation(&[]).await;
    let (_, secret) = invite(&ada, "viewer").await;
    register(&hosted, account("ADA", &secret)).await.refused(409, "username_taken");
    let mut short = account("bob", &secret);
    short["password"] = json!("short");
    let problem = register(&hosted, short).await.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "password");
    register(&hosted, json!({ "username": "bob", "invitation": secret })).await.refused(422, "invalid");
    register(&hosted, account("bob", &secret)).await.expect(201);
    assert_eq!(members(&ada).await, ["ada admin", "bob viewer"]);
}

#[tokio::test]
async fn who_is_shut_out_does_not_come_back_by_an_invitation_of_their_own() {
    let (hosted, ada) = by_invitation(&[]).await;
    let (_, secret) = invite(&ada, "admin").await;
    let answer = register(&hosted, account("mallory", &secret)).await;
    let mallory = hosted.stranger().with_cookie_of(&answer);
    // One into the team, and one into an organisation that nobody else knows of.
    let (_, into_team) = invite(&mallory, "admin").await;
    let own = mallory.post("/api/organisations", json!({ "name": "Back door" })).await.expect(201);
    mallory.post("/api/auth/organisation", json!({ "org_id": id(&own) })).await.expect(200);
    let (_, into_own) = invite(&mallory, "admin").await;
    ada.delete(&format!("/api/members/{}", own_id(&mallory).await)).await.expect(204);
    register(&hosted, account("again", &into_team)).await.refused(404, "invitation_invalid");
    let closed = hosted.operator(&["users", "disable", "mallory"]).status().expect("the command runs");
    assert!(closed.success());
    register(&hosted, account("again", &into_own)).await.refused(404, "invitation_invalid");
    let bob = invite(&ada, "member").await.1;
    let bob = hosted.stranger().with_cookie_of(&register(&hosted, account("bob", &bob)).await);
    let accepted = bob.post("/api/invitations/accept", json!({ "secret": into_own })).await;
    accepted.refused(404, "invitation_invalid");
}

#[tokio::test]
async fn guesses_at_invitations_are_counted_with_sign_ins() {
    let (hosted, _) = by_invitation(&[("RATE_LIMIT_AUTH", "8/h")]).await;
    let mut statuses = Vec::new();
    for number in 0..10 {
        let secret = format!("{number}").repeat(43);
        let answer = match number % 2 {
            0 => register(&hosted, account("eve", &secret)).await,
            _ => hosted.stranger().post("/api/invitations/show", json!({ "secret": secret })).await,
        };
        statuses.push(answer.status);
    }
    // One was the first person's own sign-in.
    assert_eq!(statuses, [404, 404, 404, 404, 404, 404, 404, 429, 429, 429]);
}

#[tokio::test]
async fn an_invitation_makes_no_account_where_that_is_closed_and_makes_one_where_it_is_open() {
    let hosted = Hosted::start_with(1, &[("REGISTRATION", "closed")]).await;
    make(&hosted, "ada");
    let ada = hosted.sign_in("ada").await;
    let team = ada.post("/api/organisations", json!({ "name": "Mill" })).await.expect(201);
    ada.post("/api/auth/organisation", json!({ "org_id": id(&team) })).await.expect(200);
    let (_, secret) = invite(&ada, "member").await;
    register(&hosted, account("bob", &secret)).await.refused(403, "registration_closed");
    // Who has an account accepts it all the same.
    make(&hosted, "bob");
    let bob = hosted.sign_in("bob").await;
    bob.post("/api/invitations/accept", json!({ "secret": secret })).await.expect(200);

    let hosted = Hosted::start().await;
    let (ada, _, _) = super::organisations::team(&hosted, "member").await;
    let (_, secret) = invite(&ada, "viewer").await;
    let me = register(&hosted, account("eve", &secret)).await.expect(201);
    assert_eq!((text(&me["organisation"], "name"), text(&me["organisation"], "role")), ("Mill", "viewer"));
    register(&hosted, account("mallory", &secret)).await.refused(404, "invitation_invalid");
}
