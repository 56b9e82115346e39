//! The terminals that there are.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{StreamExt, iter, unfold};
use switchyard_domain::runner::{
    EndedTerminals, KnownTerminal, TerminalInputs, TerminalOutputs, TerminalProgram, TerminalStart,
};
use switchyard_domain::terminal::{ClosedReason, TerminalEnd};
use switchyard_domain::{Error, ErrorKind, Result, TerminalId, WorkspaceId};
use tokio::sync::{broadcast, mpsc, watch};

use super::device::Device;
use super::ports::first_port;
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
    typing: Arc<Typing>,
    places: Mutex<Places>,
    ended: broadcast::Sender<(TerminalId, TerminalEnd)>,
}

/// The places that terminals take, each from before it is opened until it is forgotten.
#[derive(Debug, Default)]
struct Places {
    open: HashMap<TerminalId, Entry>,
    /// Those that are being opened, with the first of the ports that they are given.
    opening: HashMap<TerminalId, Option<u16>>,
}

#[derive(Clone, Debug)]
struct Entry {
    device: Arc<Device>,
    close: mpsc::Sender<ClosedReason>,
    /// The first of the ports that it was given.
    port: Option<u16>,
}

/// The place of a terminal that is being opened, until this is dropped.
struct Reserved {
    inner: Arc<Inner>,
    id: TerminalId,
    port: Option<u16>,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.inner.places().opening.remove(&self.id);
    }
}

impl Inner {
    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Terminals {
    /// No terminals yet; their programs get this environment and what belongs to a terminal.
    #[must_use]
    pub fn new(launcher: Launcher, environment: Environment) -> Self {
        let inner = Inner {
            launcher,
            environment,
            typing: Arc::default(),
            places: Mutex::default(),
            ended: broadcast::channel(ENDS_BEHIND).0,
        };
        Self { inner: Arc::new(inner) }
    }

    fn entry(&self, id: TerminalId) -> Option<Entry> {
        self.inner.places().open.get(&id).cloned()
    }

    /// Takes a place for a terminal before it is opened, so that no number of them that come at once is too many;
    /// `None` when it is open already.
    fn reserve(&self, start: &TerminalStart) -> Result<Option<Reserved>> {
        let mut places = self.inner.places();
        if places.open.contains_key(&start.id) {
            return Ok(None);
        }
        if places.opening.contains_key(&start.id) {
            return Err(Error::conflict("terminal_opening", "The terminal is being opened already."));
        }
        if places.open.len() + places.opening.len() >= MOST {
            return Err(too_many());
        }
        let port = match start.program {
            TerminalProgram::Shell => None,
            TerminalProgram::Script(_) => {
                // One that has ended has given its port back, though it is not forgotten yet.
                let running = places.open.values().filter(|entry| entry.device.state().end.is_none());
                let given = running.filter_map(|entry| entry.port);
                let given: Vec<u16> = given.chain(places.opening.values().copied().flatten()).collect();
                Some(first_port(start.site.id, &given).ok_or_else(no_ports)?)
            }
        };
        places.opening.insert(start.id, port);
        Ok(Some(Reserved { inner: Arc::clone(&self.inner), id: start.id, port }))
    }

    /// Opens a terminal; one that is there is left as it is.
    ///
    /// # Errors
    /// `Conflict` with code `workspace_missing` when its folder is gone and `terminal_opening` when it is being opened,
    /// `Limited` with code `too_many_terminals` or `no_free_ports`, `Unavailable` with code `terminal_refused` when the
    /// system gives no pseudo-terminal or starts no program.
    pub async fn open(&self, start: &TerminalStart) -> Result<()> {
        let Some(reserved) = self.reserve(start)? else { return Ok(()) };
        let folder = working_folder(&start.site)?;
        let (pty, slave) = open_pty(start.size.cols, start.size.rows).map_err(refused)?;
        let (program, arguments) = match &start.program {
            TerminalProgram::Shell => (self.inner.environment.shell(), login()),
            TerminalProgram::Script(script) => (Path::new("/bin/sh"), vec!["-c".to_owned(), script.clone()]),
        };
        let launch = Launch {
            program,
            arguments,
            folder: &folder,
            environment: self.inner.environment.with(&variables(start.site.id, reserved.port)),
            grace: GRACE,
        };
        let tree = self.inner.launcher.launch_on_terminal(launch, slave).await.map_err(refused)?;
        let typing = Arc::clone(&self.inner.typing);
        let device = Device::new(start, pty, typing).map_err(refused)?;
        let (close, closing) = mpsc::channel(1);
        let device = Arc::new(device);
        let entry = Entry { device: Arc::clone(&device), close, port: reserved.port };
        self.inner.places().open.insert(start.id, entry);
        drop(reserved);
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
        self.inner.places().open.remove(&id);
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
        let entries: Vec<Entry> = {
            let places = self.inner.places();
            places.open.values().filter(|entry| wanted(entry)).cloned().collect()
        };
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
        self.inner.places().open.iter().map(known).collect()
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

/// What a program may want to know of the terminal that it is in, and of where it works. Most dev servers listen on
/// `PORT` by themselves; that of the other workspace is then not in the way.
fn variables(workspace: WorkspaceId, port: Option<u16>) -> Vec<(String, String)> {
    let mut variables = vec![
        ("TERM", "xterm-256color".to_owned()),
        ("COLORTERM", "truecolor".to_owned()),
        ("TERM_PROGRAM", "Switchyard".to_owned()),
        ("SWITCHYARD_WORKSPACE", workspace.to_string()),
    ];
    variables.extend(
        port.into_iter().flat_map(|port| ["PORT", "SWITCHYARD_PORT"].map(|name| (name, port.to_string()))),
    );
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn no_ports() -> Error {
    let text = "No ten ports are free for a dev server. Stop one that you do not need.";
    Error::new(ErrorKind::Limited, "no_free_ports", text)
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

#[cfg(test)]
mod tests {
    use switchyard_domain::UserId;
    use switchyard_domain::runner::WorkspaceSite;
    use switchyard_domain::terminal::{SCROLLBACK_LINES, TerminalSize};

    use super::*;

    fn start() -> TerminalStart {
        let site = WorkspaceSite {
            id: WorkspaceId::new(),
            user_id: UserId::new(),
            branch: "sy/test".into(),
            repos: Vec::new(),
            author: None,
        };
        TerminalStart {
            id: TerminalId::new(),
            site,
            program: TerminalProgram::Shell,
            size: TerminalSize::default(),
            scrollback_lines: SCROLLBACK_LINES,
        }
    }

    #[test]
    fn terminals_that_are_still_being_opened_count_towards_the_most() {
        let launcher = Launcher::new("/nowhere/switchyard-runner".into());
        let terminals = Terminals::new(launcher, Environment::build([]));
        let mut opening: Vec<_> = (0..MOST).map(|_| terminals.reserve(&start()).unwrap()).collect();
        let error = terminals.reserve(&start()).err().unwrap();
        assert_eq!((error.kind, error.code), (ErrorKind::Limited, "too_many_terminals"));
        // One that could not be opened leaves its place to the next.
        drop(opening.pop());
        assert!(terminals.reserve(&start()).unwrap().is_some());
    }
}
