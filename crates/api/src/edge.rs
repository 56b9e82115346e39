//! The outermost layer: addresses, request ids, the access log and the headers that every answer carries.

use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::error::{ApiError, finish};
use crate::state::ApiState;
use crate::table::{Attribution, mount};
use crate::{assets, routes};

/// Largest request body, in bytes.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// All that the server answers to.
pub fn router(state: ApiState) -> Router {
    mount(routes::all(), &state)
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(state.clone(), edge))
        .with_state(state)
}

async fn edge(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = match state.auth.check_address(&path, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => ApiError::from(refused).into_response(),
    };
    let attribution = response.extensions().get::<Attribution>().copied();
    let action = attribution.map_or("page", |attribution| attribution.action);
    let mut response = finish(response, &request_id, action);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if action != "page" && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let (scope, took) = (attribution.and_then(|attribution| attribution.scope), started.elapsed());
    state.metrics.answered(action, response.status(), took);
    tracing::debug!(
        request_id,
        action,
        %method,
        path,
        status = response.status().as_u16(),
        user = scope.map(|scope| scope.user().to_string()),
        organisation = scope.map(|scope| scope.org().to_string()),
        micros = took.as_micros() as u64,
        "request"
    );
    response
}
