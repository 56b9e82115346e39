//! All sessions of the runner.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::Stream;
use switchyard_domain::runner::{MessageText, SessionStart, WorkspaceSite};
use switchyard_domain::transcript::EntryBody;
use switchyard_domain::{Error, Result, SessionId, WorkspaceId};
use tokio::sync::{mpsc, oneshot, watch};

use super::Options;
use super::actor::{self, Beginning};
use super::context::{Command, Context, Reply, not_live};
use super::failure::{disk_full, unopened, unwritable};
use super::meta::{Folder, Meta};
use super::recorder::Recorder;
use super::{recovery, setup};
use crate::agent::catalogue;
use crate::journal::{self, Journal, Line, Progress};

/// How long a start waits for what the session did before to be written.
const PREDECESSOR: Duration = Duration::from_secs(10);

/// Bytes at the end of a journal that are searched for messages which were not noted as delivered.
const RECENT: u64 = 256 * 1024;

/// The sessions of one runner.
#[derive(Clone)]
pub struct Sessions {
    options: Arc<Options>,
    live: Arc<Mutex<HashMap<SessionId, Live>>>,
}

/// A session that is being run, or whose last entries are still being written.
struct Live {
    workspace: WorkspaceId,
    inbox: mpsc::Sender<Command>,
    journal: Journal,
}

/// A session that the runner has a journal of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: SessionId,
    /// The last entry in its journal.
    pub last_seq: i64,
    /// Whether a process is there for it.
    pub live: bool,
}

impl Sessions {
    /// The sessions that `options.state` tells of. Those that ran when the last runner died are told so.
    ///
    /// # Errors
    /// What the system says when the folder cannot be made or read.
    pub async fn open(options: Options) -> io::Result<Self> {
        std::fs::create_dir_all(options.state.join("sessions"))?;
        recovery::recover(&options).await?;
        Ok(Self { options: Arc::new(options), live: Arc::default() })
    }

    /// Starts a session and its first turn; returns once its message is journalled. A session that runs already is given
    /// the message.
    ///
    /// # Errors
    /// `Invalid` with code `agent_not_installed` or `unknown_agent`; `Conflict` with code `workspace_missing`, or
    /// `session_busy` when a turn is under way; `Unavailable` with code `disk_full`.
    pub async fn start(&self, start: SessionStart) -> Result<()> {
        let folder = working_folder(&start.site)?;
        let program = catalogue::resolve(&start.agent, &self.options.environment, &folder)?;
        let mut begin = Some((start, folder, program));
        loop {
            match self.enter(&mut begin)? {
                Entered::Started(journal, seq) => return journal.written(seq).await.map_err(unwritable),
                Entered::Delivered => return Ok(()),
                Entered::Runs(inbox, message) => {
                    if let Some(result) = deliver(&inbox, message).await {
                        return result;
                    }
                }
                Entered::Ends(progress) => outlive(progress).await?,
            }
        }
    }

    /// Delivers a message to a live session whose turn is over.
    ///
    /// # Errors
    /// `Conflict` with code `session_not_live`, or `session_busy`.
    pub async fn send(&self, session: SessionId, message: MessageText) -> Result<()> {
        let inbox = self.inbox(session).ok_or_else(not_live)?;
        deliver(&inbox, message).await.unwrap_or_else(|| Err(not_live()))
    }

    /// Answers a permission request; settled ones are passed over.
    ///
    /// # Errors
    /// `Invalid` when the option is none of those offered.
    pub async fn answer(&self, session: SessionId, permission: String, option: String) -> Result<()> {
        self.ask(session, |reply| Command::Answer { permission, option, reply }).await.unwrap_or(Ok(()))
    }

    /// Sets one of the agent's options.
    ///
    /// # Errors
    /// `Conflict` with code `session_not_live`; `Invalid` when there is no such option or choice, or the agent refuses.
    pub async fn set_option(&self, session: SessionId, option: String, choice: String) -> Result<()> {
        let set = |reply| Command::SetOption { option, choice, reply };
        self.ask(session, set).await.unwrap_or_else(|| Err(not_live()))
    }

    /// Ends a session's process and all of its descendants, and returns once they are gone. A session without one is
    /// told to be stopped.
    ///
    /// # Errors
    /// `NotFound` when the runner does not know the session; `Unavailable` when its journal cannot be written.
    pub async fn stop(&self, session: SessionId) -> Result<()> {
        if let Some(result) = self.ask(session, Command::Stop).await {
            return result;
        }
        let ending = self.lock().get(&session).map(|live| live.journal.progress());
        if let Some(progress) = ending {
            outlive(progress).await?;
        }
        let folder = self.known(session)?;
        recovery::note_stopped(&folder, self.options.clock.as_ref()).await.map_err(Error::internal)
    }

