//! Flows that nobody who signs in would go through: none makes a user, a login or a cookie.

use std::time::Instant;

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use switchyard_integration::{JWT_SECRET, Method, id};
use switchyard_testkit::fake_github::{Account, Refusal, Wrongly};

use super::super::tokens::signed;
use super::site::{Browser, CALLBACK, KEPT, Site, parameter};

const HEADER: &str = r#"{"alg":"HS256","typ":"switchyard-sign-in+jwt"}"#;

/// Somebody who would be let in, and a browser that GitHub sends back.
async fn on_the_way_back(site: &Site) -> (Browser, String) {
    site.github.sign_in(Account::new(7, "ada"));
    let mut browser = site.browser();
    let sent = browser.go("/api/auth/login?next=/agents").await;
    let back = site.approve(&sent);
    (browser, back)
}

#[tokio::test]
async fn a_browser_that_was_not_sent_is_not_let_in() {
    let site = Site::start(&[]).await;
    let state_invalid = async |mut browser: Browser, path: &str| {
        site.refused("state_invalid", browser.come_back(path).await, 0);
    };

    // Without what it kept: somebody else's answer, which a link or a picture could bring here.
    let (_, back) = on_the_way_back(&site).await;
    state_invalid(site.browser(), &back).await;
    // With what was kept of another sign-in.
    let (_, others) = on_the_way_back(&site).await;
    let (own, _) = on_the_way_back(&site).await;
    state_invalid(own, &others).await;
    // With no state at all, and with one that is nearly right.
    let (own, back) = on_the_way_back(&site).await;
    state_invalid(own, &format!("{CALLBACK}?code={}", parameter(&back, "code"))).await;
    let (own, back) = on_the_way_back(&site).await;
    state_invalid(own, &back[..back.len() - 1]).await;
    let (own, back) = on_the_way_back(&site).await;
    let state = parameter(&back, "state");
    state_invalid(own, &back.replace(&state, &state.to_uppercase())).await;

    // With something that it made up, prolonged or took from elsewhere.
    let (mut own, back) = on_the_way_back(&site).await;
    let state = parameter(&back, "state");
    let kept = |exp: u64| json!({ "state": state, "verifier": "x".repeat(64), "next": "/", "exp": exp });
    let later = 4_000_000_000;
    for forged in [
        signed(HEADER, &kept(1_000_000_000).to_string(), JWT_SECRET, Algorithm::HS256),
        signed(HEADER, &kept(later).to_string(), "another secret of thirty-two bytes", Algorithm::HS256),
        signed(r#"{"alg":"HS256","typ":"JWT"}"#, &kept(later).to_string(), JWT_SECRET, Algorithm::HS256),
        signed(
            r#"{"alg":"HS384","typ":"switchyard-sign-in+jwt"}"#,
            &kept(later).to_string(),
            JWT_SECRET,
            Algorithm::HS384,
        ),
        signed(
            r#"{"alg":"none","typ":"switchyard-sign-in+jwt"}"#,
            &kept(later).to_string(),
            JWT_SECRET,
            Algorithm::HS256,
        ),
        signed(
            HEADER,
            &json!({ "state": state, "verifier": "x", "next": "//evil.example", "exp": later }).to_string(),
            JWT_SECRET,
            Algorithm::HS256,
        ),
        signed(
            HEADER,
            &json!({ "state": state, "verifier": "x", "next": "/" }).to_string(),
            JWT_SECRET,
            Algorithm::HS256,
        ),
        state.clone(),
        "x".to_owned(),
    ] {
        own.set_cookie(KEPT, &forged);
        site.refused("state_invalid", own.come_back(&back).await, 0);
    }
    // With two of them, of which one was put there by somebody else.
    let (mut own, back) = on_the_way_back(&site).await;
    let right = own.cookie(KEPT).expect("it was sent");
    own.set_cookie(KEPT, &format!("{right}; {KEPT}={right}"));
    site.refused("state_invalid", own.come_back(&back).await, 0);
}

#[tokio::test]
async fn what_was_used_is_used_up() {
    let site = Site::start(&[]).await;
    site.github.sign_in(Account::new(7, "ada"));
    let mut browser = site.browser();
    let sent = browser.go("/api/auth/login?next=/agents").await;
    let back = site.approve(&sent);
    let kept = browser.cookie(KEPT).expect("it was sent");
    assert_eq!(browser.come_back(&back).await.header("location"), "/agents");
    site.nothing_came_of_it(1);
    assert_eq!(browser.cookie(KEPT), None, "the browser forgets it");
    // The same address once more, as by the way back.
    site.refused("state_invalid", browser.come_back(&back).await, 1);
    // With what the browser was to forget: the code is used up at GitHub …
    let mut thief = site.browser();
    thief.set_cookie(KEPT, &kept);
    site.refused("oauth_failed", thief.come_back(&back).await, 1);
    // … and with another code for the same challenge, of somebody who is not known here yet, the state is.
    site.github.sign_in(Account::new(8, "eve"));
    let mut thief = site.browser();
    thief.set_cookie(KEPT, &kept);
    site.refused("state_invalid", thief.come_back(&site.approve(&sent)).await, 1);
    // A code that was used, in a sign-in of one's own.
    let (mut own, fresh) = on_the_way_back(&site).await;
    let (old, new) = (parameter(&back, "code"), parameter(&fresh, "code"));
    site.refused("oauth_failed", own.come_back(&fresh.replace(&new, &old)).await, 1);
}

#[tokio::test]
async fn a_code_is_good_for_the_browser_that_it_was_given_to() {
    let site = Site::start(&[]).await;
    // Injected into another sign-in, whose state fits: the verifier does not.
    let (_, theirs) = on_the_way_back(&site).await;
    let (mut own, back) = on_the_way_back(&site).await;
    let injected = back.replace(&parameter(&back, "code"), &parameter(&theirs, "code"));
    site.refused("oauth_failed", own.come_back(&injected).await, 0);
    // Without a verifier, or with another one.
    for verifier in ["", "0000000000000000000000000000000000000000000000000000000000000000"] {
        let (mut own, back) = on_the_way_back(&site).await;
        let claims = json!({
            "state": parameter(&back, "state"), "verifier": verifier, "next": "/", "exp": 4_000_000_000_u64
        });
        own.set_cookie(KEPT, &signed(HEADER, &claims.to_string(), JWT_SECRET, Algorithm::HS256));
        site.refused("oauth_failed", own.come_back(&back).await, 0);
    }
}

#[tokio::test]
async fn nobody_is_signed_in_as_somebody_else_behind_their_back() {
    let site = Site::start(&[]).await;
    let (mut victim, back) = on_the_way_back(&site).await;
    victim.come_back(&back).await;
    let before = victim.cookie("__Host-switchyard");
    // An attacker approves as themself, and has the victim's browser go where theirs should have.
    site.github.sign_in(Account::new(8, "eve"));
    let sent = site.browser().go("/api/auth/login").await;
    let forged = site.approve(&sent);
    site.refused("state_invalid", victim.come_back(&forged).await, 1);
    // Also while the victim is about to sign in themself.
    victim.go("/api/auth/login").await;
    site.refused("state_invalid", victim.come_back(&forged).await, 1);
    assert_eq!(victim.cookie("__Host-switchyard"), before);
    let me = victim.visitor().get("/api/auth/me").await.expect(200);
    assert_eq!(me["user"]["name"], "ada");
    // Who does it themself is somebody else from then on, by a login of their own; the first one is as it was.
    let first = victim.visitor();
    victim.sign_in(&site, "/api/auth/login").await;
    let now = victim.visitor().get("/api/auth/me").await.expect(200);
    assert_ne!(id(&now["user"]), id(&me["user"]));
    assert_ne!(victim.cookie("__Host-switchyard"), before);
    assert_eq!(first.get("/api/auth/me").await.expect(200)["user"]["name"], "ada");
}

#[tokio::test]
async fn signing_in_leads_to_no_other_site() {
    let site = Site::start(&[]).await;
    for elsewhere in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/.//evil.example",
        "/\t/evil.example",
        "/%0d%0aSet-Cookie:a=b\r\n",
        "evil.example",
        "/api/auth/logout",
    ] {
        let encoded: String = elsewhere.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = site.browser().go(&format!("/api/auth/login?next={encoded}")).await;
        assert_eq!(answer.refused(422, "invalid")["errors"][0]["field"], "next", "{elsewhere:?}");
        assert_eq!(answer.header("set-cookie"), "");
    }
    site.browser().go("/api/auth/login?next=/a&next=//evil.example").await.refused(422, "invalid");
    // Nor does GitHub send anybody elsewhere, and it knows us by what we are registered as.
    let sent = site.browser().go("/api/auth/login").await;
    let address = sent.header("location").to_owned();
    let elsewhere = address.replace("redirect_uri=http%3A%2F%2F127", "redirect_uri=http%3A%2F%2F128");
    assert_eq!(site.github.approve(&elsewhere), Err(Refusal::Redirect));
    let visitor = site.hosted.stranger();
    let headers = [("host", "evil.example"), ("sec-fetch-mode", "navigate")];
    for path in ["/api/auth/login", CALLBACK] {
        let answer = visitor.send(Method::GET, path, &headers, None).await;
        answer.refused(403, "host_refused");
        assert_eq!(answer.header("set-cookie"), "");
    }
    site.nothing_came_of_it(0);
}

