//! Signing in with a password, and the logins that come of it.

use serde_json::json;
use switchyard_integration::{Hosted, Method, PASSWORD, Socket, Visitor, id, text};

fn shown(username: &str, password: &str) -> serde_json::Value {
    json!({ "username": username, "password": password })
}

#[tokio::test]
async fn the_first_to_come_looks_after_the_instance_and_everybody_has_an_organisation() {
    let hosted = Hosted::start().await;
    let (ada, bob) = (hosted.person("Ada").await, hosted.person("bob").await);
    let me = ada.get("/api/auth/me").await.expect(200);
    assert_eq!(me["user"]["instance_admin"], true);
    assert_eq!((text(&me["user"], "username"), text(&me["user"], "name")), ("ada", "Ada"));
    assert_eq!(
        (me["organisation"]["personal"].clone(), me["organisation"]["role"].clone()),
        (json!(true), json!("admin"))
    );
    let other = bob.get("/api/auth/me").await.expect(200);
    assert_eq!(other["user"]["instance_admin"], false);
    assert_ne!(id(&me["organisation"]), id(&other["organisation"]));
    // What one makes, the other does not see.
    let project = ada.post("/api/projects", json!({ "name": "Mine" })).await.expect(201);
    let path = format!("/api/projects/{}", id(&project));
    bob.get(&path).await.refused(404, "not_found");
    assert_eq!(bob.get("/api/projects").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_wrong_password_and_a_name_that_nobody_has_are_refused_alike() {
    let hosted = Hosted::start().await;
    hosted.person("ada").await;
    let stranger = hosted.stranger();
    let wrong = stranger.post("/api/auth/login", shown("ada", "wrong horse battery")).await;
    let nobody = stranger.post("/api/auth/login", shown("eve", PASSWORD)).await;
    let impossible = stranger.post("/api/auth/login", shown("no such name!", PASSWORD)).await;
    let seen = |answer: &switchyard_integration::Answer| {
        let problem = answer.refused(401, "credentials_invalid");
        (problem["detail"].clone(), answer.header("set-cookie").to_owned())
    };
    assert_eq!(seen(&wrong), seen(&nobody));
    assert_eq!(seen(&wrong), seen(&impossible));
    stranger
        .post("/api/auth/register", json!({ "username": "ADA", "password": PASSWORD, "name": "A" }))
        .await
        .refused(409, "username_taken");
    let short = json!({ "username": "new", "password": "short", "name": "N" });
    let problem = stranger.post("/api/auth/register", short).await.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "password");
}

#[tokio::test]
async fn a_login_can_be_ended_from_another_and_ends_at_once() {
    let hosted = Hosted::start().await;
    let here = hosted.person("ada").await;
    let there = hosted.sign_in("ada").await;
    let logins = here.get("/api/auth/logins").await.expect(200);
    let items = logins["items"].as_array().expect("a list");
    assert_eq!(items.len(), 2);
    let other = items.iter().find(|login| login["current"] == false).expect("the other one");
    assert!(text(other, "address").starts_with("127.0.0.1"), "{other}");
    here.delete(&format!("/api/auth/logins/{}", id(other))).await.expect(204);
    there.get("/api/auth/me").await.refused(401, "unauthenticated");
    // A third one, ended by signing out everywhere else, and our own, by signing out.
    let third = hosted.sign_in("ada").await;
    assert_eq!(here.delete("/api/auth/logins").await.expect(200)["ended"], 1);
    third.get("/api/auth/me").await.refused(401, "unauthenticated");
    let out = here.call(Method::POST, "/api/auth/logout", None).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    here.get("/api/auth/me").await.refused(401, "unauthenticated");
    // Somebody else's login is not there.
    let (bob, eve) = (hosted.person("bob").await, hosted.person("eve").await);
    let bobs = bob.get("/api/auth/logins").await.expect(200);
    eve.delete(&format!("/api/auth/logins/{}", id(&bobs["items"][0]))).await.refused(404, "not_found");
    bob.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_new_password_ends_all_other_logins() {
    let hosted = Hosted::start().await;
    let (here, there) = (hosted.person("ada").await, hosted.sign_in("ada").await);
    let change = |current: &str| json!({ "current": current, "password": "another horse battery" });
    let wrong = here.call(Method::PUT, "/api/auth/password", Some(change("wrong horse battery"))).await;
    assert_eq!(wrong.refused(422, "invalid")["errors"][0]["field"], "current");
    here.call(Method::PUT, "/api/auth/password", Some(change(PASSWORD))).await.expect(204);
    here.get("/api/auth/me").await.expect(200);
    there.get("/api/auth/me").await.refused(401, "unauthenticated");
    let stranger = hosted.stranger();
    stranger.post("/api/auth/login", shown("ada", PASSWORD)).await.refused(401, "credentials_invalid");
    stranger.post("/api/auth/login", shown("ada", "another horse battery")).await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_shown_again_ends_the_login() {
    let hosted = Hosted::start().await;
    hosted.person("ada").await;
    let stranger = hosted.stranger();
    let first = stranger.post("/api/auth/token", shown("ada", PASSWORD)).await.expect(200);
    let program = stranger.bearing(text(&first, "access_token"));
    program.get("/api/auth/me").await.expect(200);
    let refresh = |token: &str| json!({ "refresh_token": token });
    let old = text(&first, "refresh_token");
    let second = stranger.post("/api/auth/refresh", refresh(old)).await.expect(200);
    let renewed = stranger.bearing(text(&second, "access_token"));
    renewed.get("/api/auth/me").await.expect(200);
    // A thief and the owner cannot be told apart, so neither goes on.
    stranger.post("/api/auth/refresh", refresh(old)).await.refused(401, "refresh_reused");
    renewed.get("/api/auth/me").await.refused(401, "token_invalid");
    stranger
        .post("/api/auth/refresh", refresh(text(&second, "refresh_token")))
        .await
        .refused(401, "refresh_invalid");
    stranger.post("/api/auth/refresh", refresh("nothing")).await.refused(401, "refresh_invalid");
}

#[tokio::test]
async fn accounts_are_made_by_nobody_where_that_is_closed() {
    let hosted = Hosted::start_with(1, &[("REGISTRATION", "closed")]).await;
    let account = json!({ "username": "ada", "password": PASSWORD, "name": "Ada" });
    let stranger = hosted.stranger();
    stranger.post("/api/auth/register", account).await.refused(403, "registration_closed");
    let info = stranger.get("/api/info").await.expect(200);
    assert_eq!((&info["mode"], &info["auth"]), (&json!("kubernetes"), &json!(["password"])));
    assert_eq!((&info["user"], &info["features"]["registration"]), (&json!(null), &json!("closed")));
    assert_eq!(info["data_dir"], json!(null));
}

#[tokio::test]
async fn a_stream_ends_within_a_second_of_what_let_it_in() {
    let hosted = Hosted::start().await;
    let here = hosted.person("ada").await;
    let key = here.post("/api/keys", json!({ "name": "feed", "role": "member" })).await.expect(201);
    let by_key = here.bearing(text(&key, "key"));
    let there = hosted.sign_in("ada").await;
    let client = switchyard_integration::Client::new(hosted.ports()[0], "");
    let own = format!("http://{}", here.host());
    let mut streams = Vec::new();
    for visitor in [&there, &by_key, &here] {
        let mut headers = vec![("host", visitor.host()), ("origin", own.as_str())];
        headers.extend(visitor.credential());
        let mut stream = Socket::try_open(&client, "/api/events", &headers).await.expect("a stream");
        stream.send(json!({ "since": null })).await;
        stream.next().await.expect("where the feed stands");
        streams.push(stream);
    }
    let [there, by_key, mut kept] = <[Socket; 3]>::try_from(streams).expect("three");
    here.delete("/api/auth/logins").await.expect(200);
    let ended = std::time::Instant::now();
    ends(there).await;
    // A second, and what a loaded machine takes besides.
    assert!(ended.elapsed() < std::time::Duration::from_secs(4), "{:?}", ended.elapsed());
    here.delete(&format!("/api/keys/{}", id(&key))).await.expect(204);
    ends(by_key).await;
    here.post("/api/projects", json!({ "name": "Still told" })).await.expect(201);
    while kept.next().await.expect("the stream goes on")["type"] != "project.created" {}
}

/// Reads a stream until it ends.
async fn ends(mut stream: Socket) {
    while stream.next().await.is_some() {}
}

/// Every way in that a request can be made up of: its host, its origin, what it shows.
#[tokio::test]
async fn a_cookie_is_good_from_our_own_page_alone() {
    let hosted = Hosted::start().await;
    let ada = hosted.person("ada").await;
    let key = ada.post("/api/keys", json!({ "name": "script", "role": "admin" })).await.expect(201);
    let script = ada.bearing(text(&key, "key"));
    let own = format!("http://{}", ada.host());
    let hosts = [ada.host(), "evil.example", "127.0.0.1:1", ""];
    let origins =
        [None, Some(own.as_str()), Some("http://evil.example"), Some("null"), Some("https://127.0.0.1")];
    for host in hosts {
        for origin in origins {
            for visitor in [&ada, &script] {
                for method in [Method::GET, Method::POST] {
                    let status = made_up(visitor, &method, host, origin).await;
                    let cookie = visitor.credential() == ada.credential();
                    let right_host = host == ada.host();
                    let fine = right_host
                        && match origin {
                            None => !cookie,
                            Some(origin) => origin == own,
                        };
                    let what = format!("{method} host {host:?} origin {origin:?} cookie {cookie}: {status}");
                    assert_eq!(status < 300, fine, "{what}");
                    if !fine {
                        assert_eq!(status, 403, "{what}");
                    }
                }
            }
        }
    }
}

async fn made_up(visitor: &Visitor, method: &Method, host: &str, origin: Option<&str>) -> u16 {
    let mut headers = vec![("host", host)];
    headers.extend(origin.map(|origin| ("origin", origin)));
    headers.extend(visitor.credential());
    let body = (*method == Method::POST).then(|| json!({ "name": "A project" }));
    visitor.send(method.clone(), "/api/projects", &headers, body).await.status
}
