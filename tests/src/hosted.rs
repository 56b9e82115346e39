//! A hosted instance: PostgreSQL, a runner host, and one server or several, each under an account of its own.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hyper::header::HOST;
use rustix::process::Signal;
use serde_json::{Value, json};
use switchyard_testkit::postgres::{APP, Cluster, OWNER, address_for};
use tempfile::TempDir;

use crate::canaries::Canaries;
use crate::client::{Client, Method, request};
use crate::patience::NOISE;
use crate::processes::{Process, processes_of, signal};
use crate::programs::copy_program;
use crate::runner_host::{RunnerHost, open_to_pass};
use crate::visitor::Visitor;

/// Signs the tokens of every instance here.
pub const JWT_SECRET: &str = "canary-jwt-Zk3vQ8pLx1Rt6YwB0nMc5HsJ9dGfA2eU";
/// Seals the credentials of every instance here.
pub const ENCRYPTION_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// A password that is long enough.
pub const PASSWORD: &str = "canary-password of correct horses";
/// The database asks nobody for one, and so takes it.
const DATABASE_PASSWORD: &str = "canary-database-Qd7Rk2Wm";

/// Whom the servers run as; their runner host serves nobody else.
const SERVER_UID: u32 = 61_001;

/// Where servers answer whoever collects metrics.
const METRICS_HOST: &str = "127.0.0.2";

/// PostgreSQL, a runner host and servers, gone when dropped.
pub struct Hosted {
    folder: TempDir,
    environment: Vec<(String, String)>,
    database: String,
    /// What people type, which all servers answer to.
    public_host: String,
    pub(crate) runner_host: RunnerHost,
    pub(crate) host: Child,
    servers: Vec<(Child, u16)>,
    canaries: Canaries,
    /// Whether the servers show the built user interface, which may lie in a folder of root's.
    interface: bool,
}

impl Hosted {
    /// One server, where anybody may make an account.
    pub async fn start() -> Self {
        Self::start_with(1, &[]).await
    }

    /// One server that shows browsers the user interface, which must have been built; with further variables, and with
    /// runners that reach a git server without encryption: `host:port`.
    pub async fn start_for_browsers(environment: &[(&str, &str)], remote: &str) -> Self {
        Self::made_of(1, environment, true, Some(remote)).await
    }

    /// One server, whose runners reach a git server without encryption: `host:port`.
    pub async fn start_reaching(remote: &str) -> Self {
        Self::made_of(1, &[], false, Some(remote)).await
    }

    /// Several servers on one database, with further variables; these win.
    pub async fn start_with(servers: usize, environment: &[(&str, &str)]) -> Self {
        Self::made_of(servers, environment, false, None).await
    }

    async fn made_of(
        servers: usize,
        environment: &[(&str, &str)],
        interface: bool,
        remote: Option<&str>,
    ) -> Self {
        let folder = tempfile::Builder::new().prefix("switchyard-it-").tempdir().expect("a temporary folder");
        open_to_pass(folder.path());
        let cluster = Cluster::shared().expect("PostgreSQL");
        let database = cluster.database().expect("a database");
        let runner_host = RunnerHost::below(folder.path(), SERVER_UID, remote);
        let host = runner_host.start();
        let ports: Vec<u16> = (0..servers).map(|_| free_port()).collect();
        // Under a folder of root's, the program could not be started by others.
        copy_program("switchyard-server", &folder.path().join("switchyard-server"));
        let mut hosted = Self {
            environment: environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            database,
            public_host: format!("127.0.0.1:{}", ports[0]),
            folder,
            runner_host,
            host,
            servers: Vec::new(),
            canaries: Canaries::default(),
            interface,
        };
        hosted.canaries.note("JWT_SECRET", JWT_SECRET);
        hosted.canaries.note("CONFIG_ENCRYPTION_KEY", ENCRYPTION_KEY);
        hosted.canaries.note("the database's password", DATABASE_PASSWORD);
        for port in ports {
            hosted.launch(port).await;
        }
        hosted
    }

