//! Signing in with GitHub.

mod hostile;
mod site;

use serde_json::{Value, json};
use switchyard_integration::{Hosted, Method, id, text};
use switchyard_testkit::fake_github::Account;

use self::site::{CALLBACK, Site};

#[tokio::test]
async fn who_approves_at_github_lands_where_they_wanted_to_go() {
    let site = Site::start(&[]).await;
    let mut ada = Account::new(7, "ada");
    ada.user["name"] = json!("Ada Lovelace");
    ada.user["avatar_url"] = json!(format!("{}/avatars/u/7", site.github.address()));
    site.github.sign_in(ada);
    let mut browser = site.browser();
    let landed = browser.sign_in(&site, "/api/auth/login?next=%2Fagents%3Fview%3Dlist").await;
    assert_eq!((landed.status, landed.header("location")), (303, "/agents?view=list"));
    let me = browser.visitor().get("/api/auth/me").await.expect(200);
    let user = &me["user"];
    assert_eq!((text(user, "name"), text(user, "email")), ("Ada Lovelace", "ada@example.org"));
    assert_eq!(text(user, "avatar_url"), format!("{}/avatars/u/7", site.github.address()));
    assert_eq!((&user["instance_admin"], &user["username"]), (&json!(true), &Value::Null));
    assert_eq!(me["organisation"]["personal"], true);
    let logins = browser.visitor().get("/api/auth/logins").await.expect(200);
    assert_eq!(logins["items"][0]["method"], "github");
    let info = site.hosted.stranger().get("/api/info").await.expect(200);
    assert_eq!(info["auth"], json!(["github", "password"]));
}

#[tokio::test]
async fn a_person_is_their_number_whatever_they_call_themselves() {
    let site = Site::start(&[]).await;
    site.github.sign_in(Account::new(7, "ada"));
    let mut first = site.browser();
    first.sign_in(&site, "/api/auth/login").await;
    let before = first.visitor().get("/api/auth/me").await.expect(200);
    assert_eq!(text(&before["user"], "name"), "ada");
    // She is called otherwise now, and somebody else took her old name and address.
    let mut renamed = Account::new(7, "countess");
    renamed.emails = json!([{ "email": "countess@example.org", "primary": true, "verified": false }]);
    site.github.sign_in(renamed);
    let mut second = site.browser();
    second.sign_in(&site, "/api/auth/login").await;
    let after = second.visitor().get("/api/auth/me").await.expect(200);
    assert_eq!(id(&after["user"]), id(&before["user"]));
    // An address that nobody verified is passed over.
    assert_eq!(
        (text(&after["user"], "name"), text(&after["user"], "email")),
        ("countess", "ada@example.org")
    );
    assert_ne!(
        first.cookie("__Host-switchyard"),
        second.cookie("__Host-switchyard"),
        "each login is its own"
    );
    site.github.sign_in(Account::new(8, "ada"));
    let mut other = site.browser();
    other.sign_in(&site, "/api/auth/login").await;
    let somebody = other.visitor().get("/api/auth/me").await.expect(200);
    assert_ne!(id(&somebody["user"]), id(&before["user"]));
    assert_eq!(somebody["user"]["instance_admin"], false);
}

#[tokio::test]
async fn an_account_with_the_same_address_is_not_taken_over() {
    let site = Site::start(&[]).await;
    let stranger = site.hosted.stranger();
    let account = json!({
        "username": "ada", "password": "correct horse battery", "name": "Ada", "email": "ada@example.org"
    });
    let registered = stranger.post("/api/auth/register", account).await.expect(201);
    site.github.sign_in(Account::new(7, "ada"));
    let mut browser = site.browser();
    browser.sign_in(&site, "/api/auth/login").await;
    let me = browser.visitor().get("/api/auth/me").await.expect(200);
    assert_ne!(id(&me["user"]), id(&registered["user"]));
    assert_eq!((text(&me["user"], "email"), &me["user"]["username"]), ("ada@example.org", &Value::Null));
}

#[tokio::test]
async fn the_token_is_kept_sealed_for_its_user() {
    let site = Site::start(&[]).await;
    for _ in 0..2 {
        site.github.sign_in(Account::new(7, "ada"));
        site.browser().sign_in(&site, "/api/auth/login").await;
    }
    // What is in it is looked for in the whole database when the test ends.
    let sealed = "(SELECT count(*) FROM user_configs WHERE oauth_credentials IS NOT NULL) = 1";
    site.hosted.sql(&format!("DO $$ BEGIN ASSERT {sealed}, 'an envelope'; END $$"));
}

