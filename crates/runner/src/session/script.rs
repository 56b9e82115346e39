//! Scripts that run outside of sessions, such as a workspace's clean-up.

use std::path::Path;

use switchyard_domain::{Error, Result, WorkspaceId};

use super::Options;
use crate::agent::Output;
use crate::agent::command::describe;
use crate::process::{Launch, Outcome};

/// Bytes of a failed script's output that are told.
const TOLD: usize = 2000;

/// Runs a script to its end.
pub(super) async fn run(
    options: &Options,
    workspace: WorkspaceId,
    folder: &Path,
    script: &str,
) -> Result<()> {
    let variable = ("SWITCHYARD_WORKSPACE".to_owned(), workspace.to_string());
    let launch = Launch {
        program: Path::new("/bin/sh"),
        arguments: vec!["-c".to_owned(), format!("exec 2>&1\n{script}")],
        folder,
        environment: options.environment.with(&[variable]),
        grace: options.timing.kill_grace,
    };
    let mut tree = options.launcher.launch(launch).await.map_err(Error::internal)?;
    drop(tree.stdin.take());
    let mut output = Output::new(tree.stdout.take());
    let mut last = String::new();
    while !output.is_at_end() {
        last.push_str(&output.next().await.unwrap_or_default());
        last.drain(..last.ceil_char_boundary(last.len().saturating_sub(TOLD)));
    }
    let outcome = tree.gone().await;
    if outcome == (Outcome { code: Some(0), signal: None }) {
        return Ok(());
    }
    Err(Error::conflict("script_failed", format!("{} It said: {}", describe(outcome), last.trim())))
}
