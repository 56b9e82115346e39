//! A set of sessions over a temporary folder, and words for what tests ask of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use switchyard_domain::agent::AgentSpec;
use switchyard_domain::runner::{MessageText, Resume, SessionStart, WorkspaceSite};
use switchyard_domain::session::SessionStatus;
use switchyard_domain::transcript::{EntryBody, SystemEntry, SystemEvent, status_after};
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{Clock, MessageId, RepoId, Result, SessionId, Timestamp, UserId, WorkspaceId};
use switchyard_runner::process::{Environment, Launcher};
use switchyard_runner::session::{Checkpoints, Options, Sessions, Timing};

/// Longer than anything takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now_utc()
    }
}

#[derive(Default)]
struct Counter(AtomicU32);

impl Checkpoints for Counter {
    fn take<'a>(&'a self, _: &'a WorkspaceSite, _: SessionId, _: u32) -> BoxFuture<'a, Result<u32>> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        async move { Ok(number) }.boxed()
    }
}

/// Sessions, the folder that they keep, and a workspace.
pub(crate) struct Bench {
    pub(crate) sessions: Sessions,
    pub(crate) site: WorkspaceSite,
    pub(crate) folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Timing { kill_grace: Duration::from_millis(300), ..Timing::default() }).await
    }

    pub(crate) async fn with(timing: Timing) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let bench = Self::within(temporary.path(), timing).await;
        Self { _temporary: Some(temporary), ..bench }
    }

    /// The same in a folder that stays.
    pub(crate) async fn within(folder: &Path, timing: Timing) -> Self {
        let worktree = folder.join("worktree");
        std::fs::create_dir_all(&worktree).unwrap();
        let site = WorkspaceSite {
            id: WorkspaceId::new(),
            user_id: UserId::new(),
            branch: "sy/test".into(),
            repos: vec![WorkspaceRepo {
                repo_id: RepoId::new(),
                name: "repo".into(),
                path: worktree.to_str().unwrap().into(),
                repo_path: worktree.to_str().unwrap().into(),
                base_branch: "main".into(),
                base_commit: String::new(),
                merged_commit: None,
            }],
            author: None,
        };
        let sessions = Sessions::open(options(folder, timing)).await.unwrap();
        Self { sessions, site, folder: folder.to_owned(), _temporary: None }
    }

    pub(crate) fn worktree(&self) -> PathBuf {
        self.folder.join("worktree")
    }

    pub(crate) fn start(&self, agent: AgentSpec, prompt: &str) -> SessionStart {
        SessionStart {
            id: SessionId::new(),
            site: self.site.clone(),
            agent,
            message: message(prompt),
            setup_script: None,
            environment: Vec::new(),
            credentials: Vec::new(),
            resume: None,
        }
    }

    /// Starts a session with the scripted agent.
    pub(crate) async fn scripted(&self, prompt: &str) -> SessionId {
        self.begin(self.start(scripted(&[]), prompt)).await
    }

    /// Starts a session with a command.
    pub(crate) async fn command(&self, command: &str, prompt: &str) -> SessionId {
        self.begin(self.start(AgentSpec::Command { command: command.into() }, prompt)).await
    }

    pub(crate) async fn begin(&self, start: SessionStart) -> SessionId {
        let id = start.id;
        self.sessions.start(start).await.unwrap();
        id
    }

    /// What the server knows of a session when it starts it again.
    pub(crate) async fn again(&self, id: SessionId, agent: AgentSpec, prompt: &str) -> SessionStart {
        let entries = self.all(id).await;
        let agent_session_id = entries.iter().rev().find_map(|body| match body {
            EntryBody::System(SystemEntry { event: SystemEvent::Started { agent_session_id }, .. }) => {
                agent_session_id.clone()
            }
            _ => None,
        });
        let resume = Resume {
            last_seq: entries.len() as i64,
            last_turn: 1,
            agent_session_id,
            recap: "Recap: we spoke of something.".into(),
        };
        SessionStart { id, resume: Some(resume), ..self.start(agent, prompt) }
    }

    /// Waits until the entries so far satisfy `enough`, and answers them.
    pub(crate) async fn until(&self, id: SessionId, enough: impl Fn(&[EntryBody]) -> bool) -> Vec<EntryBody> {
        let mut stream = Box::pin(self.sessions.follow(id, 0).unwrap());
        let mut entries = Vec::new();
        let reading = async {
            while let Some(lines) = stream.next().await {
                for line in lines.unwrap() {
                    entries.push(line.body().unwrap());
                    assert_eq!(line.seq, entries.len() as i64, "a gap or a double");
                    if enough(&entries) {
                        return true;
                    }
                }
            }
            false
        };
        let done = tokio::time::timeout(PATIENCE, reading).await;
        assert_eq!(done, Ok(true), "never came to it:\n{}", listing(&entries));
        entries
    }

    /// All entries, once the session has no process any more.
    pub(crate) async fn all(&self, id: SessionId) -> Vec<EntryBody> {
        let stream = self.sessions.follow(id, 0).unwrap();
        let lines = stream.flat_map(|lines| futures_util::stream::iter(lines.unwrap()));
        tokio::time::timeout(PATIENCE, lines.map(|line| line.body().unwrap()).collect()).await.unwrap()
    }

    /// Waits until the session has this status.
    pub(crate) async fn until_status(&self, id: SessionId, wanted: SessionStatus) -> Vec<EntryBody> {
        self.until(id, |entries| status(entries) == Some(wanted)).await
    }

    /// Waits for the checkpoint at the end of that turn.
    pub(crate) async fn until_turn_ended(&self, id: SessionId, turns: usize) -> Vec<EntryBody> {
        let saved = |body: &&EntryBody| {
            matches!(body, EntryBody::System(SystemEntry { event: SystemEvent::Checkpoint { .. }, .. }))
        };
        self.until(id, |entries| entries.iter().filter(saved).count() == turns).await
    }
}