    /// The command of a server, for tests that want to see it refuse.
    #[must_use]
    pub fn command(&self, port: u16) -> Command {
        let server = self.folder.path().join("switchyard-server");
        let mut command = if self.interface {
            // A debug build reads the interface from the source tree.
            let mut command = Command::new("setpriv");
            command.args([format!("--reuid={SERVER_UID}"), format!("--regid={SERVER_UID}")]);
            command.args([
                "--clear-groups",
                "--inh-caps=+dac_read_search",
                "--ambient-caps=+dac_read_search",
                "--",
            ]);
            command.arg(server);
            command
        } else {
            let mut command = Command::new(server);
            command.uid(SERVER_UID).gid(SERVER_UID);
            command
        };
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.envs([
            ("DEPLOYMENT_MODE", "kubernetes"),
            ("SWITCHYARD_TEST", "on"),
            ("HOST", "127.0.0.1"),
            ("REGISTRATION", "open"),
            // Tests are quicker than people.
            ("RATE_LIMIT_DEFAULT", "off"),
            ("RATE_LIMIT_AUTH", "off"),
            ("RATE_LIMIT_SESSIONS", "off"),
            ("RATE_LIMIT_TERMINALS", "off"),
            ("RATE_LIMIT_JOBS", "off"),
            ("JWT_SECRET", JWT_SECRET),
            ("CONFIG_ENCRYPTION_KEY", ENCRYPTION_KEY),
        ]);
        // On another address of this machine, the same port is free as well.
        command.env("METRICS_ADDRESS", format!("{METRICS_HOST}:{port}"));
        command.env("PORT", port.to_string()).env("PUBLIC_URL", format!("http://{}", self.public_host));
        command.env("DATABASE_URL", self.address_of_database(APP));
        command.env("DATABASE_MIGRATION_URL", self.address_of_database(OWNER));
        command.env("WORKSPACE_BASE_DIR", self.folder.path().join("workspaces"));
        command.env("SWITCHYARD_RUNNER_SOCKET", self.folder.path().join("host/host.sock"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    /// Has a secret looked for at the end that the harness cannot see by itself.
    pub fn hides(&self, what: &str, secret: &str) {
        self.canaries.note(what, secret);
    }

    fn address_of_database(&self, role: &str) -> String {
        let role_and_password = format!("{role}:{DATABASE_PASSWORD}");
        address_for(&role_and_password, &self.database)
    }

    /// An operator's command, with the variables that most of them use.
    #[must_use]
    pub fn operator(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.folder.path().join("switchyard-server"));
        command.env_clear().env("PATH", "/usr/bin:/bin");
        command.env("DATABASE_URL", self.address_of_database(APP));
        command.env("SWITCHYARD_TEST", "on").env("PUBLIC_URL", format!("http://{}", self.public_host));
        command.arg("admin").args(arguments).current_dir("/").stdin(Stdio::null());
        command.uid(SERVER_UID).gid(SERVER_UID);
        command
    }

    /// Starts a server on this port, one that was killed for instance, and waits until it serves.
    pub async fn launch(&mut self, port: u16) {
        let command = self.command(port);
        self.launched(port, command).await;
    }

    /// The same, with a clock that is so many seconds ahead of everybody else's. What it measures is as long as ever.
    pub async fn launch_with_clock(&mut self, port: u16, ahead: i64) {
        let mut command = self.command(port);
        command.env("LD_PRELOAD", libfaketime()).env("FAKETIME", format!("{ahead:+}"));
        command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        self.launched(port, command).await;
    }

    async fn launched(&mut self, port: u16, mut command: Command) {
        let log = File::create(self.folder.path().join(format!("server-{port}.log"))).expect("a log");
        let child = command.stdout(Stdio::null()).stderr(log).spawn().expect("the server can be started");
        self.servers.push((child, port));
        let client = Client::new(port, "");
        let begun = Instant::now();
        while client.send(request(Method::GET, "/ready", &[(HOST.as_str(), "probe")], "")).await.is_err() {
            let ended = self.servers.last_mut().and_then(|(child, _)| child.try_wait().expect("its status"));
            assert!(ended.is_none(), "the server ended ({ended:?}):\n{}", self.log(port));
            assert!(begun.elapsed() < NOISE, "the server does not answer:\n{}", self.log(port));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What people type into their browsers.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.public_host)
    }

    /// The ports of the servers.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        self.servers.iter().map(|(_, port)| *port).collect()
    }

    /// Kills a server where it stands.
    pub fn kill9(&mut self, port: u16) {
        let at = self.servers.iter().position(|(_, known)| *known == port).expect("a server on that port");
        let (mut child, _) = self.servers.remove(at);
        child.kill().expect("it can be killed");
        child.wait().expect("it can be waited for");
    }

    /// The process id of the server on that port.
    #[must_use]
    pub fn pid(&self, port: u16) -> i32 {
        let at = self.servers.iter().find(|(_, known)| *known == port).expect("a server on that port");
        i32::try_from(at.0.id()).expect("process ids fit")
    }

    /// Everything that runs for this instance.
    #[must_use]
    pub fn processes(&self) -> Vec<Process> {
        processes_of(self.folder.path())
    }

    /// A repository in the own folder of the user with this id, whose runner has been called.
    #[must_use]
    pub fn repository(&self, user: &str) -> PathBuf {
        let root = self.folder.path().join("workspaces").join(user);
        let uid = std::fs::metadata(&root).expect("the user's folder").uid();
        let git = |arguments: &[&str]| {
            let mut git = Command::new("git");
            git.args(arguments).uid(uid).gid(uid).current_dir(&root).env_clear();
            git.env("PATH", "/usr/bin:/bin").env("HOME", &root);
            assert!(git.status().expect("git runs").success(), "git {arguments:?}");
        };
        git(&["init", "--quiet", "--initial-branch=main", "project"]);
        let author = ["-C", "project", "-c", "user.name=Tess Ter", "-c", "user.email=tess@example.com"];
        git(&[&author[..], &["commit", "--quiet", "--allow-empty", "-m", "Start"]].concat());
        root.join("project")
    }

    /// The scripted agent in the own folder of the user with this id, outside of which their agents run nothing of ours.
    #[must_use]
    pub fn agent(&self, user: &str) -> Value {
        let program = self.folder.path().join("workspaces").join(user).join("agent");
        copy_program("switchyard-scripted-agent", &program);
        json!({ "id": "acp", "command": [program] })
    }

    /// What a server wrote to its log.
    #[must_use]
    pub fn log(&self, port: u16) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("server-{port}.log"))).unwrap_or_default()
    }

    /// What the server on that port tells whoever collects metrics.
    ///
    /// # Panics
    /// When it tells nothing.
    #[must_use]
    pub fn metrics(&self, port: u16) -> String {
        let told = self.try_metrics(port).expect("metrics");
        let (head, body) = told.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/openmetrics-text"), "{head}");
        body.to_owned()
    }

    fn try_metrics(&self, port: u16) -> std::io::Result<String> {
        let mut connection = TcpStream::connect((METRICS_HOST, port))?;
        connection.set_read_timeout(Some(NOISE))?;
        connection.write_all(b"GET /metrics HTTP/1.1\r\nHost: collector\r\nConnection: close\r\n\r\n")?;
        let mut told = String::new();
        connection.read_to_string(&mut told)?;
        Ok(told)
    }

    /// Runs a statement as the database's superuser.
    pub fn sql(&self, statement: &str) {
        let cluster = Cluster::shared().expect("PostgreSQL");
        cluster.run(self.database_name(), statement).expect("the statement runs");
    }

    fn database_name(&self) -> &str {
        self.database.split('?').next().and_then(|path| path.rsplit('/').next()).expect("a name")
    }

    /// Somebody who shows nothing, at the first server.
    #[must_use]
    pub fn stranger(&self) -> Visitor {
        self.stranger_at(self.servers[0].1)
    }

    /// Somebody who shows nothing, at this server.
    #[must_use]
    pub fn stranger_at(&self, port: u16) -> Visitor {
        Visitor {
            client: Client::new(port, ""),
            host: self.public_host.clone(),
            credential: None,
            canaries: self.canaries.clone(),
        }
    }

    /// Somebody who makes an account and is signed in by it.
    pub async fn person(&self, username: &str) -> Visitor {
        let account = json!({ "username": username, "password": PASSWORD, "name": username });
        let answer = self.stranger().call(Method::POST, "/api/auth/register", Some(account)).await;
        answer.expect(201);
        self.stranger().with_cookie_of(&answer)
    }

    /// Somebody who has an account already, and signs in.
    pub async fn sign_in(&self, username: &str) -> Visitor {
        let shown = json!({ "username": username, "password": PASSWORD });
        let answer = self.stranger().call(Method::POST, "/api/auth/login", Some(shown)).await;
        answer.expect(200);
        self.stranger().with_cookie_of(&answer)
    }
}

