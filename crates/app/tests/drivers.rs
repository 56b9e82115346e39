//! What goes on by itself goes on after a panic of our own, and while a runner is away.

#![allow(clippy::unwrap_used)]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use switchyard_app::{App, NewSessionRequest, Patience, Ports, TerminalCleanup};
use switchyard_domain::agent::AgentSpec;
use switchyard_domain::repo::{CloneStatus, NewPlace, NewRepo, RepoPlace};
use switchyard_domain::runner::{Runner, Runners};
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::*;
use switchyard_domain::task::{NewTask, Priority, TaskStatus};
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::*;
use switchyard_runner_api::RemoteRunner;
use switchyard_store::{Database, SqliteConfig};
use switchyard_vault::DesktopVault;

/// Asking for a runner panics so many times; then there is one, which does not answer.
struct Faulty {
    runner: Arc<RemoteRunner>,
    panics: AtomicUsize,
    asked: AtomicUsize,
}

impl Runners for Faulty {
    fn of(&self, _user: UserId) -> Arc<dyn Runner> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let left = self.panics.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        assert!(left.is_err(), "a fault for the test");
        self.runner.clone()
    }
}

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

struct Ground {
    app: App,
    store: Arc<Database>,
    runners: Arc<Faulty>,
    scope: Scope,
    project: ProjectId,
    folder: tempfile::TempDir,
}

