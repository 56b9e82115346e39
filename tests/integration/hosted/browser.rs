//! People in a real browser, on a real hosted server.

use std::path::Path;
use std::process::Command;

use switchyard_integration::Hosted;
use switchyard_testkit::fake_github::{Account, FakeGithub};
use switchyard_testkit::git_server::{GitServer, Manner};
use switchyard_testkit::repo::TempRepo;

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
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui");
    let mut node = Command::new("node");
    node.arg("e2e/run.mjs").current_dir(ui).env("SWITCHYARD_HOSTED", hosted.address());
    node.env("SWITCHYARD_GIT", git.url("project")).env("SWITCHYARD_GIT_TOKEN", "ghp-canary");
    let done =
        tokio::task::spawn_blocking(move || node.status()).await.expect("it runs").expect("node starts");
    assert!(done.success(), "{}", hosted.log(hosted.ports()[0]));
}
