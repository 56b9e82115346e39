//! People in a real browser, on a real hosted server.

use std::path::Path;
use std::process::Command;

use switchyard_integration::Hosted;
use switchyard_testkit::fake_github::{Account, FakeGithub};

#[tokio::test]
#[ignore = "wants a built user interface and a browser; `cargo xtask test --only browser` runs it"]
async fn people_sign_in_and_work_together_in_browsers() {
    let github = FakeGithub::start().await;
    let app = github.environment();
    let app: Vec<(&str, &str)> = app.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let hosted = Hosted::start_for_browsers(&app).await;
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
    let done =
        tokio::task::spawn_blocking(move || node.status()).await.expect("it runs").expect("node starts");
    assert!(done.success(), "{}", hosted.log(hosted.ports()[0]));
}
