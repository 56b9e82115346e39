//! A Switchyard of its own: a release server on a data folder of its own, with a port and a secret that we chose.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::client::{Connection, text};
use crate::failure::{Failure, Result, told};
use crate::feed::Socket;
use crate::processes;
use crate::viewer::Viewer;

const TOKEN: &str = "benchmark-secret-benchmark-secret";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. Dropping it ends it, its runner and its agents.
pub(crate) struct Server {
    child: Child,
    port: u16,
    data: PathBuf,
    /// How long it took until `/health` answered 200.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts a server on `data`, which is made if it is not there.
    pub(crate) async fn start(programs: &Path, data: &Path) -> Result<Self> {
        told("make the data folder", std::fs::create_dir_all(data))?;
        let port = free_port()?;
        let log = told("make the log", File::create(data.with_extension("log")))?;
        let errors = told("make the log", log.try_clone())?;
        let begun = Instant::now();
        let mut command = Command::new(programs.join("switchyard-server"));
        command.arg("serve").env("SWITCHYARD_DATA_DIR", data).env("SWITCHYARD_TOKEN", TOKEN);
        // The same shell in terminals wherever it is measured, with no files of its user's to read.
        command
            .env("PORT", port.to_string())
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        let child = told("start switchyard-server", command.spawn())?;
        let mut server = Self { child, port, data: data.to_path_buf(), started_in: Duration::ZERO };
        while !is_healthy(port).await {
            if begun.elapsed() > PATIENCE || matches!(server.child.try_wait(), Ok(Some(_))) {
                let said = std::fs::read_to_string(data.with_extension("log")).unwrap_or_default();
                return Err(Failure::new(format!("switchyard-server did not start:\n{said}")));
            }
            sleep(Duration::from_micros(200)).await;
        }
        server.started_in = begun.elapsed();
        Ok(server)
    }

    /// One more connection.
    pub(crate) async fn connect(&self) -> Result<Connection> {
        Connection::open(self.port, TOKEN).await
    }

    /// Subscribes to the change feed.
    pub(crate) async fn subscribe(&self) -> Result<Socket> {
        Socket::subscribe(self.port, TOKEN).await
    }

    /// Follows a session's transcript from its beginning.
    pub(crate) async fn follow(&self, session: &str) -> Result<Socket> {
        Socket::open(self.port, TOKEN, &format!("/api/sessions/{session}/stream?after=0")).await
    }

    /// Attaches to a terminal.
    pub(crate) async fn attach(&self, terminal: &str) -> Result<Viewer> {
        let path = format!("/api/terminals/{terminal}/attach");
        Viewer::attach(Socket::open(self.port, TOKEN, &path).await?).await
    }

    /// The server's own process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Server, runner and whatever they started.
    pub(crate) fn processes(&self) -> Vec<Pid> {
        processes::of(&self.data)
    }

    /// Asks it to end, as Ctrl-C does, and returns how long that took.
    pub(crate) async fn stop(mut self) -> Result<Duration> {
        let begun = Instant::now();
        told("ask the server to end", kill_process(self.pid(), Signal::TERM))?;
        while told("wait for the server", self.child.try_wait())?.is_none() {
            if begun.elapsed() > PATIENCE {
                return Err(Failure::new("the server did not end within half a minute"));
            }
            sleep(Duration::from_millis(1)).await;
        }
        Ok(begun.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        processes::end(&self.data);
        // Reaped, so that the next measurement does not find it among the living.
        let _ = self.child.wait();
    }
}

/// Makes a project and returns its id.
pub(crate) async fn project(connection: &mut Connection, name: &str) -> Result<String> {
    text(&connection.post("/api/projects", &json!({ "name": name })).await?, "id")
}

/// Makes a task of an ordinary size and returns its id.
pub(crate) async fn task(connection: &mut Connection, project: &str, title: &str) -> Result<String> {
    text(&connection.post(&format!("/api/projects/{project}/tasks"), &task_body(title)).await?, "id")
}

/// What is sent to make a task.
pub(crate) fn task_body(title: &str) -> Value {
    let description = "The board should keep its place when a card is opened and closed again. \
                       - [ ] with the mouse\n- [ ] with the keyboard\n- [ ] at phone width\n";
    json!({ "title": title, "description": description, "priority": "medium", "labels": ["board", "polish"] })
}

pub(crate) async fn is_healthy(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else { return false };
    let request = format!("GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    let asked = stream.write_all(request.as_bytes()).await.is_ok();
    asked && stream.read_to_end(&mut answer).await.is_ok() && answer.starts_with(b"HTTP/1.1 200")
}

/// A port that nobody listens on at the moment.
pub(crate) fn free_port() -> Result<u16> {
    let listener = told("find a free port", TcpListener::bind("127.0.0.1:0"))?;
    Ok(told("find a free port", listener.local_addr())?.port())
}