    /// The entries after `after`, in batches; then live, until the session has no process and all was read.
    ///
    /// # Errors
    /// `NotFound` when the runner does not know the session.
    pub fn follow(
        &self,
        session: SessionId,
        after: i64,
    ) -> Result<impl Stream<Item = io::Result<Vec<Line>>> + Send + use<>> {
        if let Some(live) = self.lock().get(&session) {
            return Ok(journal::follow(live.journal.path().to_owned(), live.journal.progress(), after));
        }
        let path = self.known(session)?.journal();
        let last = last_entry(&path).map_err(Error::internal)?;
        // No sender: what is there is all that will come.
        let (_, progress) = watch::channel(Progress { length: last.length, seq: last.seq, live: false });
        Ok(journal::follow(path, progress, after))
    }

    /// The sessions that the runner has journals of.
    ///
    /// # Errors
    /// `Internal` when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Known>> {
        let folders = std::fs::read_dir(self.options.state.join("sessions")).map_err(Error::internal)?;
        let ids = folders.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<SessionId>().ok());
        Ok(ids.filter_map(|id| self.known_live(id).or_else(|| self.known_at_rest(id))).collect())
    }

    fn known_live(&self, id: SessionId) -> Option<Known> {
        let all = self.lock();
        let Live { inbox, journal, .. } = all.get(&id)?;
        Some(Known { id, last_seq: journal.progress().borrow().seq, live: !inbox.is_closed() })
    }

    fn known_at_rest(&self, id: SessionId) -> Option<Known> {
        let last = last_entry(&Folder::of(&self.options.state, id).journal()).ok()?;
        Some(Known { id, last_seq: last.seq, live: false })
    }

    /// Whether any session has a process.
    #[must_use]
    pub fn any_live(&self) -> bool {
        !self.lock().is_empty()
    }

    /// Forgets the journal of a session that is not live.
    ///
    /// # Errors
    /// `Conflict` with code `session_live` while it is.
    pub fn forget(&self, session: SessionId) -> Result<()> {
        let live = self.lock();
        if live.contains_key(&session) {
            return Err(Error::conflict("session_live", "The session still runs. Stop it first."));
        }
        match std::fs::remove_dir_all(Folder::of(&self.options.state, session).path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::internal(error)),
            _ => Ok(()),
        }
    }

    /// Stops all sessions, and returns once none has a process and all that can be written is.
    pub async fn stop_all(&self) {
        self.stop_where(|_| true).await;
    }

    /// The same for the sessions that work in one workspace.
    pub async fn stop_all_in(&self, workspace: WorkspaceId) {
        self.stop_where(|live| live.workspace == workspace).await;
    }

    async fn stop_where(&self, wanted: impl Fn(&Live) -> bool) {
        let ids: Vec<SessionId> =
            self.lock().iter().filter(|(_, live)| wanted(live)).map(|(id, _)| *id).collect();
        let stops = ids.into_iter().map(|id| async move {
            if let Err(error) = self.stop(id).await {
                tracing::error!(session = %id, ?error, "a session could not be stopped cleanly");
            }
        });
        futures_util::future::join_all(stops).await;
        let ending: Vec<_> =
            self.lock().values().filter(|live| wanted(live)).map(|live| live.journal.progress()).collect();
        for progress in ending {
            // A disk that is full must not keep the runner from ending.
            let _ = outlive(progress).await;
        }
    }

    /// Runs a script in a workspace's folder, and all that it starts ends with it.
    ///
    /// # Errors
    /// `Conflict` with code `script_failed`, and what it printed last.
    pub async fn run_script(&self, workspace: WorkspaceId, folder: &Path, script: &str) -> Result<()> {
        super::script::run(&self.options, workspace, folder, script).await
    }

    /// Forgets that a workspace was set up, because it is gone for good.
    pub fn forget_workspace(&self, workspace: WorkspaceId) {
        setup::forget(&self.options.state, workspace);
    }

    /// Finds or makes the session's slot.
    fn enter(&self, begin: &mut Option<(SessionStart, PathBuf, catalogue::Program)>) -> Result<Entered> {
        let Some((start, ..)) = begin else { return Err(not_live()) };
        let id = start.id;
        let mut all = self.lock();
        let vacant = match all.entry(id) {
            Slot::Occupied(slot) if slot.get().inbox.is_closed() => {
                return Ok(Entered::Ends(slot.get().journal.progress()));
            }
            Slot::Occupied(slot) => {
                return Ok(Entered::Runs(slot.get().inbox.clone(), start.message.clone()));
            }
            Slot::Vacant(vacant) => vacant,
        };
        let kept = Folder::of(&self.options.state, id);
        let meta = read_meta(&kept, start).map_err(unopened)?;
        if meta.has(start.message.id) {
            return Ok(Entered::Delivered);
        }
        let (floor, known_turn) =
            start.resume.as_ref().map_or((0, 0), |resume| (resume.last_seq, resume.last_turn));
        let last = last_entry(&kept.journal()).unwrap_or_default();
        let journal = Journal::open(&kept.journal(), floor).map_err(unopened)?;
        let turn = last.turn.max(known_turn);
        let (sender, inbox) = mpsc::channel(32);
        vacant.insert(Live { workspace: start.site.id, inbox: sender, journal: journal.clone() });
        let Some((start, folder, program)) = begin.take() else { return Err(not_live()) };
        let gather = self.options.timing.gather;
        let mut context = Context {
            id,
            site: start.site,
            folder,
            environment: start.environment,
            credentials: start.credentials,
            options: Arc::clone(&self.options),
            recorder: Recorder::new(journal.clone(), Arc::clone(&self.options.clock), gather, turn),
            inbox,
            kept,
            meta,
        };
        context.take_message(&start.message);
        let seq = journal.last_seq();
        let SessionStart { message, setup_script, resume, .. } = start;
        tokio::spawn(self.clone().run(context, Beginning { message, setup_script, resume, program }));
        Ok(Entered::Started(journal, seq))
    }

    /// Runs a session, and gives its slot free once its journal is written.
    async fn run(self, context: Context, beginning: Beginning) {
        let (id, mut progress) = (context.id, context.recorder.journal().progress());
        actor::run(context, beginning).await;
        let _ = progress.wait_for(|progress| !progress.live).await;
        self.lock().remove(&id);
    }

    fn known(&self, session: SessionId) -> Result<Folder> {
        let folder = Folder::of(&self.options.state, session);
        if folder.journal().exists() { Ok(folder) } else { Err(Error::not_found()) }
    }

    fn inbox(&self, session: SessionId) -> Option<mpsc::Sender<Command>> {
        self.lock().get(&session).map(|live| live.inbox.clone())
    }

    /// Asks a live session; `None` when it is not.
    async fn ask(&self, session: SessionId, command: impl FnOnce(Reply) -> Command) -> Option<Result<()>> {
        let inbox = self.inbox(session)?;
        let (reply, answer) = oneshot::channel();
        inbox.send(command(reply)).await.ok()?;
        answer.await.ok()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of an attempt to start a session.
enum Entered {
    /// It starts; its message is the entry of that number.
    Started(Journal, i64),
    /// Its message was delivered before.
    Delivered,
    /// It runs already; this is its message.
    Runs(mpsc::Sender<Command>, MessageText),
    /// It is ending.
    Ends(watch::Receiver<Progress>),
}

/// Gives a message to a session; `None` when that has just ended.
async fn deliver(inbox: &mpsc::Sender<Command>, message: MessageText) -> Option<Result<()>> {
    let (reply, answer) = oneshot::channel();
    inbox.send(Command::Message(message, reply)).await.ok()?;
    answer.await.ok()
}

/// Waits until a session that ends has written its last entry.
async fn outlive(mut progress: watch::Receiver<Progress>) -> Result<()> {
    let ended = async { progress.wait_for(|progress| !progress.live).await.is_ok() };
    if tokio::time::timeout(PREDECESSOR, ended).await.is_err() {
        return Err(disk_full());
    }
    // Its slot is given free right after.
    tokio::task::yield_now().await;
    Ok(())
}

/// Where agents and shells start: the worktree, or the folder of all worktrees where there are several.
pub(crate) fn working_folder(site: &WorkspaceSite) -> Result<PathBuf> {
    let first = site.repos.first().map(|repo| Path::new(&repo.path));
    let folder = match site.repos.len() {
        0 | 1 => first,
        _ => first.and_then(Path::parent),
    };
    folder.filter(|folder| folder.is_absolute() && folder.is_dir()).map(Path::to_owned).ok_or_else(|| {
        let text = "The workspace's folder is not there any more. Discard the workspace and start a new one; what was \
                    committed or checkpointed can be restored.";
        Error::conflict("workspace_missing", text)
    })
}

fn read_meta(kept: &Folder, start: &SessionStart) -> io::Result<Meta> {
    std::fs::create_dir_all(kept.path())?;
    let mut meta = match Meta::read(kept) {
        Ok(Some(meta)) => with_last_messages(meta, kept)?,
        Ok(None) => Meta {
            workspace_id: start.site.id,
            agent: start.agent.clone(),
            live: true,
            agent_session_id: None,
            messages: Vec::new(),
        },
        Err(error) => return Err(error),
    };
    meta.agent.clone_from(&start.agent);
    meta.live = true;
    Ok(meta)
}

/// A runner that was killed right after it had journalled a message has not noted it otherwise.
fn with_last_messages(mut meta: Meta, kept: &Folder) -> io::Result<Meta> {
    let lines = match File::open(kept.journal()) {
        Ok(file) => journal::tail(&file, RECENT)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    for line in lines {
        if let EntryBody::UserMessage { message_id: Some(id), .. } = line.body()?
            && !meta.has(id)
        {
            meta.remember(id);
        }
    }
    Ok(meta)
}

fn last_entry(path: &Path) -> io::Result<journal::Last> {
    match File::open(path) {
        Ok(file) => journal::last(&file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(journal::Last::default()),
        Err(error) => Err(error),
    }
}
