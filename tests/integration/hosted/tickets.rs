//! Opening WebSockets: by cookie, bearer token, subprotocol, ticket.

use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use switchyard_integration::{Client, Hosted, JWT_SECRET, Method, Socket, Visitor, id, text};
use uuid::Uuid;

use super::tokens::{good, signed, token};

/// Every WebSocket there is.
const STREAMS: [&str; 4] = [
    "/api/events",
    "/api/sessions/{id}/stream",
    "/api/workspaces/{id}/changes",
    "/api/terminals/{id}/attach",
];

/// Opens a stream with this query and these headers. Who is let in gets it, or is told that there is no such thing.
async fn open(visitor: &Visitor, stream: &str, query: &str, headers: &[(&str, &str)]) -> Result<(), u16> {
    let path = stream.replace("{id}", &Uuid::now_v7().to_string());
    match connect(visitor, &format!("{path}{query}"), headers).await {
        Ok(_) | Err(404) => Ok(()),
        Err(status) => Err(status),
    }
}

async fn connect(visitor: &Visitor, path: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
    let mut all = vec![("host", visitor.host())];
    all.extend_from_slice(headers);
    Socket::try_open(&Client::new(visitor.port(), ""), path, &all).await
}

/// A ticket, as a query.
async fn ticket(visitor: &Visitor) -> String {
    let made = visitor.call(Method::POST, "/api/auth/tickets", None).await.expect(201);
    format!("?ticket={}", text(&made, "ticket"))
}

#[test]
fn every_stream_is_in_the_list() {
    let document = include_str!("../../../docs/openapi.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").iter();
    let streams = paths.filter(|(_, methods)| methods["get"]["responses"]["101"].is_object());
    let mut known = STREAMS.to_vec();
    known.sort_unstable();
    assert_eq!(streams.map(|(path, _)| path.as_str()).collect::<Vec<_>>(), known);
}

#[tokio::test]
async fn each_stream_takes_every_way_in_and_nothing_that_is_none() {
    let hosted = Hosted::start().await;
    let ada = hosted.person("ada").await;
    let own = format!("http://{}", ada.host());
    let made = ada.post("/api/keys", json!({ "name": "streams", "role": "member" })).await.expect(201);
    let key = text(&made, "key");
    let outside = token(&good());
    let (cookie_name, cookie) = ada.credential().expect("a cookie");
    for stream in STREAMS {
        // What is shown as for any request.
        assert_eq!(
            open(&ada, stream, "", &[(cookie_name, cookie), ("origin", &own)]).await,
            Ok(()),
            "{stream}"
        );
        assert_eq!(
            open(&ada, stream, "", &[(cookie_name, cookie)]).await,
            Err(403),
            "another page's, {stream}"
        );
        assert_eq!(open(&ada, stream, "", &[]).await, Err(401), "{stream}");
        for bearer in [key, &outside] {
            let authorization = format!("Bearer {bearer}");
            let protocols = format!("switchyard, bearer.{bearer}");
            let (shown, query) = (("authorization", authorization.as_str()), format!("?token={bearer}"));
            assert_eq!(open(&ada, stream, "", &[shown]).await, Ok(()), "{stream}");
            assert_eq!(
                open(&ada, stream, "", &[("sec-websocket-protocol", &protocols)]).await,
                Ok(()),
                "{stream}"
            );
            assert_eq!(open(&ada, stream, &query, &[]).await, Ok(()), "{stream}");
            // Two of them are none, whichever is right.
            assert_eq!(open(&ada, stream, &query, &[shown]).await, Err(401), "{stream}");
            assert_eq!(open(&ada, stream, &query, &[("sec-websocket-protocol", &protocols)]).await, Err(401));
            assert_eq!(
                open(&ada, stream, &format!("{query}&token={bearer}"), &[]).await,
                Err(401),
                "{stream}"
            );
            let twice = format!("{protocols}, bearer.{bearer}");
            assert_eq!(
                open(&ada, stream, "", &[("sec-websocket-protocol", &twice)]).await,
                Err(401),
                "{stream}"
            );
        }
        for wrong in ["", "x", &key[..key.len() - 1], JWT_SECRET] {
            let query = format!("?token={wrong}");
            assert_eq!(open(&ada, stream, &query, &[]).await, Err(401), "{stream} {wrong}");
            let protocols = format!("switchyard, bearer.{wrong}");
            assert_eq!(open(&ada, stream, "", &[("sec-websocket-protocol", &protocols)]).await, Err(401));
        }
        // A ticket, once, whoever made it by whatever means; also from a page elsewhere, which cannot have it by itself.
        for maker in [&ada, &ada.bearing(key), &ada.bearing(&outside)] {
            let once = ticket(maker).await;
            assert_eq!(open(&ada, stream, &once, &[]).await, Ok(()), "{stream}");
            assert_eq!(open(&ada, stream, &once, &[]).await, Err(401), "{stream} again");
        }
        let both = format!("{}&token={key}", ticket(&ada).await);
        assert_eq!(open(&ada, stream, &both, &[]).await, Err(401), "{stream}");
        let two = format!("{}&{}", ticket(&ada).await, &ticket(&ada).await[1..]);
        assert_eq!(open(&ada, stream, &two, &[]).await, Err(401), "{stream}");
        // Not after its login ended, its key was deleted, or its person was shut out.
        let second = hosted.sign_in("ada").await;
        let late = ticket(&second).await;
        second.call(Method::POST, "/api/auth/logout", None).await.expect(204);
        assert_eq!(open(&ada, stream, &late, &[]).await, Err(401), "{stream} after logout");
        let made = ada.post("/api/keys", json!({ "name": "short", "role": "viewer" })).await.expect(201);
        let late = ticket(&ada.bearing(text(&made, "key"))).await;
        ada.delete(&format!("/api/keys/{}", id(&made))).await.expect(204);
        assert_eq!(open(&ada, stream, &late, &[]).await, Err(401), "{stream} after its key");
    }
}

