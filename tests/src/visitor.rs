//! Somebody at a hosted instance.

use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, IF_MATCH, ORIGIN};
use serde_json::Value;

use crate::canaries::Canaries;
use crate::client::{Answer, Client, Method, request};
use crate::socket::Socket;

/// A browser, script or program, with what it shows.
#[derive(Clone)]
pub struct Visitor {
    pub(crate) client: Client,
    pub(crate) host: String,
    pub(crate) credential: Option<(&'static str, String)>,
    pub(crate) canaries: Canaries,
}

impl Visitor {
    /// The same with a bearer token instead.
    #[must_use]
    pub fn bearing(&self, token: &str) -> Self {
        self.canaries.note("a bearer token", token);
        Self { credential: Some((AUTHORIZATION.as_str(), format!("Bearer {token}"))), ..self.clone() }
    }

    /// The same with the cookie that this answer set.
    #[must_use]
    pub fn with_cookie_of(&self, answer: &Answer) -> Self {
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let secret = cookie.strip_prefix("__Host-switchyard=").expect("a cookie is set");
        self.canaries.note("a cookie", secret);
        Self { credential: Some((COOKIE.as_str(), cookie)), ..self.clone() }
    }

    /// The same with this cookie instead, as `name=value`.
    #[must_use]
    pub fn showing_cookie(&self, cookie: &str) -> Self {
        Self { credential: Some((COOKIE.as_str(), cookie.to_owned())), ..self.clone() }
    }

    /// The same at another server.
    #[must_use]
    pub fn at(&self, port: u16) -> Self {
        Self { client: Client::new(port, ""), ..self.clone() }
    }

    /// What is shown, as a header.
    #[must_use]
    pub fn credential(&self) -> Option<(&'static str, &str)> {
        self.credential.as_ref().map(|(name, value)| (*name, value.as_str()))
    }

    /// Opens a WebSocket, as the instance's own page does.
    pub async fn open(&self, path: &str) -> Socket {
        self.try_open(path).await.unwrap_or_else(|status| panic!("{path} answered {status}"))
    }

    /// The same, where it may be refused.
    ///
    /// # Errors
    /// The HTTP status with which the server refused.
    pub async fn try_open(&self, path: &str) -> Result<Socket, u16> {
        let origin = format!("http://{}", self.host);
        let mut headers = vec![(HOST.as_str(), self.host.as_str()), (ORIGIN.as_str(), &origin)];
        headers.extend(self.credential());
        Socket::try_open(&self.client, path, &headers).await
    }

    /// The port of the server that is asked.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.client.port()
    }

    /// The name that the instance goes by.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Asks, as the instance's own page does.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let origin = format!("http://{}", self.host);
        let mut headers = vec![(HOST.as_str(), self.host.as_str()), (ORIGIN.as_str(), &origin)];
        headers.extend(self.credential());
        self.send(method, path, &headers, body).await
    }

    /// Asks with these headers and no others.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut all = headers.to_vec();
        if body.is_some() {
            all.push((CONTENT_TYPE.as_str(), "application/json"));
        }
        let what = format!("{method} {path}");
        if let Some(body) = &body {
            self.canaries.note_body(path, body);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = self.client.send(request(method, path, &all, &body)).await;
        let answer = answer.unwrap_or_else(|error| panic!("{what}: {error}"));
        self.canaries.judge(&what, &answer);
        if let Ok(told) = serde_json::from_slice(&answer.body) {
            self.canaries.note_body(path, &told);
        }
        answer
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// Posts.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Changes what was seen in `version`.
    pub async fn patch(&self, path: &str, version: i64, body: Value) -> Answer {
        self.versioned(Method::PATCH, path, version, Some(body)).await
    }

    /// Deletes what was seen in `version`.
    pub async fn delete_seen(&self, path: &str, version: i64) -> Answer {
        self.versioned(Method::DELETE, path, version, None).await
    }

    async fn versioned(&self, method: Method, path: &str, version: i64, body: Option<Value>) -> Answer {
        let (origin, version) = (format!("http://{}", self.host), format!("\"{version}\""));
        let mut headers = vec![(HOST.as_str(), self.host.as_str()), (ORIGIN.as_str(), &origin)];
        headers.push((IF_MATCH.as_str(), &version));
        headers.extend(self.credential());
        self.send(method, path, &headers, body).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }
}