pub(crate) fn options(folder: &Path, timing: Timing) -> Options {
    let home = folder.join("home");
    std::fs::create_dir_all(&home).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let environment = Environment::build([("HOME".into(), home.into()), ("PATH".into(), path)]);
    let launcher = Launcher::new(env!("CARGO_BIN_EXE_switchyard-runner").into());
    let mut options = Options::new(
        folder.join("state"),
        environment,
        launcher,
        Arc::new(SystemClock),
        Arc::new(Counter::default()),
    );
    options.timing = timing;
    options
}

pub(crate) fn scripted(arguments: &[&str]) -> AgentSpec {
    let program = switchyard_testkit::program::scripted_agent();
    let mut command = vec![program.to_str().unwrap().to_owned()];
    command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    AgentSpec::Acp { command }
}

/// The permission that is asked.
pub(crate) fn permission(entries: &[EntryBody]) -> String {
    entries
        .iter()
        .find_map(|body| match body {
            EntryBody::Permission { permission_id, outcome: None, .. } => Some(permission_id.clone()),
            _ => None,
        })
        .unwrap_or_else(|| panic!("nothing is asked:\n{}", listing(entries)))
}

pub(crate) fn message(text: &str) -> MessageText {
    MessageText { id: MessageId::new(), text: text.into() }
}

/// All entries of a session that has no process.
pub(crate) async fn at_rest(sessions: &Sessions, id: SessionId) -> Vec<EntryBody> {
    let lines = sessions.follow(id, 0).unwrap().flat_map(|lines| futures_util::stream::iter(lines.unwrap()));
    lines.map(|line| line.body().unwrap()).collect().await
}

/// The status that a server would give the session.
pub(crate) fn status(entries: &[EntryBody]) -> Option<SessionStatus> {
    let (mut open, mut status) = (Vec::new(), None);
    for body in entries {
        if let EntryBody::Permission { permission_id, outcome, .. } = body {
            open.retain(|id| id != permission_id);
            if outcome.is_none() {
                open.push(permission_id.clone());
            }
        }
        status = status_after(body, open.len()).map(|(status, _)| status).or(status);
    }
    status
}

/// All that the agent said.
pub(crate) fn said(entries: &[EntryBody]) -> String {
    let text = |body: &EntryBody| match body {
        EntryBody::AgentMessage { text, .. } => Some(text.clone()),
        _ => None,
    };
    entries.iter().filter_map(text).collect()
}

/// The error with that code.
pub(crate) fn error(entries: &[EntryBody], wanted: &str) -> String {
    let found = entries.iter().find_map(|body| match body {
        EntryBody::Error { code, text } if code == wanted => Some(text.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no error {wanted}:\n{}", listing(entries)))
}

/// Kinds of entries in order, system entries by their event, repeated ones once.
pub(crate) fn kinds(entries: &[EntryBody]) -> Vec<String> {
    let mut kinds: Vec<String> = entries
        .iter()
        .map(|body| match body {
            EntryBody::System(entry) => {
                serde_json::to_value(entry).unwrap()["event"].as_str().unwrap().to_owned()
            }
            other => other.kind().to_owned(),
        })
        .collect();
    kinds.dedup();
    kinds
}

pub(crate) fn listing(entries: &[EntryBody]) -> String {
    let line = |body: &EntryBody| format!("{body:?}").chars().take(300).collect::<String>();
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The processes whose environment holds this text.
pub(crate) fn processes_with(text: &str) -> Vec<u32> {
    let pids = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let environ = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        String::from_utf8_lossy(&environ).contains(text)
    })
    .collect()
}

/// Waits until something holds; panics when it never does.
pub(crate) async fn eventually(what: &str, within: Duration, holds: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + within;
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
