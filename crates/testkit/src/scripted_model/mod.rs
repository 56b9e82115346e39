//! The scripted model: a server on 127.0.0.1 that real agents take for their model, and that needs no network.
//!
//! What it does stands in the person's prompt, in directives. It keeps nothing between requests: how far it is follows
//! from the number of tool results since the prompt.
//!
//! | directive | does |
//! |---|---|
//! | `[[say TEXT]]` `[[think TEXT]]` | speaks, thinks |
//! | `[[write PATH\|TEXT]]` `[[read PATH]]` `[[shell COMMAND]]` | calls the agent's own tool for it |
//! | `[[tool NAME\|JSON]]` | calls any tool |
//! | `[[sleep MS]]` `[[hang]]` | waits; for ever |
//! | `[[status CODE]]` | answers the request with this HTTP status |
//! | `[[echo-history]]` | says what the person asked before, one prompt a line |
//!
//! | path | protocol |
//! |---|---|
//! | `/v1/messages` | Anthropic Messages |
//! | `/v1/responses` | OpenAI Responses |
//! | `/v1/chat/completions` | OpenAI chat completions |
//! | `/v1beta/models/{model}:streamGenerateContent` | Gemini |
//!
//! All of them answer as a stream of server-sent events, and with 401 where the request carries no key.

mod anthropic;
mod chat;
mod gemini;
mod responses;
mod script;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::script::{Conversation, Part};

/// How a protocol tells an answer, event by event.
trait Dialect: Send + 'static {
    /// What comes first.
    fn begin(&mut self) -> String;
    /// A piece of the answer.
    fn part(&mut self, part: &Part) -> String;
    /// What comes last.
    fn end(&mut self) -> String;
}

/// A model that serves until it is dropped.
#[derive(Debug)]
pub struct ScriptedModel {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl ScriptedModel {
    /// Serves on a port that is free.
    ///
    /// # Panics
    /// When the loopback interface cannot be listened on.
    pub async fn start() -> Self {
        Self::start_on(0).await.expect("the loopback interface can be listened on")
    }

    /// Serves on this port.
    ///
    /// # Errors
    /// When it cannot be listened on.
    pub async fn start_on(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            // It ends with the process or the handle.
            let _ = axum::serve(listener, routes()).await;
        });
        Ok(Self { address, server })
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn routes() -> Router {
    Router::new()
        .route(
            "/v1/messages",
            post(|headers: HeaderMap, Json(body): Json<Value>| async move {
                answer(&headers, &anthropic::read(&body), anthropic::Messages::default())
            }),
        )
        .route("/v1/messages/count_tokens", post(|| async { Json(json!({ "input_tokens": 100 })) }))
        .route(
            "/v1/responses",
            post(|headers: HeaderMap, Json(body): Json<Value>| async move {
                answer(&headers, &responses::read(&body), responses::Responses::default())
            }),
        )
        .route(
            "/v1/chat/completions",
            post(|headers: HeaderMap, Json(body): Json<Value>| async move {
                answer(&headers, &chat::read(&body), chat::Completions::default())
            }),
        )
        .route(
            "/v1beta/models/{call}",
            post(|headers: HeaderMap, Json(body): Json<Value>| async move {
                answer(&headers, &gemini::read(&body), gemini::Generation)
            }),
        )
}

fn answer(headers: &HeaderMap, conversation: &Conversation, mut dialect: impl Dialect) -> Response {
    if !["authorization", "x-api-key", "x-goog-api-key"].iter().any(|name| headers.contains_key(*name)) {
        return refusal(StatusCode::UNAUTHORIZED, "The request carries no key.");
    }
    let parts = match script::next(conversation) {
        Ok(parts) => parts,
        Err(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return refusal(status, &format!("The script says to fail with status {}.", status.as_u16()));
        }
    };
    let first = dialect.begin();
    let rest =
        futures_util::stream::unfold((parts.into_iter(), Some(dialect)), |(mut parts, dialect)| async move {
            let mut dialect = dialect?;
            match parts.next() {
                Some(Part::Pause(pause)) => {
                    tokio::time::sleep(pause).await;
                    Some((String::new(), (parts, Some(dialect))))
                }
                Some(Part::Hang) => std::future::pending().await,
                Some(part) => Some((dialect.part(&part), (parts, Some(dialect)))),
                None => Some((dialect.end(), (parts, None))),
            }
        });
    let stream = futures_util::stream::once(async { first }).chain(rest).map(Ok::<_, Infallible>);
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(stream)).into_response()
}

/// An error that each of the protocols' clients understands.
fn refusal(status: StatusCode, message: &str) -> Response {
    let error =
        json!({"type": "scripted_error", "message": message, "code": status.as_u16(), "status": "SCRIPTED"});
    (status, Json(json!({"type": "error", "error": error}))).into_response()
}

/// A server-sent event, named where the protocol names them.
fn event(name: Option<&str>, data: &Value) -> String {
    name.map(|name| format!("event: {name}\n")).unwrap_or_default() + &format!("data: {data}\n\n")
}

/// Names of the tools in a request's list.
fn names(tools: &Value, name: impl Fn(&Value) -> &Value) -> Vec<String> {
    let tools = tools.as_array().into_iter().flatten();
    tools.filter_map(|tool| name(tool).as_str().map(str::to_owned)).collect()
}

/// An id that no other answer has: agents merge what has the same.
fn fresh_id(kind: &str) -> String {
    format!("{kind}_{}", uuid::Uuid::now_v7().simple())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
