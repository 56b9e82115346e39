//! The terminals that there are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{StreamExt, iter, unfold};
use switchyard_domain::runner::{
    EndedTerminals, KnownTerminal, TerminalInputs, TerminalOutputs, TerminalStart,
};
use switchyard_domain::terminal::{ClosedReason, TerminalEnd};
use switchyard_domain::{Error, ErrorKind, Result, TerminalId, WorkspaceId};
use tokio::sync::{broadcast, mpsc, watch};

use super::device::Device;
use super::scrollback::Limits;
use super::typing::Typing;
use super::viewer::Viewer;
use crate::process::{Environment, Launch, Launcher, Outcome, Tree, open_pty};
use crate::session::working_folder;

/// How long what a terminal started has between being asked to end and being killed.
const GRACE: Duration = Duration::from_millis(400);
/// Most terminals at once, those that ended and were not yet forgotten included.
const MOST: usize = 1024;
/// Ends that whoever follows them may be behind before it must look anew.
const ENDS_BEHIND: usize = 1024;

/// All terminals; cheap to clone.
#[derive(Clone, Debug)]
pub struct Terminals {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    launcher: Launcher,
    environment: Environment,
    limits: Limits,
    typing: Arc<Typing>,
    open: Mutex<HashMap<TerminalId, Entry>>,
    ended: broadcast::Sender<(TerminalId, TerminalEnd)>,
}

#[derive(Clone, Debug)]
struct Entry {
    device: Arc<Device>,
    close: mpsc::Sender<ClosedReason>,
}

impl Terminals {
    /// No terminals yet; their shells get this environment and what belongs to a terminal.
    #[must_use]
    pub fn new(launcher: Launcher, environment: Environment, limits: Limits) -> Self {
        let inner = Inner {
            launcher,
            environment,
            limits,
            typing: Arc::default(),
            open: Mutex::default(),
            ended: broadcast::channel(ENDS_BEHIND).0,
        };
        Self { inner: Arc::new(inner) }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<TerminalId, Entry>> {
        self.inner.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, id: TerminalId) -> Option<Entry> {
        self.entries().get(&id).cloned()
    }

    /// Opens a terminal; one that is there is left as it is.
    ///
    /// # Errors
    /// `Conflict` with code `workspace_missing` when its folder is gone, `Limited` with code `too_many_terminals`,
    /// `Unavailable` with code `terminal_refused` when the system gives no pseudo-terminal or starts no shell.
    pub async fn open(&self, start: &TerminalStart) -> Result<()> {
        {
            let entries = self.entries();
            if entries.contains_key(&start.id) {
                return Ok(());
            }
            if entries.len() >= MOST {
                return Err(too_many());
            }
        }
        let folder = working_folder(&start.site)?;
        let (pty, slave) = open_pty(start.size.cols, start.size.rows).map_err(refused)?;
        let shell = self.inner.environment.shell();
        let launch = Launch {
            program: shell,
            arguments: login(),
            folder: &folder,
            environment: self.inner.environment.with(&variables()),
            grace: GRACE,
        };
        let tree = self.inner.launcher.launch_on_terminal(launch, slave).await.map_err(refused)?;
        let typing = Arc::clone(&self.inner.typing);
        let device = Device::new(start, pty, self.inner.limits, typing).map_err(refused)?;
        let (close, closing) = mpsc::channel(1);
        let device = Arc::new(device);
        self.entries().insert(start.id, Entry { device: Arc::clone(&device), close });
        tokio::spawn(attend(start.id, device, tree, closing, self.inner.ended.clone()));
        Ok(())
    }

    /// Attaches a viewer, from an offset or from the oldest byte that is kept.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn attach(
        &self,
        id: TerminalId,
        from: Option<u64>,
        input: TerminalInputs,
    ) -> Result<TerminalOutputs> {
        let entry = self.entry(id).ok_or_else(Error::not_found)?;
        let viewer = Viewer::attach(entry.device, from, input);
        let outputs = unfold(viewer, |mut viewer| async move {
            let output = viewer.next().await?;
            Some((Ok(output), viewer))
        });
        Ok(outputs.boxed())
    }

    /// Ends a terminal with everything that it started, and forgets it. One that is not there is passed over.
    pub async fn close(&self, id: TerminalId, reason: ClosedReason) {
        let Some(entry) = self.entry(id) else { return };
        // It may be ending by itself, or have been asked to.
        let _ = entry.close.try_send(reason);
        entry.device.finished().await;
        self.entries().remove(&id);
    }

