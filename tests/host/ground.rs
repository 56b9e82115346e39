//! A host over a temporary folder, a server that talks to it, and people who use it.

use std::future::Future;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use switchyard_domain::runner::{
    Runner, Runners, TerminalInput, TerminalOutput, TerminalProgram, TerminalStart, WorkspaceSite,
};
use switchyard_domain::terminal::{ClosedReason, SCROLLBACK_LINES, TerminalSize};
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{RepoId, TerminalId, UserId, WorkspaceId};
use switchyard_integration::{eventually, program};
use switchyard_runner_api::HostedRunners;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

/// Whom the server runs as.
pub(crate) const SERVER_UID: u32 = 61_001;
/// How many user ids a host has that is told nothing else, the group of the runners included.
pub(crate) const UIDS: u32 = 100;
/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A host and the server that uses it.
pub(crate) struct Ground {
    pub(crate) folder: PathBuf,
    /// The first of the host's user ids, which no other test has.
    pub(crate) first_uid: u32,
    pub(crate) runners: Arc<HostedRunners>,
    pub(crate) host: Child,
    /// Its threads run as the server's user, so that the kernel tells the host so.
    server: Option<Runtime>,
    _temporary: tempfile::TempDir,
}

impl Ground {
    pub(crate) async fn new() -> Self {
        let temporary = folder();
        let folder = temporary.path().canonicalize().unwrap();
        static HOSTS: AtomicU32 = AtomicU32::new(0);
        let number = HOSTS.fetch_add(1, Ordering::Relaxed);
        let first_uid = 2_000_000 + (std::process::id() % 1000) * 10_000 + number * UIDS;
        let host = start_host(&folder, &["--uids", &range(first_uid)]).await;
        let server = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .on_thread_start(|| {
                let server = rustix::process::Uid::from_raw(SERVER_UID);
                rustix::thread::set_thread_res_uid(server, server, server).unwrap();
            })
            .build()
            .unwrap();
        let runners = {
            let _as_server = server.enter();
            Arc::new(HostedRunners::at(&socket(&folder)).unwrap())
        };
        Self { folder, first_uid, runners, host, server: Some(server), _temporary: temporary }
    }

    /// Does something as the server.
    pub(crate) async fn as_server<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        self.server.as_ref().unwrap().spawn(work).await.unwrap()
    }

    /// The host's description of itself.
    pub(crate) async fn description(&self) -> switchyard_runner_api::HostDescription {
        let runners = Arc::clone(&self.runners);
        self.as_server(async move { runners.describe().await }).await.unwrap()
    }

    /// Somebody whose runner is at work.
    pub(crate) async fn person(&self) -> Person<'_> {
        self.known(UserId::new()).await
    }

    /// That user, with a runner at work.
    pub(crate) async fn known(&self, id: UserId) -> Person<'_> {
        let runner = {
            let _as_server = self.server.as_ref().unwrap().enter();
            self.runners.of(id)
        };
        let person = Person { ground: self, id, runner };
        person.call(|runner| async move { runner.terminals().await }).await.unwrap();
        person
    }

    /// Ends the host as an administrator would, and waits.
    pub(crate) fn end_host(&mut self) {
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.host),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        assert!(self.host.wait().unwrap().success());
    }

    pub(crate) async fn restart_host(&mut self, arguments: &[&str]) {
        self.end_host();
        let uids = range(self.first_uid);
        let usual = ["--uids", uids.as_str()];
        let all =
            if arguments.contains(&"--uids") { arguments.to_vec() } else { [&usual, arguments].concat() };
        self.host = start_host(&self.folder, &all).await;
    }

    /// Restarts the host from another program of the same kind.
    pub(crate) async fn restart_host_from(&mut self, program: &Path) {
        self.end_host();
        let usual = host_command(&self.folder, &["--uids", &range(self.first_uid)]);
        let mut other = Command::new(program);
        other.args(usual.get_args()).env_clear().stdin(Stdio::null());
        self.host = listening(other, &socket(&self.folder)).await;
    }

    pub(crate) fn workspaces(&self) -> PathBuf {
        self.folder.join("workspaces")
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Ok(None) = self.host.try_wait() {
            let _ = rustix::process::kill_process(
                rustix::process::Pid::from_child(&self.host),
                rustix::process::Signal::TERM,
            );
            let _ = self.host.wait();
        }
        for pid in processes_in(&self.folder) {
            // What a host left at work on purpose is not to outlive its test.
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status();
        }
        if let Some(server) = self.server.take() {
            server.shutdown_background();
        }
    }
}

fn range(first: u32) -> String {
    format!("{first}-{}", first + UIDS - 1)
}

/// A folder that others can pass through.
pub(crate) fn folder() -> tempfile::TempDir {
    assert!(
        rustix::process::geteuid().is_root(),
        "Keeping users apart takes root: run these tests as root, in a container for example."
    );
    let temporary = tempfile::tempdir().unwrap();
    std::fs::set_permissions(temporary.path(), PermissionsExt::from_mode(0o711)).unwrap();
    temporary
}

pub(crate) fn socket(folder: &Path) -> PathBuf {
    folder.join("run/host.sock")
}

/// A host's command line; what it inherits of the environment is what a test gives it.
pub(crate) fn host_command(folder: &Path, arguments: &[&str]) -> Command {
    let mut host = Command::new(program("switchyard-runner"));
    host.arg("host").arg("--socket").arg(socket(folder)).arg("--state").arg(folder.join("state"));
    host.arg("--workspaces").arg(folder.join("workspaces"));
    if !arguments.contains(&"--uids") {
        host.args(["--uids", "2000000-2000099"]);
    }
    if !arguments.contains(&"--server-uid") {
        host.args(["--server-uid", &SERVER_UID.to_string()]);
    }
    host.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    // Nothing of the host's own may reach a user.
    host.env("JWT_SECRET", "canary-of-the-host").env("DATABASE_URL", "postgres://canary-of-the-host");
    host.stdin(Stdio::null());
    host
}

