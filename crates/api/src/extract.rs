//! What handlers take from a request. Every refusal is a problem that says what to do.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use switchyard_app::App;
use switchyard_domain::store::Act;
use switchyard_domain::{Error, ErrorKind, LoginId, Scope};

use crate::auth::Voucher;
use crate::error::ApiError;
use crate::state::ApiState;

/// Who calls, as the route's guard found out.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) scope: Scope,
    /// The login that they showed, where it was one.
    pub(crate) login: Option<LoginId>,
    /// Whether they showed an API key: a program's, and nobody in person.
    pub(crate) by_key: bool,
    /// What has to hold for them to stay let in.
    pub(crate) voucher: Voucher,
    /// Whether they showed a ticket, which cannot be looked at again.
    pub(crate) by_ticket: bool,
    pub(crate) action: &'static str,
    pub(crate) idempotency_key: Option<String>,
}

impl Caller {
    /// Refuses programs with an API key: what is about a person's account is for that person.
    pub(crate) fn require_person(&self) -> Result<(), Error> {
        if !self.by_key {
            return Ok(());
        }
        let text = "An API key cannot do this. Sign in and do it yourself.";
        Err(Error::new(ErrorKind::Forbidden, "person_required", text))
    }

    /// Refuses a key for certain projects: what is its maker's own has an effect in every project.
    pub(crate) fn require_all_projects(&self) -> Result<(), Error> {
        if self.scope.project_key().is_none() {
            return Ok(());
        }
        let text = "This API key is for certain projects alone, and cannot change what is its maker's own.";
        Err(Error::new(ErrorKind::Forbidden, "key_for_projects", text))
    }

    /// The write that this request is.
    pub(crate) fn act(&self, app: &App) -> Act {
        Act { idempotency_key: self.idempotency_key.clone(), ..app.act(self.scope, self.action) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let refusal = || Error::new(ErrorKind::Unauthenticated, "unauthenticated", "Sign in first.").into();
        parts.extensions.get::<Self>().cloned().ok_or_else(refusal)
    }
}

/// Who calls, where strangers may too.
pub(crate) struct Guest(pub(crate) Option<Caller>);

impl<S: Send + Sync> FromRequestParts<S> for Guest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(parts.extensions.get::<Caller>().cloned()))
    }
}

/// The key of a creating call, checked.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let fine = |key: &&str| (1..=200).contains(&key.len()) && key.chars().all(|c| c.is_ascii_graphic());
    match value.to_str().ok().filter(fine) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Error::invalid("Idempotency-Key", "A key has 1 to 200 visible ASCII characters.")),
    }
}

/// A JSON body.
pub(crate) struct Input<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<ApiState> for Input<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(bad_body(&rejection).into()),
        }
    }
}

fn bad_body(rejection: &JsonRejection) -> Error {
    match rejection {
        JsonRejection::JsonDataError(error) => Error::invalid("body", deepest(error)),
        JsonRejection::JsonSyntaxError(error) => Error::invalid("body", deepest(error)),
        JsonRejection::MissingJsonContentType(_) => {
            Error::invalid("body", "Send JSON, with the header `Content-Type: application/json`.")
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Error::invalid("body", "The request is too large; 4 MiB is the most.")
        }
        other => Error::invalid("body", other.body_text()),
    }
}

/// The message of what caused an error in the first place: the parser's, which names field and line.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    format!("The body does not fit: {cause}.")
}

/// Ids in the path. What is no id cannot exist, so it answers as what is absent.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<ApiState> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(Error::not_found().into()),
        }
    }
}

/// Parameters of the query string.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<ApiState> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Error::invalid("query", rejection.body_text()).into()),
        }
    }
}

/// The version that the caller saw, from `If-Match`; a body's `version` may stand in for it.
pub(crate) struct IfMatch(Option<i64>);

impl IfMatch {
    /// The version to check against.
    pub(crate) fn version(&self, in_body: Option<i64>) -> Result<i64, ApiError> {
        self.0.or(in_body).ok_or_else(|| {
            let text = "Say which version you saw: send its ETag as If-Match, or `version` in the body.";
            Error::new(ErrorKind::VersionRequired, "version_required", text).into()
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let version = value.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
        match version {
            Some(version) => Ok(Self(Some(version))),
            None => {
                Err(Error::invalid("If-Match", "If-Match holds one ETag as it was sent, such as \"3\".")
                    .into())
            }
        }
    }
}

/// A resource with its version as the ETag.
pub(crate) struct Versioned<T> {
    status: StatusCode,
    version: i64,
    body: T,
}

impl<T> Versioned<T> {
    /// The resource as it is.
    pub(crate) fn ok(version: i64, body: T) -> Self {
        Self { status: StatusCode::OK, version, body }
    }

    /// The resource that was made.
    pub(crate) fn created(version: i64, body: T) -> Self {
        Self { status: StatusCode::CREATED, version, body }
    }
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let etag = format!("\"{}\"", self.version);
        (self.status, [(header::ETAG, etag)], Json(self.body)).into_response()
    }
}