#[tokio::test]
async fn an_answer_that_is_not_as_it_should_be_lets_nobody_in() {
    let site = Site::start(&[]).await;
    let (mut browser, back) = on_the_way_back(&site).await;
    let state = parameter(&back, "state");
    browser.set_cookie("other", "1");
    let denied = format!("{CALLBACK}?error=access_denied&error_description=no&state={state}");
    site.refused("oauth_denied", browser.come_back(&denied).await, 0);
    let issuer = |address: &str| format!("&iss={}", address.replace(':', "%3A").replace('/', "%2F"));
    for (name, change) in [
        ("another error", &|_: &str, state: &str| format!("{CALLBACK}?error=server_error&state={state}")),
        ("neither", &|_: &str, state: &str| format!("{CALLBACK}?state={state}")),
        ("both", &|back: &str, _: &str| format!("{back}&error=access_denied_not")),
        ("two codes", &|back: &str, _: &str| format!("{back}&code=x")),
        ("two states", &|back: &str, state: &str| format!("{back}&state={state}")),
        ("no text", &|back: &str, _: &str| format!("{back}&code=%FF")),
        ("an empty code", &|_: &str, state: &str| format!("{CALLBACK}?code=&state={state}")),
        ("a long code", &|_: &str, state: &str| {
            format!("{CALLBACK}?code={}&state={state}", "x".repeat(5000))
        }),
    ] as [(&str, &dyn Fn(&str, &str) -> String); 8]
    {
        let (mut browser, back) = on_the_way_back(&site).await;
        let path = change(&back, &parameter(&back, "state"));
        let answer = browser.come_back(&path).await;
        assert!(
            answer.header("location").starts_with("/sign-in?error=oauth_failed&next=%2Fagents"),
            "{name}"
        );
        site.refused("oauth_failed", answer, 0);
    }
    let (mut browser, back) = on_the_way_back(&site).await;
    let (right, wrong) =
        (issuer(&format!("{}/login/oauth", site.github.address())), issuer("https://evil.example"));
    assert!(back.contains(&right), "{back}");
    site.refused("oauth_failed", browser.come_back(&back.replace(&right, &wrong)).await, 0);
}

