//! The set-up script: runs once per workspace, before its first session's first turn.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use switchyard_domain::WorkspaceId;
use switchyard_domain::transcript::SystemEvent;

use super::context::{Context, answer};
use super::recorder::Voice;
use crate::agent::command::{Over, describe, listen};
use crate::process::Outcome;

/// Keeps two sessions of a workspace from setting it up at once.
#[derive(Debug, Default)]
pub(crate) struct SetupLocks {
    locks: Mutex<HashMap<WorkspaceId, Arc<tokio::sync::Mutex<()>>>>,
}

impl SetupLocks {
    fn of(&self, workspace: WorkspaceId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        Arc::clone(locks.entry(workspace).or_default())
    }
}

/// Runs the script unless it has run before. `false` when the session ends here; the transcript says why.
pub(crate) async fn run(context: &mut Context, script: &str) -> bool {
    let lock = context.options.setup_locks.of(context.site.id);
    let _held = lock.lock().await;
    let marker = marker(&context.options.state, context.site.id);
    if marker.exists() {
        return true;
    }
    let arguments = vec!["-c".to_owned(), script.to_owned()];
    let mut tree = match context.launch(Path::new("/bin/sh"), arguments, &[]).await {
        Ok(tree) => tree,
        Err(error) => {
            fail(context, Outcome::default(), &format!("it could not be started: {error}"));
            return false;
        }
    };
    drop(tree.stdin.take());
    let voices = [(Voice::Script, "stdout".to_owned()), (Voice::Script, "stderr".to_owned())];
    match listen(context, &mut tree, &voices).await {
        Over::Ended(outcome) if outcome.code == Some(0) => {
            if let Err(error) = mark(&marker) {
                tracing::error!(%error, "that the set-up script has run could not be noted; it will run again");
            }
            true
        }
        Over::Ended(outcome) => {
            fail(context, outcome, &describe(outcome));
            false
        }
        Over::Stopped(reply) => {
            tree.end().await;
            context.recorder.system(SystemEvent::Stopped, "");
            if let Some(reply) = reply {
                answer(reply, Ok(()));
            }
            false
        }
        Over::Fault(fault) => {
            tree.end().await;
            context.out_of_disk(&fault);
            false
        }
    }
}

fn fail(context: &mut Context, outcome: Outcome, how: &str) {
    let text = format!(
        "The set-up script failed: {how} The agent was not started. Correct the script in the project's settings or the \
         files that it works on, then send the message again; the script will run again."
    );
    context.recorder.error("setup_failed", text.clone());
    context.exited(outcome, text);
}

fn marker(state: &Path, workspace: WorkspaceId) -> PathBuf {
    state.join("workspaces").join(workspace.to_string()).join("set-up")
}

/// Forgets that a workspace was set up.
pub(super) fn forget(state: &Path, workspace: WorkspaceId) {
    if let Some(folder) = marker(state, workspace).parent() {
        // It need not have been set up at all.
        let _ = std::fs::remove_dir_all(folder);
    }
}

fn mark(marker: &Path) -> io::Result<()> {
    if let Some(folder) = marker.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(marker, [])
}
