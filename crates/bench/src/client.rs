//! A connection to the server that is kept alive, as a browser keeps its own.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, IF_MATCH};
use hyper::http::request::Builder;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::failure::{Failure, Result, told};

/// One connection, one request at a time.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    bearer: String,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Connection {
    /// Connects to a port of this machine.
    pub(crate) async fn open(port: u16, token: &str) -> Result<Self> {
        let stream = told("connect", TcpStream::connect(("127.0.0.1", port)).await)?;
        told("set TCP_NODELAY", stream.set_nodelay(true))?;
        let (sender, connection) = told("speak HTTP", handshake(TokioIo::new(stream)).await)?;
        // Ends with the connection; an error of it shows at the next request.
        tokio::spawn(connection);
        Ok(Self { sender, host: format!("127.0.0.1:{port}"), bearer: format!("Bearer {token}") })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let request = Request::builder().method(method).uri(path);
        self.exchange(path, request, body).await
    }

    async fn exchange(&mut self, path: &str, request: Builder, body: Option<&Value>) -> Result<Answer> {
        let request = request
            .header(HOST, &self.host)
            .header(AUTHORIZATION, &self.bearer)
            .header(CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let request = told("make a request", request.body(Full::new(body)))?;
        told(path, self.sender.ready().await)?;
        let answer = told(path, self.sender.send_request(request).await)?;
        let status = answer.status().as_u16();
        let body = told(path, answer.into_body().collect().await)?.to_bytes();
        Ok(Answer { status, body })
    }

    /// Reads a resource.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Value> {
        let answer = self.send(Method::GET, path, None).await?;
        answer.expect_success(path)
    }

    /// Posts and reads the answer.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.send(Method::POST, path, Some(body)).await?;
        answer.expect_success(path)
    }

    /// Changes a resource in that version, and reads what became of it.
    pub(crate) async fn patch(&mut self, path: &str, version: i64, body: &Value) -> Result<Value> {
        let request = Request::builder().method(Method::PATCH).uri(path);
        let request = request.header(IF_MATCH, format!("\"{version}\""));
        self.exchange(path, request, Some(body)).await?.expect_success(path)
    }

    /// Deletes a resource in that version.
    pub(crate) async fn delete(&mut self, path: &str, version: i64) -> Result<()> {
        let request = Request::builder().method(Method::DELETE).uri(path);
        let request = request.header(IF_MATCH, format!("\"{version}\""));
        self.exchange(path, request, None).await?.expect_success(path).map(drop)
    }
}

impl Answer {
    fn expect_success(&self, path: &str) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            let said = String::from_utf8_lossy(&self.body);
            return Err(Failure::new(format!("{path} answered {}: {said}", self.status)));
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        told("read JSON", serde_json::from_slice(&self.body))
    }
}

/// A text field of an answer.
pub(crate) fn text(value: &Value, field: &str) -> Result<String> {
    let text = value[field].as_str().map(str::to_owned);
    text.ok_or_else(|| Failure::new(format!("an answer has no text `{field}`: {value}")))
}