#[tokio::test]
async fn a_github_that_answers_wrongly_lets_nobody_in() {
    let site = Site::start(&[("ALLOWED_ORG", "acme")]).await;
    let with = |status: u16, body: Value| Wrongly::With(status, body);
    let user = |id: Value| with(200, json!({ "id": id, "login": "ada" }));
    let elsewhere = || Wrongly::Elsewhere("http://127.0.0.1:1/".to_owned());
    let rows: Vec<(&'static str, Wrongly)> = vec![
        ("token", with(200, json!({ "error": "bad_verification_code" }))),
        ("token", with(200, json!({ "access_token": "x", "token_type": "bearer", "error": "no" }))),
        ("token", with(200, json!({ "access_token": "", "token_type": "bearer" }))),
        ("token", with(200, json!({ "access_token": "a\nb", "token_type": "bearer" }))),
        ("token", with(200, json!({ "access_token": ["x"], "token_type": "bearer" }))),
        ("token", with(200, json!([]))),
        ("token", with(500, json!({ "access_token": "x", "token_type": "bearer" }))),
        ("token", Wrongly::Page),
        ("token", Wrongly::Flood),
        ("token", elsewhere()),
        ("user", with(200, json!({ "login": "ada" }))),
        ("user", user(json!("7"))),
        ("user", user(json!(null))),
        ("user", user(json!(0))),
        ("user", user(json!(-7))),
        ("user", user(json!(7.5))),
        ("user", user(json!([7]))),
        ("user", user(json!(true))),
        ("user", with(200, json!({ "id": 7 }))),
        ("user", with(401, json!({ "message": "Bad credentials" }))),
        ("user", with(500, json!({ "id": 7, "login": "ada" }))),
        ("user", Wrongly::Page),
        ("user", Wrongly::Flood),
        ("user", elsewhere()),
        ("emails", Wrongly::Flood),
        ("emails", Wrongly::Page),
        ("membership", Wrongly::Page),
        ("membership", Wrongly::Flood),
    ];
    for (endpoint, wrongly) in rows {
        let what = format!("{endpoint} {wrongly:?}");
        site.github.answer(endpoint, Some(wrongly));
        site.github.sign_in(Account::new(7, "ada").belonging("acme", "active"));
        let answer = site.browser().sign_in(&site, "/api/auth/login").await;
        assert!(answer.header("location").starts_with("/sign-in?error=oauth_failed"), "{what}");
        site.refused("oauth_failed", answer, 0);
        site.github.answer(endpoint, None);
    }
    site.github.answer("token", Some(Wrongly::Never));
    let begun = Instant::now();
    site.refused("oauth_failed", site.browser().sign_in(&site, "/api/auth/login").await, 0);
    assert!(begun.elapsed().as_secs() < 14, "{:?}", begun.elapsed());
    site.github.answer("token", None);
    // As it should be, it does.
    assert_eq!(site.browser().sign_in(&site, "/api/auth/login").await.header("location"), "/");
}

#[tokio::test]
async fn a_closed_account_stays_closed() {
    let site = Site::start(&[]).await;
    let (mut browser, back) = on_the_way_back(&site).await;
    browser.come_back(&back).await;
    site.hosted.sql("UPDATE users SET disabled_at = now(); UPDATE logins SET ended_at = now()");
    let (mut again, back) = on_the_way_back(&site).await;
    site.refused("user_disabled", again.come_back(&back).await, 1);
    browser.visitor().get("/api/auth/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_kept_of_a_sign_in_is_no_credential() {
    let site = Site::start(&[]).await;
    let (browser, _) = on_the_way_back(&site).await;
    let kept = browser.cookie(KEPT).expect("it was sent");
    let stranger = site.hosted.stranger();
    stranger.bearing(&kept).get("/api/projects").await.refused(401, "token_invalid");
    let cookie = format!("__Host-switchyard={kept}");
    stranger.showing_cookie(&cookie).get("/api/projects").await.refused(401, "unauthenticated");
}
