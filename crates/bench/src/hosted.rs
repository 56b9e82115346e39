//! A hosted Switchyard of its own: PostgreSQL that keeps its data safe, a runner host, and a server under an account
//! that is not the root's.

use std::fs::{File, Permissions};
use std::net::Ipv4Addr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jsonwebtoken::{EncodingKey, Header};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use switchyard_testkit::postgres::{APP, Cluster, OWNER, address_for};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::time::sleep;
use uuid::Uuid;

use crate::client::Connection;
use crate::failure::{Failure, Result, told};
use crate::feed::Socket;
use crate::processes;
use crate::product::{free_port, is_healthy};

const JWT_SECRET: &str = "benchmark-Zk3vQ8pLx1Rt6YwB0nMc5HsJ9dGfA2eU";
const ENCRYPTION_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SERVER_UID: u32 = 61_101;
const PATIENCE: Duration = Duration::from_secs(60);

/// A running instance, gone when dropped.
pub(crate) struct Hosted {
    /// All on one database and one host; there is one at least.
    servers: Vec<Child>,
    host: Child,
    /// The first one's.
    port: u16,
    folder: TempDir,
    address: String,
    _database: Cluster,
}

/// A person with a token, who was never seen before.
pub(crate) struct Person {
    port: u16,
    token: String,
}

impl Hosted {
    /// Starts one. Needs to be root, as a runner host does.
    pub(crate) async fn start(programs: &Path) -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Err(Failure::new("a hosted server's runner host is root's: measure as root"));
        }
        let database = told("start PostgreSQL", Cluster::lasting())?;
        let address = told("make a database", database.database())?;
        let folder = tempfile::Builder::new().prefix("switchyard-bench-").tempdir();
        let folder = told("make a folder", folder)?;
        open_to_pass(folder.path())?;
        let host = start_host(programs, folder.path()).await?;
        // Where the programs lie, the server's account may not be allowed to look.
        let program = folder.path().join("switchyard-server");
        told("copy the server", std::fs::copy(programs.join("switchyard-server"), &program))?;
        let mut hosted = Self { servers: Vec::new(), host, port: 0, folder, address, _database: database };
        hosted.port = hosted.another().await?;
        Ok(hosted)
    }

    /// One more server on the same database and runner host; returns its port.
    pub(crate) async fn another(&mut self) -> Result<u16> {
        let (folder, port) = (self.folder.path(), free_port()?);
        let said = folder.join(format!("server-{port}.log"));
        let log = told("make the log", File::create(&said))?;
        let mut command = server(folder, &self.address, port);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let server = self.servers.len();
        self.servers.push(told("start switchyard-server", command.spawn())?);
        let begun = Instant::now();
        while !is_healthy(port).await {
            if begun.elapsed() > PATIENCE || matches!(self.servers[server].try_wait(), Ok(Some(_))) {
                let said = std::fs::read_to_string(said).unwrap_or_default();
                return Err(Failure::new(format!("the hosted server did not start:\n{said}")));
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(port)
    }

    /// The own folder of the user with this id, and the account that has it, once their runner was called.
    pub(crate) fn home(&self, user: &str) -> Result<(PathBuf, u32)> {
        let home = self.folder.path().join("workspaces").join(user);
        let uid = told("look at a user's folder", std::fs::metadata(&home))?.uid();
        Ok((home, uid))
    }

    /// One more person, with a token of the instance's own issuer.
    pub(crate) fn person(&self) -> Result<Person> {
        let expires = OffsetDateTime::now_utc().unix_timestamp() + 3600;
        let claims = json!({ "sub": Uuid::now_v7(), "exp": expires });
        let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
        let token = told("sign a token", jsonwebtoken::encode(&Header::default(), &claims, &key))?;
        Ok(Person { port: self.port, token })
    }

    /// The first server's own process.
    pub(crate) fn server(&self) -> Pid {
        Pid::from_child(&self.servers[0])
    }
}

impl Person {
    /// The same at another server.
    pub(crate) fn at(&self, port: u16) -> Self {
        Self { port, token: self.token.clone() }
    }

    /// One more connection.
    pub(crate) async fn connect(&self) -> Result<Connection> {
        Connection::open(self.port, &self.token).await
    }

    /// Subscribes to the change feed; returns once the server has said where it begins.
    pub(crate) async fn subscribe(&self) -> Result<Socket> {
        Socket::subscribe(self.port, &self.token).await
    }

    /// Opens the WebSocket at `path`.
    pub(crate) async fn open(&self, path: &str) -> Result<Socket> {
        Socket::open(self.port, &self.token, path).await
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        // Gone already is as good, here and below.
        let _ = kill_process(Pid::from_child(&self.host), Signal::TERM);
        for server in &mut self.servers {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = self.host.wait();
        processes::end(self.folder.path());
    }
}

/// The command of a server on the database at `address`, from the copy in `folder`.
fn server(folder: &Path, address: &str, port: u16) -> Command {
    let mut command = Command::new(folder.join("switchyard-server"));
    command.uid(SERVER_UID).gid(SERVER_UID).env_clear().current_dir("/");
    command.envs([
        ("PATH", "/usr/bin:/bin"),
        ("DEPLOYMENT_MODE", "kubernetes"),
        ("SWITCHYARD_TEST", "on"),
        ("HOST", "127.0.0.1"),
        ("JWT_SECRET", JWT_SECRET),
        ("CONFIG_ENCRYPTION_KEY", ENCRYPTION_KEY),
        // One person asks more here than any should: what a request costs is measured, not who is stopped.
        ("RATE_LIMIT_DEFAULT", "off"),
    ]);
    command.env("PORT", port.to_string());
    command.env("PUBLIC_URL", format!("http://{}:{port}", Ipv4Addr::LOCALHOST));
    command.env("DATABASE_URL", address_for(APP, address));
    command.env("DATABASE_MIGRATION_URL", address_for(OWNER, address));
    command.env("WORKSPACE_BASE_DIR", folder.join("workspaces"));
    command.env("SWITCHYARD_RUNNER_SOCKET", folder.join("host/host.sock"));
    command
}

async fn start_host(programs: &Path, folder: &Path) -> Result<Child> {
    for name in ["host", "workspaces"] {
        told("make a folder", std::fs::create_dir(folder.join(name)))?;
        open_to_pass(&folder.join(name))?;
    }
    let socket = folder.join("host/host.sock");
    let log = told("make the log", File::create(folder.join("host.log")))?;
    let mut host = Command::new(programs.join("switchyard-runner"));
    host.env_clear().env("PATH", "/usr/bin:/bin").arg("host").arg("--socket").arg(&socket);
    host.arg("--state").arg(folder.join("state")).arg("--workspaces").arg(folder.join("workspaces"));
    host.args(["--on-exit", "stop", "--uids", "30000000-30000099"]);
    host.args(["--server-uid", &SERVER_UID.to_string()]);
    let host = host.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
    let host = told("start the runner host", host)?;
    let begun = Instant::now();
    while !socket.exists() {
        if begun.elapsed() > PATIENCE {
            let said = std::fs::read_to_string(folder.join("host.log")).unwrap_or_default();
            return Err(Failure::new(format!("the runner host did not start:\n{said}")));
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok(host)
}

/// Others may pass through, and see nothing.
fn open_to_pass(folder: &Path) -> Result<()> {
    told("set permissions", std::fs::set_permissions(folder, Permissions::from_mode(0o711)))
}