async fn start_host(folder: &Path, arguments: &[&str]) -> Child {
    listening(host_command(folder, arguments), &socket(folder)).await
}

async fn listening(mut host: Command, socket: &Path) -> Child {
    let host = host.spawn().unwrap();
    eventually("the host listens", || {
        let there = std::os::unix::net::UnixStream::connect(socket).is_ok();
        async move { there.then_some(()) }
    })
    .await;
    host
}

/// Processes that were told of the folder on their command line.
pub(crate) fn processes_in(folder: &Path) -> Vec<i32> {
    let folder = folder.to_str().unwrap();
    let told = |pid: &i32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(folder)
    };
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(told).collect()
}

/// Somebody with a runner.
pub(crate) struct Person<'a> {
    ground: &'a Ground,
    pub(crate) id: UserId,
    runner: Arc<dyn Runner>,
}

/// What became of a script.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) said: String,
    pub(crate) code: Option<i32>,
}

impl Person<'_> {
    /// Asks the person's runner for something, as the server.
    pub(crate) async fn call<T, F>(&self, ask: impl FnOnce(Arc<dyn Runner>) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let asked = ask(Arc::clone(&self.runner));
        tokio::time::timeout(PATIENCE, self.ground.as_server(asked)).await.expect("the runner answers")
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.ground.workspaces().join(self.id.to_string())
    }

    pub(crate) fn uid(&self) -> u32 {
        self.root().metadata().unwrap().uid()
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.ground.folder.join("run/runners").join(self.id.to_string())
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.ground.folder.join("state/runners").join(self.id.to_string())
    }

    /// The process id of the person's runner.
    pub(crate) fn runner_pid(&self) -> i32 {
        let pids = processes_in(&self.state());
        assert_eq!(pids.len(), 1, "one runner has the folder {}", self.state().display());
        pids[0]
    }

    pub(crate) fn kill_runner(&self) {
        let runner = rustix::process::Pid::from_raw(self.runner_pid()).unwrap();
        rustix::process::kill_process(runner, rustix::process::Signal::KILL).unwrap();
    }

    /// Runs a program as the person, outside of any runner.
    pub(crate) fn outside(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args(arguments).uid(self.uid()).gid(self.uid()).current_dir(self.root());
        let done =
            command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.root()).output().unwrap();
        assert!(done.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// A repository in the person's root.
    pub(crate) fn repository(&self) -> PathBuf {
        let path = self.root().join("project");
        let git = |arguments: &[&str]| self.outside("git", &[&["-C", "project"], arguments].concat());
        self.outside("git", &["init", "--quiet", "--initial-branch=main", "project"]);
        git(&["config", "user.name", "Tess Ter"]);
        git(&["config", "user.email", "tess@example.com"]);
        git(&["commit", "--quiet", "--allow-empty", "-m", "Start"]);
        path
    }

    /// A workspace of that repository.
    pub(crate) async fn workspace(&self) -> WorkspaceSite {
        let repo_path = self.repository().to_str().unwrap().to_owned();
        let repo = WorkspaceRepo {
            repo_id: RepoId::new(),
            name: "project".into(),
            path: String::new(),
            repo_path,
            base_branch: "main".into(),
            base_commit: String::new(),
            merged_commit: None,
        };
        let id = WorkspaceId::new();
        let branch = format!("sy/{id}");
        let mut site = WorkspaceSite { id, user_id: self.id, branch, repos: vec![repo], author: None };
        let asked = site.clone();
        let made = self.call(|runner| async move { runner.make_workspace(&asked, &[]).await }).await.unwrap();
        site.repos = made.repos;
        site
    }

    /// Runs a script in a terminal of the person's, to its end.
    pub(crate) async fn runs(&self, site: &WorkspaceSite, script: &str) -> Ran {
        let id = self.begins(site, script).await;
        self.call(move |runner| async move {
            let (input, inputs) = mpsc::unbounded_channel();
            let inputs = UnboundedReceiverStream::new(inputs).boxed();
            let mut outputs = runner.attach_terminal(id, None, inputs).await.unwrap();
            let (mut said, mut seen) = (Vec::new(), 0);
            while let Some(output) = outputs.next().await {
                match output.unwrap() {
                    TerminalOutput::Bytes(bytes) => {
                        seen += bytes.len() as u64;
                        said.extend(bytes);
                        let _ = input.send(TerminalInput::Ack(seen));
                    }
                    TerminalOutput::Ended(end) => {
                        runner.close_terminal(id, ClosedReason::Exited).await.unwrap();
                        return Ran {
                            said: String::from_utf8_lossy(&said).into_owned(),
                            code: end.exit_code,
                        };
                    }
                    _ => {}
                }
            }
            panic!("the terminal broke off");
        })
        .await
    }

    /// Starts a script in a terminal of the person's.
    pub(crate) async fn begins(&self, site: &WorkspaceSite, script: &str) -> TerminalId {
        let start = TerminalStart {
            id: TerminalId::new(),
            site: site.clone(),
            program: TerminalProgram::Script(script.to_owned()),
            size: TerminalSize::default(),
            scrollback_lines: SCROLLBACK_LINES,
        };
        let id = start.id;
        self.call(move |runner| async move { runner.open_terminal(&start).await }).await.unwrap();
        id
    }
}
