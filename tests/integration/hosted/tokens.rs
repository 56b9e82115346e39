//! Tokens of another issuer: which are taken, and all that are not.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use switchyard_integration::{Hosted, JWT_SECRET, Visitor, id};
use uuid::Uuid;

use super::organisations::team;

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs()
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            out.push(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize] as char);
        }
    }
    out
}

/// A token of this header and these claims, as text, signed with `secret`.
pub(crate) fn signed(header: &str, claims: &str, secret: &str, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", base64(header), base64(claims));
    let key = EncodingKey::from_secret(secret.as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).expect("a signature");
    format!("{message}.{signature}")
}

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// A token of the instance's own issuer with these claims.
pub(crate) fn token(claims: &Value) -> String {
    signed(HEADER, &claims.to_string(), JWT_SECRET, Algorithm::HS256)
}

/// The claims of somebody who comes for the first time.
pub(crate) fn good() -> Value {
    json!({ "sub": Uuid::now_v7(), "email": "ada@example.org", "exp": now() + 600 })
}

#[tokio::test]
async fn who_a_token_names_acts_in_their_own_organisation_or_where_they_belong() {
    let hosted = Hosted::start().await;
    let (ada, bob, team) = team(&hosted, "member").await;
    let claims = good();
    let newcomer = hosted.stranger().bearing(&token(&claims));
    let me = newcomer.get("/api/auth/me").await.expect(200);
    assert_eq!((&me["user"]["id"], &me["user"]["email"]), (&claims["sub"], &json!("ada@example.org")));
    assert_eq!(me["organisation"]["personal"], true);
    newcomer.post("/api/projects", json!({ "name": "Mine" })).await.expect(201);
    // An organisation of which they are no member.
    let mut foreign = claims;
    foreign["org_id"] = team["id"].clone();
    hosted.stranger().bearing(&token(&foreign)).get("/api/projects").await.refused(403, "not_a_member");
    let bobs = id(&bob.get("/api/auth/me").await.expect(200)["user"]).to_owned();
    let in_team = json!({ "sub": bobs, "org_id": team["id"], "org_name": "ignored", "exp": now() + 600 });
    ada.post("/api/projects", json!({ "name": "Shared" })).await.expect(201);
    let seen = hosted.stranger().bearing(&token(&in_team)).get("/api/projects").await.expect(200);
    assert_eq!(seen["items"][0]["name"], "Shared");
}

#[tokio::test]
async fn a_replaced_secret_is_good_until_it_is_given_up() {
    let old = "canary-old-Qm7xT2vKp9Lr4WzB8nYc6HsJ1dGf";
    let hosted = Hosted::start_with(1, &[("JWT_SECRET_PREVIOUS", old)]).await;
    let before = signed(HEADER, &good().to_string(), old, Algorithm::HS256);
    hosted.stranger().bearing(&before).get("/api/auth/me").await.expect(200);
    hosted.stranger().bearing(&token(&good())).get("/api/auth/me").await.expect(200);
    let without = Hosted::start().await;
    without.stranger().bearing(&before).get("/api/auth/me").await.refused(401, "token_invalid");
}

#[tokio::test]
async fn issuer_and_audience_must_fit_where_they_are_asked_for() {
    let hosted =
        Hosted::start_with(1, &[("JWT_ISSUER", "https://id.example"), ("JWT_AUDIENCE", "board")]).await;
    let with = |changes: Value| {
        let mut claims = good();
        for (name, value) in changes.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        hosted.stranger().bearing(&token(&claims))
    };
    with(json!({ "iss": "https://id.example", "aud": ["other", "board"] }))
        .get("/api/auth/me")
        .await
        .expect(200);
    for wrong in [
        json!({}),
        json!({ "iss": "https://id.example" }),
        json!({ "aud": "board" }),
        json!({ "iss": "https://evil.example", "aud": "board" }),
        json!({ "iss": "https://id.example", "aud": "other" }),
        json!({ "iss": "https://id.example", "aud": [] }),
        json!({ "iss": null, "aud": "board" }),
    ] {
        with(wrong.clone()).get("/api/auth/me").await.refused(401, "token_invalid");
    }
}