async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut condition: impl FnMut() -> F) -> T {
    let wait = async {
        loop {
            match condition().await {
                Some(found) => return found,
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("still not: {what}"))
}

impl Ground {
    async fn new() -> Self {
        Self::with(Patience::default()).await
    }

    async fn with(patience: Patience) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Database::open_sqlite(&SqliteConfig::new(folder.path().join("db"))).await.unwrap();
        let store = Arc::new(store);
        let runner = RemoteRunner::on_socket(&folder.path().join("nobody.sock")).unwrap();
        let runners =
            Faulty { runner: Arc::new(runner), panics: AtomicUsize::new(0), asked: AtomicUsize::new(0) };
        let runners = Arc::new(runners);
        let ports = Ports {
            store: store.clone(),
            runners: runners.clone(),
            vault: Arc::new(DesktopVault::new(folder.path().join("vault"))),
            clock: Arc::new(Epoch),
        };
        let app = App::with_patience(ports, patience);
        let (user, org) = store.local_identity(Timestamp::UNIX_EPOCH).await.unwrap();
        let scope = owner(user, org).scope(org).unwrap();
        let act = app.act(scope, "project.create");
        let project = store.create_project(&act, "Mill", &Default::default()).await.unwrap().id;
        Self { app, store, runners, scope, project, folder }
    }

    fn act(&self, action: &'static str) -> Act {
        self.app.act(self.scope, action)
    }

    /// So many of the next calls panic.
    fn fails(&self, times: usize) {
        self.runners.asked.store(0, Ordering::SeqCst);
        self.runners.panics.store(times, Ordering::SeqCst);
    }

    /// Waits until a runner was asked for so often.
    async fn asked(&self, times: usize) {
        let what = format!("a runner was asked for {times} times");
        eventually(&what, || async { (self.runners.asked.load(Ordering::SeqCst) >= times).then_some(()) })
            .await;
    }

    /// A workspace that is ready.
    async fn workspace(&self) -> WorkspaceId {
        let task = NewTask {
            title: "Grind".to_owned(),
            description: String::new(),
            status: TaskStatus::Todo,
            priority: Priority::None,
            labels: Vec::new(),
            assignee: None,
        };
        let task = self.store.create_task(&self.act("task.create"), self.project, &task).await.unwrap();
        let workspace = NewWorkspace {
            id: WorkspaceId::new(),
            task_id: task.id,
            branch: "sy/mill".to_owned(),
            base_branch: "main".to_owned(),
            repos: Vec::new(),
        };
        self.store.create_workspace(&self.act("workspace.create"), &workspace).await.unwrap();
        let ready = WorkspaceChange { status: Some(WorkspaceStatus::Ready), ..WorkspaceChange::default() };
        self.store.change_workspace(&self.act("workspace.make"), workspace.id, &ready).await.unwrap();
        workspace.id
    }

    /// A session that is being started.
    async fn session(&self) -> Session {
        let request = NewSessionRequest { agent: agent(), prompt: "Go".to_owned() };
        let workspace = self.workspace().await;
        self.app.create_session(&self.act("session.create"), workspace, request).await.unwrap()
    }

    /// A session with a turn under way that nobody drives.
    async fn running(&self) -> Session {
        let new =
            NewSession { workspace_id: self.workspace().await, agent: agent(), prompt: "Go".to_owned() };
        let (session, _) = self.store.create_session(&self.act("session.create"), &new).await.unwrap();
        let act = self.act("session.start");
        self.store.set_session_status(&act, session.id, SessionStatus::Running, None).await.unwrap()
    }

    /// Waits until the session is failed, and answers what it says.
    async fn failed(&self, session: SessionId) -> String {
        eventually("the session is failed", || async {
            let now = self.store.session(&self.scope, session).await.unwrap();
            (now.status == SessionStatus::Failed).then(|| now.status_detail.unwrap_or_default())
        })
        .await
    }
}

fn agent() -> AgentSpec {
    AgentSpec::Command { command: "true".to_owned() }
}

fn owner(user: UserId, org: OrgId) -> Actor {
    Actor::authenticated(user, vec![(org, Role::Admin)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_driver_panics_is_driven_on() {
    let ground = Ground::new().await;
    ground.fails(1);
    let session = ground.session().await;
    ground.asked(2).await;
    let now = ground.store.session(&ground.scope, session.id).await.unwrap();
    assert_eq!(now.status, SessionStatus::Starting, "nothing was given up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_driver_panics_again_and_again_is_told_so_and_driven_anew_by_the_next_message() {
    let ground = Ground::new().await;
    ground.fails(usize::MAX);
    let session = ground.session().await;
    let told = ground.failed(session.id).await;
    assert!(told.contains("A fault of our own"), "{told}");
    let tries = ground.runners.asked.load(Ordering::SeqCst);
    assert!(tries < 10, "it was tried {tries} times");
    ground.fails(0);
    ground.app.send_message(&ground.act("message.create"), session.id, "And now?").await.unwrap();
    ground.asked(1).await;
    eventually("it is started", || async {
        let now = ground.store.session(&ground.scope, session.id).await.unwrap();
        (now.status == SessionStatus::Starting).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clone_that_panics_again_and_again_is_told_failed() {
    let ground = Ground::new().await;
    let repo = NewRepo {
        id: RepoId::new(),
        name: "mill".to_owned(),
        place: NewPlace::Remote("https://example.invalid/mill.git".to_owned()),
        default_branch: String::new(),
    };
    let repo = ground.store.create_repo(&ground.act("repo.create"), ground.project, &repo).await.unwrap();
    ground.fails(usize::MAX);
    ground.app.clone_repo(&ground.act("repo.clone"), repo.id).await.unwrap();
    let told = eventually("the clone is failed", || async {
        let now = ground.store.repo(&ground.scope, repo.id).await.unwrap();
        let RepoPlace::Remote { clone: Some(clone), .. } = now.place else { panic!("it is at a remote") };
        (clone.status == CloneStatus::Failed).then(|| clone.error.unwrap_or_default())
    })
    .await;
    assert!(told.contains("A fault of our own"), "{told}");
    assert_eq!(ground.runners.asked.load(Ordering::SeqCst), 3, "it was tried again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminals_are_looked_after_after_a_panic_too() {
    let ground = Ground::new().await;
    ground.fails(5);
    let cleanup = TerminalCleanup { idle_after: None, every: Duration::from_secs(3600) };
    let resident = [ground.scope.user()];
    tokio::select! {
        () = ground.app.keep_terminals(owner, cleanup, &resident) => panic!("nobody looks after terminals"),
        () = ground.asked(6) => {}
    }
}

/// Waits until a session whose turn is under way says that its runner is away.
async fn told_away(ground: &Ground, session: &Session) -> Session {
    eventually("the session says that its runner is away", || async {
        let now = ground.store.session(&ground.scope, session.id).await.unwrap();
        let told = now.status_detail.as_ref().is_some_and(|told| told.contains("does not answer"));
        told.then_some(now)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_runner_stays_away_says_so_and_is_not_given_up() {
    let patience = Patience { runner: Duration::from_millis(100), ..Patience::default() };
    let ground = Ground::with(patience).await;
    let session = ground.session().await;
    let now = told_away(&ground, &session).await;
    assert_eq!(now.status, SessionStatus::Starting);
    let waiting = ground.store.queued_messages(&ground.scope, session.id).await.unwrap();
    assert_eq!(waiting.len(), 1, "what was said waits for the runner");
    // It is tried on, and says it once.
    let before = ground.runners.asked.load(Ordering::SeqCst);
    ground.asked(before + 4).await;
    let later = ground.store.session(&ground.scope, session.id).await.unwrap();
    assert_eq!((later.status, later.version), (now.status, now.version));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_never_says_whether_an_agent_is_stopped_does_not_hold_its_session_up() {
    let patience = Patience { runner: Duration::from_millis(100), end: Duration::from_millis(100) };
    let ground = Ground::with(patience).await;
    // Somebody listens and says nothing, as a runner that stands still.
    let _silent = std::os::unix::net::UnixListener::bind(ground.folder.path().join("nobody.sock")).unwrap();
    let session = ground.running().await;
    ground.store.set_user_disabled(Timestamp::UNIX_EPOCH, ground.scope.user(), true).await.unwrap();
    ground.app.recover(owner).await.unwrap();
    told_away(&ground, &session).await;
}
