//! Terminals in workspaces, as clients meet them.

mod attaching;
mod dev_server;
mod endings;
mod resource;

use serde_json::{Value, json};
use switchyard_integration::{Setup, Terminal, id};
use switchyard_testkit::repo::TempRepo;

use crate::ground::Ground;

/// A board whose shells show a plain prompt.
async fn ground(environment: &[(&str, &str)]) -> Ground {
    let given = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let setup = Setup { environment: given.collect(), ..Setup::default() };
    let ground = Ground::of(TempRepo::new(), setup).await;
    let plain = "PS1='$ '\nbind 'set enable-bracketed-paste off'\n";
    std::fs::write(ground.instance.folder().join("home/.bashrc"), plain).unwrap();
    ground
}

async fn open(ground: &Ground, workspace: &Value) -> Value {
    let path = format!("/api/workspaces/{}/terminals", id(workspace));
    ground.client().post(&path, json!({})).await.expect(201)
}

/// Attached, with the prompt shown.
async fn at_prompt(ground: &Ground, terminal: &Value) -> Terminal {
    let mut view = Terminal::attach(ground.client(), terminal, None).await;
    view.until("$ ").await;
    view
}
