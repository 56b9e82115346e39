//! People in a real browser, on a real hosted server.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use switchyard_integration::{Hosted, PASSWORD, id};
use switchyard_testkit::fake_github::{Account, FakeGithub};
use switchyard_testkit::git_server::{GitServer, Manner};
use switchyard_testkit::repo::TempRepo;

use super::invited::{invite, make};

#[tokio::test]
#[ignore = "wants a built user interface and a browser; `cargo xtask test --only browser` runs it"]
async fn people_sign_in_and_work_together_in_browsers() {
    let git = GitServer::start().await;
    git.publish("project", &TempRepo::new());
    // `x-access-token:ghp-canary`, in base 64; slow, so that there is progress to be seen.
    git.require(&["eC1hY2Nlc3MtdG9rZW46Z2hwLWNhbmFyeQ=="]);
    git.serve(Manner::Slow(16));
    let github = FakeGithub::start().await;
    let app = github.environment();
    let mut app: Vec<(&str, &str)> = app.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // Half of what .env.example has: who works as people do does not meet even that.
    app.extend([("RATE_LIMIT_DEFAULT", "600/min"), ("RATE_LIMIT_AUTH", "120/min")]);
    let hosted = Hosted::start_for_browsers(&app, &git.host()).await;
    github.register(&format!("{}/api/auth/callback", hosted.address()));
    // Signed in at that GitHub, in ui/e2e/scenarios/72-github.mjs.
    github.sign_in(Account::new(1815, "countess"));
    // Typed in ui/e2e/scenarios/70-people.mjs.
    for password in ["correct horse battery", "nanoseconds are long", "microseconds are longer"] {
        hosted.hides("a password that was typed in a browser", password);
    }
    let mut browsers = browsers(&hosted);
    browsers.env("SWITCHYARD_GIT", git.url("project")).env("SWITCHYARD_GIT_TOKEN", "ghp-canary");
    plays(&hosted, browsers).await;
}

#[tokio::test]
#[ignore = "wants a built user interface and a browser; `cargo xtask test --only browser` runs it"]
async fn who_is_invited_makes_an_account_in_a_browser() {
    let nowhere = GitServer::start().await;
    let hosted = Hosted::start_for_browsers(&[("REGISTRATION", "invited")], &nowhere.host()).await;
    // Typed in ui/e2e/scenarios/71-invited.mjs.
    hosted.hides("a password that was typed in a browser", "nanoseconds are long");
    make(&hosted, "ada");
    make(&hosted, "carol");
    let ada = hosted.sign_in("ada").await;
    let team = ada.post("/api/organisations", json!({ "name": "Mill" })).await.expect(201);
    ada.post("/api/auth/organisation", json!({ "org_id": id(&team) })).await.expect(200);
    let (_, new) = invite(&ada, "member").await;
    let (_, known) = invite(&ada, "viewer").await;
    let mut browsers = browsers(&hosted);
    browsers.env("SWITCHYARD_REGISTRATION", "invited").env("SWITCHYARD_PASSWORD", PASSWORD);
    browsers.env("SWITCHYARD_INVITATIONS", format!("{new} {known}"));
    plays(&hosted, browsers).await;
}

/// What plays scenarios in browsers, at this server.
fn browsers(hosted: &Hosted) -> Command {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui");
    let mut node = Command::new("node");
    node.arg("e2e/run.mjs").current_dir(ui).env("SWITCHYARD_HOSTED", hosted.address());
    node
}

async fn plays(hosted: &Hosted, mut browsers: Command) {
    let done = tokio::task::spawn_blocking(move || browsers.status()).await;
    let done = done.expect("it runs").expect("node starts");
    assert!(done.success(), "{}", hosted.log(hosted.ports()[0]));
}
