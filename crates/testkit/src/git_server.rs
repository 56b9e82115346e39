//! A git server over HTTP on 127.0.0.1: git's own `http-backend` behind a small server of ours, which can ask for a
//! password, be slow, break off, keep silent, or send its callers elsewhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinHandle;

use crate::repo::TempRepo;

/// How the server serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    #[default]
    Usual,
    /// At most this many bytes each 20 ms.
    Slow(usize),
    /// Breaks off after so many bytes of an answer.
    Breaking(usize),
    /// Takes requests and never answers.
    Silent,
    /// Sends its callers to this address, with the path behind it.
    Moved(String),
    /// Answers every request with this status.
    Failing(u16),
}

/// A server that serves until it is dropped.
#[derive(Debug)]
pub struct GitServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    folder: TempDir,
    manner: Mutex<Manner>,
    /// What a caller has to say one of; anybody comes in where there is none.
    passwords: Mutex<Vec<String>>,
    /// The `Authorization` headers that came.
    heard: Mutex<Vec<String>>,
    requests: Mutex<usize>,
}

impl Shared {
    fn root(&self) -> PathBuf {
        self.folder.path().join("repositories")
    }
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GitServer {
    /// A server without repositories, on a port that is free.
    ///
    /// # Panics
    /// When the loopback interface cannot be listened on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port on the loopback");
        let address = listener.local_addr().expect("its address");
        let folder = tempfile::Builder::new().prefix("switchyard-git-").tempdir().expect("a folder");
        let shared = Arc::new(Shared {
            folder,
            manner: Mutex::default(),
            passwords: Mutex::default(),
            heard: Mutex::default(),
            requests: Mutex::default(),
        });
        std::fs::create_dir(shared.root()).expect("a folder for repositories");
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // It ends with the process or the handle.
            let _ = axum::serve(listener, routes).await;
        });
        Self { address, shared, server }
    }

    /// Host and port.
    #[must_use]
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The address of a repository.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}.git", self.address)
    }

    /// Serves what `repo` has under a name.
    pub fn publish(&self, name: &str, repo: &TempRepo) {
        let bare = self.path(name);
        repo.git(["clone", "--quiet", "--bare", "--no-local", ".", &bare.to_string_lossy()]);
        repo.git_in(&bare, ["config", "http.receivepack", "true"]);
    }

    /// Serves a repository without commits under a name.
    pub fn publish_empty(&self, name: &str) {
        let repo = TempRepo::empty();
        repo.git(["init", "--quiet", "--bare", &self.path(name).to_string_lossy()]);
    }

    /// Where a repository is.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.shared.root().join(format!("{name}.git"))
    }

    /// Runs git in a repository that is served and returns what it prints.
    pub fn git<'a>(&self, name: &str, args: impl IntoIterator<Item = &'a str>) -> String {
        TempRepo::empty().git_in(&self.path(name), args)
    }

    /// Has it serve like this from now on.
    pub fn serve(&self, manner: Manner) {
        *held(&self.shared.manner) = manner;
    }

    /// Has it let only those in who say one of these: user name and password, in base 64 as `Authorization` has them.
    pub fn require(&self, basics: &[&str]) {
        *held(&self.shared.passwords) = basics.iter().map(|basic| format!("Basic {basic}")).collect();
    }

    /// The `Authorization` headers that came.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        held(&self.shared.heard).clone()
    }

    /// How many requests came.
    #[must_use]
    pub fn requests(&self) -> usize {
        *held(&self.shared.requests)
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    *held(&shared.requests) += 1;
    let said = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let said = said.map(str::to_owned);
    held(&shared.heard).extend(said.clone());
    let manner = held(&shared.manner).clone();
    match &manner {
        Manner::Silent => std::future::pending().await,
        Manner::Failing(status) => {
            let status = StatusCode::from_u16(*status).expect("a status");
            return (status, "<p>A page\nfor people.</p>\n").into_response();
        }
        Manner::Moved(elsewhere) => {
            let path = request.uri().path_and_query().map_or("", |path| path.as_str());
            return (StatusCode::FOUND, [(header::LOCATION, format!("{elsewhere}{path}"))]).into_response();
        }
        _ => {}
    }
    let known = held(&shared.passwords).clone();
    if !known.is_empty() && !said.is_some_and(|said| known.contains(&said)) {
        let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"git\"")];
        return (StatusCode::UNAUTHORIZED, ask).into_response();
    }
    serve(&shared.root(), request, manner).await
}

/// Runs `git http-backend`, which speaks CGI.
#[allow(clippy::disallowed_methods, reason = "tests run git as a server would, apart from the runner")]
async fn serve(root: &Path, request: Request, manner: Manner) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 256 << 20).await.unwrap_or_default();
    let header = |name: &str| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let mut backend = Command::new("git")
        .arg("http-backend")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("PATH_INFO", parts.uri.path())
        .env("QUERY_STRING", parts.uri.query().unwrap_or_default())
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("git http-backend runs");
    let (mut stdin, mut stdout) =
        (backend.stdin.take().expect("a pipe"), backend.stdout.take().expect("a pipe"));
    tokio::spawn(async move {
        // It may have heard enough.
        let _ = stdin.write_all(&body).await;
    });
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stdout.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
    let (status, headers) = read_head(&String::from_utf8_lossy(&head));
    let (piece, mut left) = match manner {
        Manner::Slow(bytes) => (bytes, usize::MAX),
        Manner::Breaking(bytes) => (64 * 1024, bytes),
        _ => (64 * 1024, usize::MAX),
    };
    let slow = matches!(manner, Manner::Slow(_));
    let pieces = stream::unfold((stdout, backend), move |(mut stdout, backend)| async move {
        if slow {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut buffer = vec![0; piece];
        match stdout.read(&mut buffer).await {
            Ok(0) | Err(_) => None,
            Ok(read) => {
                buffer.truncate(read);
                Some((Bytes::from(buffer), (stdout, backend)))
            }
        }
    });
    let pieces = pieces.map(move |piece| {
        if left == 0 {
            return Err(std::io::Error::other("the connection breaks off"));
        }
        let piece = piece.slice(..piece.len().min(left));
        left -= piece.len();
        Ok(piece)
    });
    (status, headers, Body::from_stream(pieces)).into_response()
}

fn read_head(head: &str) -> (StatusCode, HeaderMap) {
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        if name.eq_ignore_ascii_case("status") {
            let number = value.split(' ').next().and_then(|number| number.parse().ok());
            status = number.and_then(|number| StatusCode::from_u16(number).ok()).unwrap_or(status);
        } else if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), value.parse()) {
            headers.insert(name, value);
        }
    }
    (status, headers)
}
