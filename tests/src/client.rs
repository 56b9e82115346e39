//! Speaking HTTP with an instance.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, IF_MATCH};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::canaries::Canaries;

pub use hyper::{HeaderMap, Method, StatusCode};

/// A request with its whole body.
pub type Request = hyper::Request<Full<Bytes>>;

type Sender = SendRequest<Full<Bytes>>;

/// A client with the token of an instance. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    port: u16,
    token: String,
    idle: Arc<Mutex<Vec<Sender>>>,
    canaries: Canaries,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.port)
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A request that carries nothing by itself: neither address nor credential.
#[must_use]
pub fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let mut request = hyper::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(Bytes::from(body.to_owned()))).expect("a well-formed request")
}

impl Client {
    /// A client of the server on `port`.
    #[must_use]
    pub fn new(port: u16, token: &str) -> Self {
        Self { port, token: token.to_owned(), idle: Arc::default(), canaries: Canaries::default() }
    }

    /// The same, noting the secrets that pass.
    #[must_use]
    pub fn noting(self, canaries: &Canaries) -> Self {
        canaries.note("the token", &self.token);
        Self { canaries: canaries.clone(), ..self }
    }

    /// The server's port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's name as a browser sends it.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The credential's header value.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    /// Posts.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, &[], Some(&body)).await
    }

    /// Changes what the caller saw in `version`.
    pub async fn patch(&self, path: &str, version: i64, body: Value) -> Answer {
        self.call(Method::PATCH, path, &[(IF_MATCH.as_str(), &format!("\"{version}\""))], Some(&body)).await
    }

    /// Deletes what the caller saw in `version`.
    pub async fn delete(&self, path: &str, version: i64) -> Answer {
        self.call(Method::DELETE, path, &[(IF_MATCH.as_str(), &format!("\"{version}\""))], None).await
    }

    /// Any request with the token, and further headers.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let what = format!("{method} {path}");
        self.try_call(method, path, headers, body).await.unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Any request with the token; an error when the connection broke, so that the outcome is not known.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn try_call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let (host, bearer) = (self.host(), self.bearer());
        let mut all = vec![(HOST.as_str(), host.as_str()), (AUTHORIZATION.as_str(), bearer.as_str())];
        if body.is_some() {
            all.push((CONTENT_TYPE.as_str(), "application/json"));
        }
        all.extend_from_slice(headers);
        if let Some(body) = body {
            self.canaries.note_body(path, body);
        }
        let what = format!("{method} {path}");
        let body = body.map(Value::to_string).unwrap_or_default();
        let answer = self.send(request(method, path, &all, &body)).await?;
        self.canaries.judge(&what, &answer);
        Ok(answer)
    }

    /// Sends a request as it is.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn send(&self, request: Request) -> Result<Answer, String> {
        let mut sender = self.connection().await?;
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        if sender.ready().await.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        }
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Sends a request over a connection of its own and returns the status of the answer, whose body may never end.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn head_of(&self, request: Request) -> Result<u16, String> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let connection = tokio::spawn(connection.with_upgrades());
        let answer = sender.send_request(request).await.map_err(|error| error.to_string());
        connection.abort();
        Ok(answer?.status().as_u16())
    }

    async fn connection(&self) -> Result<Sender, String> {
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.retain(|sender| !sender.is_closed());
            idle.pop()
        };
        if let Some(mut sender) = idle
            && sender.ready().await.is_ok()
        {
            return Ok(sender);
        }
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        // Ends with the connection; an error of it shows at the request.
        tokio::spawn(connection);
        Ok(sender)
    }
}

impl Answer {
    /// The body as JSON; null when there is none.
    #[must_use]
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// The body of a refusal that must be well-formed and have this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{problem}");
        for field in ["type", "title", "detail"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {problem}");
        }
        problem
    }
}

/// A text field of a JSON value.
#[must_use]
#[track_caller]
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no text `{field}` in {value}"))
}

/// The id of a JSON value.
#[must_use]
#[track_caller]
pub fn id(value: &Value) -> &str {
    text(value, "id")
}
