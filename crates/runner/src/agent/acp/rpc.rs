//! JSON-RPC 2.0, one message a line.
//!
//! The protocol's own crate brings a connection too, but that queues without bounds and stops at the first line that is
//! no message. An agent that floods or prints garbage is ordinary here, so only its types are used.

use std::borrow::Cow;

use agent_client_protocol::v1::schema::{Error, RequestId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A message from the agent.
pub(super) enum Frame<'a> {
    /// The agent wants an answer.
    Request(RequestId, Cow<'a, str>, Option<&'a RawValue>),
    /// The agent tells something.
    Notification(Cow<'a, str>, Option<&'a RawValue>),
    /// The agent answers.
    Response(i64, Result<Option<Box<RawValue>>, Error>),
}

#[derive(Deserialize)]
struct Raw<'a> {
    id: Option<RequestId>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error: Option<Error>,
}

/// Reads a line; `None` when it is no message.
pub(super) fn parse(line: &[u8]) -> Option<Frame<'_>> {
    let Raw { id, method, params, result, error } = serde_json::from_slice(line).ok()?;
    match (id, method) {
        (Some(id), Some(method)) => Some(Frame::Request(id, method, params)),
        (None, Some(method)) => Some(Frame::Notification(method, params)),
        (Some(RequestId::Number(id)), None) => {
            let answer = error.map_or_else(|| Ok(result.map(ToOwned::to_owned)), Err);
            Some(Frame::Response(id, answer))
        }
        _ => None,
    }
}

#[derive(Serialize)]
struct Request<'a, P> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    method: &'a str,
    params: &'a P,
}

#[derive(Serialize)]
struct Response<'a, R> {
    jsonrpc: &'static str,
    id: &'a RequestId,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error>,
}

/// A request, or without `id` a notification, as a line.
pub(super) fn request(id: Option<i64>, method: &str, params: &impl Serialize) -> Vec<u8> {
    line(&Request { jsonrpc: "2.0", id, method, params })
}

/// An answer as a line.
pub(super) fn response(id: &RequestId, answer: Result<impl Serialize, Error>) -> Vec<u8> {
    let (result, error) = match answer {
        Ok(result) => (Some(result), None),
        Err(error) => (None, Some(error)),
    };
    line(&Response { jsonrpc: "2.0", id, result, error })
}

fn line(message: &impl Serialize) -> Vec<u8> {
    // The protocol's types are made of text and numbers: there is always a JSON form.
    let mut line = serde_json::to_vec(message).unwrap_or_default();
    line.push(b'\n');
    line
}
