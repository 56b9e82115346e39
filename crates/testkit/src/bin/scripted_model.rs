//! `switchyard-scripted-model [PORT]`: a model server on the loopback interface that does what its prompts say. Prints
//! its address. See [`switchyard_testkit::scripted_model`].
#![allow(clippy::print_stdout, reason = "the address is what this program has to say")]

use switchyard_testkit::scripted_model::ScriptedModel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let model = ScriptedModel::start_on(port).await?;
    println!("{}", model.address());
    std::future::pending().await
}
