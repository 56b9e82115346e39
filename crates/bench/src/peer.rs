//! What the product is held against: the least that could do the same work.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use rusqlite::Connection;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::failure::{Failure, Result, told};

/// A bare axum handler in a process of its own, as the product is in one.
pub(crate) struct BareServer {
    child: Child,
    /// Where it listens.
    pub(crate) port: u16,
}

impl BareServer {
    /// Serves `body` at `/`.
    pub(crate) async fn serving(body: &[u8], folder: &Path) -> Result<Self> {
        let file = folder.join("bytes.json");
        told("write the bytes", std::fs::write(&file, body))?;
        Self::start("serve-bytes", &file).await
    }

    /// Inserts each task that is posted to `/` into a [`BareTable`] in `folder`.
    pub(crate) async fn inserting(folder: &Path) -> Result<Self> {
        Self::start("serve-inserts", folder).await
    }

    async fn start(what: &str, path: &Path) -> Result<Self> {
        let this = told("find this program", std::env::current_exe())?;
        let mut command = Command::new(this);
        command.arg(what).arg(path).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = told("start the bare server", command.spawn())?;
        let stdout = child.stdout.take().ok_or_else(|| Failure::new("the bare server has no output"))?;
        let stdout = told("read the bare server", tokio::process::ChildStdout::from_std(stdout))?;
        let line = BufReader::new(stdout).lines().next_line().await;
        let port = told("read the bare server", line)?.and_then(|line| line.parse().ok());
        let port = port.ok_or_else(|| Failure::new("the bare server told no port"))?;
        Ok(Self { child, port })
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program of [`BareServer::serving`].
pub(crate) async fn serve_bytes(file: &Path) -> Result<()> {
    let body = Bytes::from(told("read the bytes", std::fs::read(file))?);
    let answer = move || {
        let body = body.clone();
        async move { ([(CONTENT_TYPE, "application/json")], body) }
    };
    serve(Router::new().route("/", get(answer))).await
}

/// The program of [`BareServer::inserting`].
pub(crate) async fn serve_inserts(folder: &Path) -> Result<()> {
    let table = Arc::new(Mutex::new(BareTable::create(folder, "served.db")?));
    let answer = move |Json(task): Json<Value>| {
        let table = Arc::clone(&table);
        async move {
            let inserted = tokio::task::spawn_blocking(move || {
                let (title, description) = (task["title"].to_string(), task["description"].to_string());
                let table = table.lock().unwrap_or_else(PoisonError::into_inner);
                table.insert(&title, &description).map(|_| task)
            });
            match inserted.await {
                Ok(Ok(task)) => Ok((StatusCode::CREATED, Json(task))),
                _ => Err(StatusCode::INTERNAL_SERVER_ERROR),
            }
        }
    };
    serve(Router::new().route("/", post(answer))).await
}

async fn serve(router: Router) -> Result<()> {
    let listener = told("listen", tokio::net::TcpListener::bind("127.0.0.1:0").await)?;
    println!("{}", told("learn the port", listener.local_addr())?.port());
    told("serve", axum::serve(listener, router).await)
}

/// A bare SQLite table with the durability that the product gives: an insert is on disk when it returns.
pub(crate) struct BareTable(Connection);

impl BareTable {
    /// A new database of that name in `folder`.
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Self> {
        let connection = told("open SQLite", Connection::open(folder.join(name)))?;
        let schema = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE tasks (id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL, labels TEXT NOT NULL,
                status TEXT NOT NULL, position TEXT NOT NULL, version INTEGER NOT NULL) STRICT;
            CREATE INDEX tasks_by_column ON tasks (status, position);";
        told("make the bare table", connection.execute_batch(schema))?;
        Ok(Self(connection))
    }

    /// Inserts one task and returns how long that took.
    pub(crate) fn insert(&self, title: &str, description: &str) -> Result<Duration> {
        let sql = "INSERT INTO tasks VALUES ($1, $2, $3, '[]', 'todo', $4, 1)";
        let begun = Instant::now();
        let mut statement = told("prepare the insert", self.0.prepare_cached(sql))?;
        let id = uuid::Uuid::now_v7().to_string();
        told("insert", statement.execute((&id, title, description, &id)))?;
        Ok(begun.elapsed())
    }
}