#[tokio::test]
async fn no_hostile_token_is_taken() {
    let hosted = Hosted::start().await;
    let (sub, exp) = (Uuid::now_v7(), now() + 600);
    let fine = format!(r#"{{"sub":"{sub}","exp":{exp}}}"#);
    let good = signed(HEADER, &fine, JWT_SECRET, Algorithm::HS256);
    hosted.stranger().bearing(&good).get("/api/auth/me").await.expect(200);
    let mut hostile: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, token: String| hostile.push((name.to_owned(), token));
    let (head, rest) = good.split_once('.').expect("three parts");
    let (body, signature) = rest.split_once('.').expect("three parts");

    // Headers.
    for header in [
        r#"{"alg":"none","typ":"JWT"}"#,
        r#"{"alg":"None"}"#,
        r#"{"alg":"NONE"}"#,
        r#"{"alg":""}"#,
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"alg":"ES256"}"#,
        r#"{"alg":"EdDSA"}"#,
        r#"{"alg":"PS256"}"#,
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","typ":"secevent+jwt"}"#,
        r#"{"alg":"HS256","typ":"JWE"}"#,
        r#"{"alg":"HS256","jku":"https://evil.example/keys"}"#,
        r#"{"alg":"HS256","x5u":"https://evil.example/key"}"#,
        r#"{"alg":"HS256","jwk":{"kty":"oct","k":"c2VjcmV0"}}"#,
        r#"{"alg":"HS256""#,
        "",
        "null",
        "[]",
    ] {
        add(&format!("header {header}"), signed(header, &fine, JWT_SECRET, Algorithm::HS256));
        add(&format!("header {header}, no signature"), format!("{}.{}.", base64(header), base64(&fine)));
    }
    for (name, algorithm) in [("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)] {
        add(name, signed(&format!(r#"{{"alg":"{name}"}}"#), &fine, JWT_SECRET, algorithm));
        add(&format!("{name} that says HS256"), signed(HEADER, &fine, JWT_SECRET, algorithm));
    }

    // Claims.
    for claims in [
        format!(r#"{{"sub":"{sub}"}}"#),
        format!(r#"{{"sub":"{sub}","exp":null}}"#),
        format!(r#"{{"sub":"{sub}","exp":"{exp}"}}"#),
        format!(r#"{{"sub":"{sub}","exp":[{exp}]}}"#),
        format!(r#"{{"sub":"{sub}","exp":true}}"#),
        format!(r#"{{"sub":"{sub}","exp":-1}}"#),
        format!(r#"{{"sub":"{sub}","exp":0}}"#),
        format!(r#"{{"sub":"{sub}","exp":1e400}}"#),
        format!(r#"{{"sub":"{sub}","exp":{}}}"#, now() - 3600),
        format!(r#"{{"sub":"{sub}","exp":1,"exp":{exp}}}"#),
        format!(r#"{{"sub":"{sub}","sub":"{}","exp":{exp}}}"#, Uuid::now_v7()),
        format!(r#"{{"sub":"{sub}","exp":{exp},"nbf":{}}}"#, now() + 3600),
        format!(r#"{{"sub":"{sub}","exp":{exp},"nbf":"soon"}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp},"aud":"somebody-else"}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp},"aud":["a","b"]}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp},"org_id":"not-a-uuid"}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp},"org_id":["{sub}"]}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp},"org_id":"{sub}"}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp},"login":"{sub}"}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp},"login":7}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp},"email":["a@b.example"]}}"#),
        format!(r#"{{"exp":{exp}}}"#),
        format!(r#"{{"sub":null,"exp":{exp}}}"#),
        format!(r#"{{"sub":"","exp":{exp}}}"#),
        format!(r#"{{"sub":7,"exp":{exp}}}"#),
        format!(r#"{{"sub":["{sub}"],"exp":{exp}}}"#),
        format!(r#"{{"sub":{{"id":"{sub}"}},"exp":{exp}}}"#),
        format!(r#"{{"sub":"{sub} ","exp":{exp}}}"#),
        format!(r#"{{"sub":"ada","exp":{exp}}}"#),
        format!(r#"{{"sub":"00000000-0000-0000-0000-000000000000","exp":{exp}}}"#),
        format!(r#"{{"sub":"{sub}","exp":{exp}}} "#) + "{}",
        format!(r#"[{{"sub":"{sub}","exp":{exp}}}]"#),
        "null".to_owned(),
        String::new(),
    ] {
        add(&format!("claims {claims}"), signed(HEADER, &claims, JWT_SECRET, Algorithm::HS256));
    }

    // Signatures and shapes.
    for wrong in ["", "secret", &JWT_SECRET[1..], &format!("{JWT_SECRET} ")] {
        add(&format!("signed with {wrong:?}"), signed(HEADER, &fine, wrong, Algorithm::HS256));
    }
    add("another body", format!("{head}.{}.{signature}", base64(&fine.replace("exp", "exq"))));
    for (name, shape) in [
        ("no signature", format!("{head}.{body}.")),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{good}.x")),
        ("trailing bytes", format!("{good}A")),
        ("padding", format!("{good}=")),
        ("cut short", good[..good.len() - 1].to_owned()),
        ("dots", "..".to_owned()),
        ("nothing", String::new()),
        ("a quarter of a megabyte", format!("{head}.{}.{signature}", "A".repeat(30_000))),
        ("two tokens", format!("{good},{good}")),
        ("a scheme twice", format!("Bearer {good}")),
    ] {
        add(name, shape);
    }
    assert!(hostile.len() >= 60, "{}", hostile.len());
    for (name, token) in &hostile {
        let answer = hosted.stranger().bearing(token).get("/api/projects").await;
        assert!([400, 401, 403].contains(&answer.status), "{name}: {}", answer.text());
        let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        let known = ["token_invalid", "token_expired", "claim_missing", "not_a_member"];
        assert!(known.contains(&code.as_str()), "{name}: {code}");
    }
    // The same token in other places is not looked at.
    let query = format!("/api/projects?token={good}&access_token={good}");
    hosted.stranger().get(&query).await.refused(401, "unauthenticated");
    for scheme in ["Basic", "Token", "bearer,"] {
        let visitor = hosted.stranger();
        let value = format!("{scheme} {good}");
        let headers = [("host", visitor.host()), ("authorization", value.as_str())];
        let answer = visitor.send(switchyard_integration::Method::GET, "/api/projects", &headers, None).await;
        answer.refused(401, "token_invalid");
    }
    twice(&hosted.stranger(), &good).await;
}

/// Two tokens in one request are none.
async fn twice(visitor: &Visitor, good: &str) {
    let value = format!("Bearer {good}");
    let headers =
        [("host", visitor.host()), ("authorization", value.as_str()), ("authorization", value.as_str())];
    let answer = visitor.send(switchyard_integration::Method::GET, "/api/projects", &headers, None).await;
    answer.refused(401, "token_invalid");
}
