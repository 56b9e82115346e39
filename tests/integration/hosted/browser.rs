//! People in a real browser, on a real hosted server.

use std::path::Path;
use std::process::Command;

use switchyard_integration::Hosted;

#[tokio::test]
#[ignore = "wants a built user interface and a browser; `cargo xtask test --only browser` runs it"]
async fn people_sign_in_and_work_together_in_browsers() {
    let hosted = Hosted::start_for_browsers(&[]).await;
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
