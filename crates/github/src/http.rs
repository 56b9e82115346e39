//! Speaking HTTP with GitHub: every answer is bounded, in time and in size, and no redirect is followed, so that a token
//! goes where it was meant to and nowhere else.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use switchyard_domain::credential::Secret;
use switchyard_domain::{Error, Result};

use super::failed;

/// How long a connection may take to come about.
const CONNECT_PATIENCE: Duration = Duration::from_secs(3);
/// How long an answer may take.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer that is read, in bytes; those that we ask for have some thousand.
const LARGEST_ANSWER: usize = 256 * 1024;

/// The client.
pub(super) struct Http(Client);

/// An answer, with its whole body.
pub(super) struct Answer {
    status: StatusCode,
    is_json: bool,
    body: Vec<u8>,
}

impl Http {
    pub(super) fn new() -> Result<Self> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static("switchyard"));
        let client = Client::builder()
            .default_headers(headers)
            .redirect(Policy::none())
            .connect_timeout(CONNECT_PATIENCE)
            .timeout(ANSWER_PATIENCE)
            .build();
        Ok(Self(client.map_err(Error::internal)?))
    }

    /// Sends a form, and asks for JSON.
    pub(super) async fn send_form(&self, address: Url, form: &impl Serialize) -> Result<Answer> {
        answer(self.0.post(address).header(ACCEPT, "application/json").form(form)).await
    }

    /// Reads from the REST interface as whoever the token is of.
    pub(super) async fn read(&self, address: Url, token: &Secret) -> Result<Answer> {
        let request = self.0.get(address).bearer_auth(token.reveal());
        let request = request.header(ACCEPT, "application/vnd.github+json");
        answer(request.header("x-github-api-version", "2022-11-28")).await
    }
}

async fn answer(request: RequestBuilder) -> Result<Answer> {
    let unreachable = |error: reqwest::Error| failed(error.without_url());
    let mut response = request.send().await.map_err(unreachable)?;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json =
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unreachable)? {
        if body.len() + piece.len() > LARGEST_ANSWER {
            return Err(failed("an answer that is too large"));
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer { status: response.status(), is_json, body })
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body of a success.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        if !self.is_success() || !self.is_json {
            let kind = if self.is_json { "JSON" } else { "no JSON" };
            return Err(failed(format!("an answer with status {} and {kind}", self.status)));
        }
        // Where it went wrong, and not what stood there.
        serde_json::from_slice(&self.body).map_err(|error| {
            failed(format!("an answer that does not fit, at line {} column {}", error.line(), error.column()))
        })
    }
}
