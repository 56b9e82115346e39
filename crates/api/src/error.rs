//! Errors as RFC 9457 problem details.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use switchyard_domain::{Error, ErrorKind};
use utoipa::ToSchema;

use crate::wire::diff::Conflict;

/// What a handler answers when it cannot do what was asked.
pub(crate) struct ApiError {
    error: Box<Error>,
    current: Option<serde_json::Value>,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self { error: Box::new(error), current: None }
    }
}

impl ApiError {
    /// Attaches the resource as it is now to a refusal for staleness.
    pub(crate) fn with_current(mut self, current: impl Serialize) -> Self {
        self.current = serde_json::to_value(current).ok();
        self
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.error.kind == ErrorKind::Stale
    }
}

/// An error, as RFC 9457 has it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Identifies the kind of problem; `about:blank` where the status says it all.
    #[serde(rename = "type")]
    type_: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// Stable and machine-readable.
    code: String,
    /// What happened and what to do, for people.
    detail: String,
    /// Found in the log and in the `x-request-id` header.
    request_id: String,
    /// Where the caller's version is stale: the resource as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<serde_json::Value>,
    /// Where a merge failed: what conflicts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    conflicts: Vec<Conflict>,
    /// Where the request breaks a rule: which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
}

/// What is wrong with a field of a request.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Its name; dots between levels.
    field: String,
    /// What is wrong and what is right.
    message: String,
}

fn status(error: &Error) -> StatusCode {
    match error.kind {
        // A token that says too little is not a field of the request (ID-2).
        ErrorKind::Invalid if error.code == "claim_missing" => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Conflict | ErrorKind::Stale => StatusCode::CONFLICT,
        ErrorKind::VersionRequired => StatusCode::PRECONDITION_REQUIRED,
        ErrorKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A failed response whose body is written by [`finish`], which knows the request's id.
#[derive(Clone)]
struct Unwritten(std::sync::Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = status(&self.error).into_response();
        response.extensions_mut().insert(Unwritten(std::sync::Arc::new(self)));
        response
    }
}

/// What the framework refused before a handler saw it: a method that the route lacks, a WebSocket route asked plainly.
fn refusal_of_framework(status: StatusCode) -> Option<Problem> {
    let (code, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method_not_allowed", "Use one of the methods that the header `Allow` names.")
        }
        StatusCode::BAD_REQUEST | StatusCode::UPGRADE_REQUIRED => {
            ("websocket_required", "This is a WebSocket: connect to it as one, in version 13.")
        }
        _ => return None,
    };
    Some(Problem {
        type_: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code: code.to_owned(),
        detail: detail.to_owned(),
        request_id: String::new(),
        current: None,
        conflicts: Vec::new(),
        errors: Vec::new(),
    })
}

/// Writes the body of a failed response and logs what only the log may know.
pub(crate) fn finish(mut response: Response, request_id: &str, action: &str) -> Response {
    let Some(Unwritten(failed)) = response.extensions_mut().remove::<Unwritten>() else {
        return match refusal_of_framework(response.status()) {
            Some(problem) => written(response, Problem { request_id: request_id.to_owned(), ..problem }),
            None => response,
        };
    };
    let error = &failed.error;
    let status = status(error);
    if status.is_server_error() {
        tracing::error!(request_id, action, ?error, "request failed");
    } else if matches!(error.kind, ErrorKind::Unauthenticated | ErrorKind::Forbidden) {
        tracing::warn!(request_id, action, code = error.code, security_event = true, "request refused");
    }
    let field_error =
        error.field.map(|field| FieldError { field: field.to_owned(), message: error.message.to_string() });
    let problem = Problem {
        type_: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code: error.code.to_owned(),
        detail: error.message.to_string(),
        request_id: request_id.to_owned(),
        current: failed.current.clone(),
        conflicts: error.conflicts.iter().cloned().map(Conflict::from).collect(),
        errors: field_error.into_iter().collect(),
    };
    if let Some(wait) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    written(response, problem)
}

fn written(mut response: Response, problem: Problem) -> Response {
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    *response.body_mut() = Body::from(body);
    response
}