#[tokio::test]
async fn a_ticket_that_is_late_forged_or_something_else_opens_nothing() {
    let hosted = Hosted::start().await;
    let ada = hosted.person("ada").await;
    let me = ada.get("/api/auth/me").await.expect(200);
    let (user, org) = (id(&me["user"]), id(&me["organisation"]));
    let claims = |exp: u64| json!({ "sub": user, "org": org, "login": null, "key": null, "until": null, "jti": Uuid::now_v7(), "exp": exp });
    let header = r#"{"alg":"HS256","typ":"switchyard-ticket+jwt"}"#;
    let later = 4_000_000_000;
    let made = |header: &str, claims: &Value, secret: &str| {
        signed(header, &claims.to_string(), secret, Algorithm::HS256)
    };
    // One of these that is right is let in, so it is what is wrong with the others that they are refused for.
    let right = format!("?ticket={}", made(header, &claims(later), JWT_SECRET));
    assert_eq!(open(&ada, "/api/events", &right, &[]).await, Ok(()));
    let stranger = {
        let mut of_nobody = claims(later);
        of_nobody["sub"] = json!(Uuid::now_v7());
        of_nobody
    };
    let elsewhere = {
        let mut claims = claims(later);
        claims["org"] = json!(Uuid::now_v7());
        claims
    };
    let ended = {
        let mut claims = claims(later);
        claims["until"] = json!(1_000_000_000);
        claims
    };
    for (name, ticket) in [
        ("late", made(header, &claims(1_000_000_000), JWT_SECRET)),
        ("of another secret", made(header, &claims(later), "another secret of thirty-two bytes")),
        ("of another type", made(r#"{"alg":"HS256","typ":"JWT"}"#, &claims(later), JWT_SECRET)),
        (
            "without a signature",
            made(r#"{"alg":"none","typ":"switchyard-ticket+jwt"}"#, &claims(later), JWT_SECRET),
        ),
        ("of nobody", made(header, &stranger, JWT_SECRET)),
        ("ended", made(header, &ended, JWT_SECRET)),
        ("a token", token(&good())),
        ("nothing", String::new()),
    ] {
        assert_eq!(open(&ada, "/api/events", &format!("?ticket={ticket}"), &[]).await, Err(401), "{name}");
    }
    let ticket_there = format!("?ticket={}", made(header, &elsewhere, JWT_SECRET));
    assert_eq!(open(&ada, "/api/events", &ticket_there, &[]).await, Err(403), "where she does not belong");
    // It is for streams alone, and makes no other.
    let stranger = hosted.stranger();
    let query = ticket(&ada).await;
    stranger.get(&format!("/api/projects{query}")).await.refused(401, "unauthenticated");
    stranger.post(&format!("/api/auth/tickets{query}"), json!({})).await.refused(401, "unauthenticated");
    stranger.bearing(&query[8..]).get("/api/projects").await.refused(401, "token_invalid");
    assert_eq!(open(&ada, "/api/events", &query, &[]).await, Ok(()), "none of these used it up");
}

#[tokio::test]
async fn a_ticket_is_good_at_every_server_and_once_at_all_of_them() {
    let hosted = Hosted::start_with(2, &[]).await;
    let ports = hosted.ports();
    let ada = hosted.person("ada").await;
    let once = ticket(&ada).await;
    let there = ada.at(ports[1]);
    let all = futures_util::future::join_all(
        (0..8).map(|number| open(if number % 2 == 0 { &ada } else { &there }, "/api/events", &once, &[])),
    );
    let opened = all.await.into_iter().filter(Result::is_ok).count();
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn a_stream_that_a_ticket_opened_shows_its_own_people_and_ends_with_what_it_was_made_with() {
    let hosted = Hosted::start().await;
    let (ada, bob) = (hosted.person("ada").await, hosted.person("bob").await);
    let here = hosted.sign_in("bob").await;
    let key = bob.post("/api/keys", json!({ "name": "feed", "role": "member" })).await.expect(201);
    let mut streams = Vec::new();
    for maker in [&here, &bob.bearing(text(&key, "key")), &bob] {
        let path = format!("/api/events{}", ticket(maker).await);
        let mut stream = connect(&bob, &path, &[]).await.expect("a stream");
        stream.send(json!({ "since": null })).await;
        stream.next().await.expect("where the feed stands");
        streams.push(stream);
    }
    let [by_login, by_key, mut kept] = <[Socket; 3]>::try_from(streams).expect("three");
    ada.post("/api/projects", json!({ "name": "Hers" })).await.expect(201);
    let his = bob.post("/api/projects", json!({ "name": "His" })).await.expect(201);
    assert_eq!(kept.next().await.expect("an event")["id"], his["id"]);
    here.call(Method::POST, "/api/auth/logout", None).await.expect(204);
    ends(by_login).await;
    bob.delete(&format!("/api/keys/{}", id(&key))).await.expect(204);
    ends(by_key).await;
    let more = bob.post("/api/projects", json!({ "name": "Still told" })).await.expect(201);
    while kept.next().await.expect("the stream goes on")["id"] != more["id"] {}
}

/// Reads a stream until it ends, which is soon.
async fn ends(mut stream: Socket) {
    let begun = Instant::now();
    while stream.next().await.is_some() {}
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}