/// What has a program see another time than the system's.
fn libfaketime() -> PathBuf {
    let places = ["x86_64-linux-gnu/", "aarch64-linux-gnu/", ""];
    let places = places.map(|place| PathBuf::from(format!("/usr/lib/{place}faketime/libfaketime.so.1")));
    let found = places.into_iter().find(|place| place.is_file());
    found.expect("libfaketime is missing: sudo apt-get install --no-install-recommends libfaketime")
}

impl Hosted {
    /// Looks for every secret of the test wherever it must not be: in logs, in metrics, in the database, in files, in
    /// what processes were started with. What a secret is for is let pass: a server's environment has its own.
    fn look_for_secrets(&self) {
        let cluster = Cluster::shared().expect("PostgreSQL");
        let rows = cluster.dump(self.database_name()).expect("the database can be dumped");
        self.canaries.absent_from("the database", &rows);
        self.canaries.absent_below(self.folder.path(), &["switchyard-server"]);
        for (_, port) in &self.servers {
            // One that was stopped, or whose database is gone, tells nothing.
            self.canaries.absent_from("the metrics", self.try_metrics(*port).unwrap_or_default().as_bytes());
        }
        let servers: Vec<u32> = self.servers.iter().map(|(server, _)| server.id()).collect();
        for process in processes_of(self.folder.path()) {
            let read =
                |file: &str| std::fs::read(format!("/proc/{}/{file}", process.pid)).unwrap_or_default();
            let place = |file: &str| format!("the {file} of `{}`", process.command);
            self.canaries.absent_from(&place("command line"), &read("cmdline"));
            if u32::try_from(process.pid).is_ok_and(|pid| !servers.contains(&pid)) {
                self.canaries.absent_from(&place("environment"), &read("environ"));
            }
        }
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        let looked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.look_for_secrets()));
        for (server, _) in &mut self.servers {
            let _ = server.kill();
            let _ = server.wait();
        }
        if let Ok(pid) = i32::try_from(self.host.id()) {
            signal(pid, Signal::TERM);
        }
        let _ = self.host.wait();
        for process in processes_of(self.folder.path()) {
            signal(process.pid, Signal::KILL);
        }
        if let Err(found) = looked
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(found);
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