#[tokio::test]
async fn members_of_the_organisation_sign_in_and_nobody_else() {
    let site = Site::start(&[("ALLOWED_ORG", "other, Acme")]).await;
    site.github.sign_in(Account::new(7, "ada").belonging("acme", "active"));
    let mut browser = site.browser();
    assert_eq!(browser.sign_in(&site, "/api/auth/login").await.header("location"), "/");
    browser.visitor().get("/api/auth/me").await.expect(200);
    let mut elsewhere = Account::new(8, "eve");
    // What GitHub says of another organisation does not count for ours.
    elsewhere = elsewhere.belonging("evil", "active");
    elsewhere.memberships.insert("acme".to_owned(), elsewhere.memberships["evil"].clone());
    for stranger in [Account::new(8, "eve"), Account::new(8, "eve").belonging("acme", "pending"), elsewhere] {
        site.github.sign_in(stranger);
        site.refused("organisation_required", site.browser().sign_in(&site, "/api/auth/login").await, 1);
    }
}

#[tokio::test]
async fn no_more_is_asked_of_people_than_is_needed() {
    let asked = async |environment: &[(&str, &str)]| {
        let site = Site::start(environment).await;
        let sent = site.browser().go("/api/auth/login").await;
        let address = sent.header("location").to_owned();
        let scope = address.split("scope=").nth(1).and_then(|rest| rest.split('&').next()).expect("a scope");
        (scope.to_owned(), address.contains("code_challenge_method=S256"))
    };
    assert_eq!(asked(&[]).await, ("user%3Aemail".to_owned(), true));
    let more = [("ALLOWED_ORG", "acme"), ("GITHUB_PRIVATE_REPOSITORIES", "on")];
    assert_eq!(asked(&more).await.0, "user%3Aemail+read%3Aorg+repo");
}

#[tokio::test]
async fn a_browser_may_come_back_to_another_server_than_the_one_that_sent_it() {
    let site = Site::start_on(2, &[]).await;
    let ports = site.hosted.ports();
    site.github.sign_in(Account::new(7, "ada"));
    let mut browser = site.browser();
    let sent = browser.go("/api/auth/login?next=/agents").await;
    let back = site.approve(&sent);
    browser.move_to(ports[1]);
    assert_eq!(browser.come_back(&back).await.header("location"), "/agents");
    // What was used up at one is used up at the other.
    let again = site.approve(&sent);
    browser.move_to(ports[0]);
    browser.keep_cookies_of(&sent);
    site.refused("state_invalid", browser.come_back(&again).await, 1);
}

#[tokio::test]
async fn without_an_app_at_github_nobody_is_sent_there() {
    let hosted = Hosted::start().await;
    let stranger = hosted.stranger();
    stranger.get("/api/auth/login?next=/").await.refused(404, "not_found");
    stranger.get(&format!("{CALLBACK}?code=a&state=b")).await.refused(404, "not_found");
    assert_eq!(stranger.get("/api/info").await.expect(200)["auth"], json!(["password"]));
    let page = stranger.call(Method::GET, "/", None).await;
    assert!(!page.header("content-security-policy").contains("githubusercontent"));
}

#[tokio::test]
async fn pictures_of_people_come_from_their_site_and_from_nowhere_else() {
    let site = Site::start(&[]).await;
    let page = site.hosted.stranger().get("/").await;
    let policy = page.header("content-security-policy");
    if page.status == 404 {
        // The page was not built into this program, and so there is none to show pictures on.
        return;
    }
    let own = site.github.address();
    assert!(
        policy.contains(&format!("img-src 'self' data: blob: {own} https://avatars.127.0.0.1;")),
        "{policy}"
    );
}

#[tokio::test]
async fn the_log_tells_why_somebody_was_not_signed_in_and_nothing_secret() {
    let site = Site::start(&[]).await;
    site.github.sign_in(Account::new(7, "ada"));
    let mut browser = site.browser();
    let sent = browser.go("/api/auth/login?next=/agents").await;
    let back = site.approve(&sent);
    browser.come_back(&back).await;
    browser.come_back(&back).await;
    // Neither the code, nor the state, nor the token, nor the app's secret, all of which are looked for when a test ends.
    let log = site.hosted.log(site.hosted.ports()[0]);
    assert!(log.contains("state_invalid") && !log.contains("code="), "{log}");
}
