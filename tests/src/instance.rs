//! Real instances: a server and its runner on a data folder of their own, gone when dropped.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::canaries::Canaries;
use crate::client::Client;
use crate::patience::NOISE;
use crate::processes::{Process, processes_of, signal};
use crate::programs::program;

/// How long the processes of an instance may outlive the kill of its server and runner.
const GONE: Duration = Duration::from_secs(10);

/// What an instance is started with.
#[derive(Debug, Default)]
pub struct Setup {
    /// Variables of the server besides those that every instance gets; these win.
    pub environment: Vec<(String, String)>,
    /// The data folder, where it is not to lie in the instance's own.
    pub data_dir: Option<PathBuf>,
}

/// A server with its runner. Whatever they started is ended, and must have ended, when it is dropped.
#[derive(Debug)]
pub struct Instance {
    folder: TempDir,
    setup: Setup,
    server: Option<Child>,
    door: Option<Door>,
    canaries: Canaries,
}

/// How to get in.
#[derive(Debug)]
struct Door {
    client: Client,
    code: String,
}

impl Instance {
    /// Starts one on an empty data folder and waits until it printed its address.
    pub async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    /// Starts one as `setup` says.
    pub async fn start_with(setup: Setup) -> Self {
        let mut instance = Self::prepare(setup);
        instance.launch().await;
        instance
    }

    /// Makes the folders of one without starting it.
    #[must_use]
    pub fn prepare(setup: Setup) -> Self {
        let folder = tempfile::Builder::new().prefix("switchyard-it-").tempdir().expect("a temporary folder");
        let home = folder.path().join("home");
        std::fs::create_dir(&home).expect("a home");
        std::fs::write(home.join(".gitconfig"), "[user]\n\tname = Tess Ter\n\temail = tess@example.com\n")
            .expect("a git configuration");
        Self { folder, setup, server: None, door: None, canaries: Canaries::default() }
    }

    /// The folder that holds everything of this instance; all of its processes know its path.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The data folder.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.setup.data_dir.clone().unwrap_or_else(|| self.folder().join("data"))
    }

    /// The token that lets scripts in.
    #[must_use]
    pub fn token(&self) -> String {
        let own = self.setup.environment.iter().find(|(name, _)| name == "SWITCHYARD_TOKEN");
        match own {
            Some((_, token)) => token.clone(),
            None => std::fs::read_to_string(self.data_dir().join("token"))
                .expect("the token file")
                .trim()
                .to_owned(),
        }
    }

    /// A client with the token.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.door.as_ref().expect("the server was started").client
    }

    /// The one-time code of the printed address.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.door.as_ref().expect("the server was started").code
    }

    /// What the server wrote to standard error since the instance was made.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("server.log")).unwrap_or_default()
    }

    /// The server's command, for tests that want to see it refuse.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(program("switchyard-server"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder().join("home")).env("USER", "tess").env("LANG", "C.UTF-8");
        command.env("SWITCHYARD_DATA_DIR", self.data_dir()).env("PORT", "0");
        command.envs(self.setup.environment.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder()).stdin(Stdio::null());
        command
    }

    /// Starts the server, which must not run, and returns how long it took to print its address.
    pub async fn launch(&mut self) -> Duration {
        assert!(self.server.is_none(), "the server runs already");
        let begun = Instant::now();
        let out = self.folder().join("server.out");
        let log = OpenOptions::new().create(true).append(true).open(self.folder().join("server.log"));
        let mut command = self.command();
        command
            .stdout(File::create(&out).expect("a file for its output"))
            .stderr(log.expect("a file for its log"));
        let child = self.server.insert(command.spawn().expect("the server can be started"));
        let address = loop {
            let said = std::fs::read_to_string(&out).unwrap_or_default();
            if let Some(line) =
                said.split_inclusive('\n').find(|line| line.contains("http://") && line.ends_with('\n'))
            {
                break line.to_owned();
            }
            let ended = child.try_wait().expect("its status can be asked");
            assert!(ended.is_none(), "the server ended ({ended:?}) before it printed its address");
            assert!(begun.elapsed() < NOISE, "the server printed no address");
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        let (port, code) = read_address(&address);
        let client = Client::new(port, &self.token()).noting(&self.canaries);
        self.door = Some(Door { client, code });
        begun.elapsed()
    }

    /// Ends the server as a person would, waits for it, and starts it again.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.launch().await;
    }

    /// Ends the server as a person would and waits for it.
    pub async fn stop(&mut self) -> ExitStatus {
        let mut server = self.server.take().expect("the server runs");
        signal(i32::try_from(server.id()).expect("process ids fit"), Signal::TERM);
        let begun = Instant::now();
        loop {
            if let Some(status) = server.try_wait().expect("its status can be asked") {
                return status;
            }
            assert!(begun.elapsed() < NOISE, "the server does not end:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Kills the server where it stands. The runner lives on.
    pub fn kill9(&mut self) {
        let mut server = self.server.take().expect("the server runs");
        server.kill().expect("it can be killed");
        server.wait().expect("it can be waited for");
    }

    /// The runner's process, if there is one.
    #[must_use]
    pub fn runner(&self) -> Option<Process> {
        let serves = |process: &Process| process.command.contains("switchyard-runner serve");
        processes_of(self.folder()).into_iter().find(serves)
    }

    /// Kills the runner where it stands, and returns its process id.
    pub fn kill9_runner(&self) -> i32 {
        let runner = self.runner().expect("a runner is there");
        signal(runner.pid, Signal::KILL);
        runner.pid
    }

    /// The processes that the instance started, the server's and the runner's own left out.
    #[must_use]
    pub fn descendants(&self) -> Vec<Process> {
        let own = |process: &Process| {
            process.command.contains("switchyard-runner serve")
                || process.command.ends_with("switchyard-server")
        };
        processes_of(self.folder()).into_iter().filter(|process| !own(process)).collect()
    }
}

/// Port and code of `… http://127.0.0.1:8081/#code=…`.
fn read_address(line: &str) -> (u16, String) {
    let word = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
    let (address, code) = word.split_once("/#code=").expect("an address with a code");
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    (port, code.to_owned())
}

impl Drop for Instance {
    #[allow(clippy::print_stderr, reason = "a failing test shows it")]
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
        if let Some(runner) = self.runner() {
            signal(runner.pid, Signal::KILL);
        }
        let begun = Instant::now();
        let mut left = processes_of(self.folder());
        while !left.is_empty() && begun.elapsed() < GONE {
            std::thread::sleep(Duration::from_millis(20));
            left = processes_of(self.folder());
        }
        for process in &left {
            signal(process.pid, Signal::KILL);
        }
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("the server's log ends with:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        } else {
            assert!(left.is_empty(), "processes outlived their runner by {GONE:?}: {left:#?}");
            // The files that secrets are kept in, which their owner alone can read.
            self.canaries.absent_below(self.folder(), &["token", "credentials.json"]);
        }
    }
}