    /// Ends all terminals of a workspace.
    pub async fn close_all_in(&self, workspace: WorkspaceId) {
        self.close_those(|entry| entry.device.workspace == workspace).await;
    }

    /// Ends all terminals.
    pub async fn close_all(&self) {
        self.close_those(|_| true).await;
    }

    /// They stay known until whoever follows the ends has seen theirs.
    async fn close_those(&self, wanted: impl Fn(&Entry) -> bool) {
        let entries: Vec<Entry> = self.entries().values().filter(|entry| wanted(entry)).cloned().collect();
        join_all(entries.iter().map(|entry| async {
            let _ = entry.close.try_send(ClosedReason::Closed);
            entry.device.finished().await
        }))
        .await;
    }

    /// The terminals that there are, those that ended and were not yet forgotten included.
    #[must_use]
    pub fn list(&self) -> Vec<KnownTerminal> {
        let known = |(id, entry): (&TerminalId, &Entry)| {
            let (idle, end) = {
                let state = entry.device.state();
                (state.active_at.elapsed(), state.end)
            };
            KnownTerminal { id: *id, idle, busy: end.is_none() && entry.device.is_busy(), end }
        };
        self.entries().iter().map(known).collect()
    }

    /// Those that have ended and were not yet forgotten, then each one that ends.
    #[must_use]
    pub fn ended(&self) -> EndedTerminals {
        // Subscribed before it is looked, so that none falls between.
        let live = self.inner.ended.subscribe();
        let so_far = self.list().into_iter().filter_map(|known| Some(Ok((known.id, known.end?))));
        let so_far: Vec<_> = so_far.collect();
        let live = unfold(Some(live), |live| async move {
            let mut live = live?;
            match live.recv().await {
                Ok(ended) => Some((Ok(ended), Some(live))),
                Err(broadcast::error::RecvError::Closed) => None,
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    let text = "More terminals ended at once than can be told; ask again.";
                    Some((Err(Error::unavailable("ends_missed", text)), None))
                }
            }
        });
        iter(so_far).chain(live).boxed()
    }
}

/// Waits for a terminal's end, or brings it about.
async fn attend(
    id: TerminalId,
    device: Arc<Device>,
    mut tree: Tree,
    mut closing: mpsc::Receiver<ClosedReason>,
    ended: broadcast::Sender<(TerminalId, TerminalEnd)>,
) {
    let (tell_gone, gone) = watch::channel(false);
    let reader = Arc::clone(&device);
    let reading = tokio::spawn(async move {
        if let Err(error) = reader.read(gone).await {
            tracing::warn!(terminal = %id, %error, "a terminal's output cannot be read any more");
        }
    });
    let closed = tokio::select! {
        _ = tree.ended() => None,
        reason = closing.recv() => Some(reason.unwrap_or(ClosedReason::Closed)),
    };
    let end = match closed {
        None => {
            let outcome = tree.gone().await;
            tell_gone.send_replace(true);
            // Its last output is worth waiting for, as long as nobody closes it.
            tokio::select! {
                _ = reading => {}
                _ = closing.recv() => {}
            }
            TerminalEnd { reason: ClosedReason::Exited, exit_code: exit_code(outcome) }
        }
        Some(reason) => {
            tree.end().await;
            reading.abort();
            TerminalEnd { reason, exit_code: None }
        }
    };
    device.finish(end);
    // Nobody may follow at the moment; who comes later finds it in the list.
    let _ = ended.send((id, end));
}

/// What a shell would say of how a program ended.
fn exit_code(outcome: Outcome) -> Option<i32> {
    outcome.code.or(outcome.signal.map(|signal| 128 + signal))
}

/// The arguments of an interactive shell: on macOS terminals run login shells, elsewhere they do not.
fn login() -> Vec<String> {
    if cfg!(target_os = "macos") { vec!["-l".to_owned()] } else { Vec::new() }
}

/// What a program may want to know of the terminal that it is in.
fn variables() -> [(String, String); 3] {
    [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("TERM_PROGRAM", "Switchyard")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn too_many() -> Error {
    Error::new(
        ErrorKind::Limited,
        "too_many_terminals",
        format!("{MOST} terminals are open, which is the most. Close some first."),
    )
}

fn refused(error: std::io::Error) -> Error {
    let text = format!("The system gives no terminal: {error}. Close some and try again.");
    Error::unavailable("terminal_refused", text).caused_by(error)
}
