//! The UI's files. Unknown paths answer with the page itself, whose router knows them.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::auth::Door;
use crate::error::ApiError;
use crate::state::ApiState;
use switchyard_domain::Error;

/// A file of the UI.
pub struct Asset {
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
    /// Changes whenever the bytes do.
    pub etag: String,
}

/// Where the UI's files come from.
pub trait Assets: Send + Sync {
    /// The file at `path` (no leading slash), if there is one.
    fn get(&self, path: &str) -> Option<Asset>;
}

/// The page may load scripts and styles from here alone, and be framed by nobody. What it may connect to and show
/// pictures from, the door says.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// The policy of the page. Pictures of people come straight from the one site that vouches for them, without a referrer.
/// Fetching them ourselves would spare that site the viewers' addresses, and have the server ask for addresses that
/// somebody else wrote.
fn content_security_policy(door: &Door) -> String {
    let pictures = door.shows_pictures_from().iter().map(|origin| format!(" {origin}")).collect::<String>();
    let connects = door.connects_to();
    format!("{CONTENT_SECURITY_POLICY}; img-src 'self' data: blob:{pictures}; connect-src {connects}")
}

pub(crate) async fn serve(
    State(state): State<ApiState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET && method != Method::HEAD || uri.path().starts_with("/api/") {
        return ApiError::from(Error::not_found()).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let (path, asset) = match state.assets.get(path).filter(|_| !path.is_empty()) {
        Some(asset) => (path, asset),
        None if path.starts_with("assets/") => return StatusCode::NOT_FOUND.into_response(),
        None => match state.assets.get("index.html") {
            Some(asset) => ("index.html", asset),
            None => return missing_ui(),
        },
    };
    let etag = format!("\"{}\"", asset.etag);
    let fresh = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(asset.bytes.into_owned()))
    };
    let headers = response.headers_mut();
    // The bundler puts a hash of the content into the names below `assets/`.
    let caching =
        if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(policy) = HeaderValue::try_from(content_security_policy(&state.auth)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

fn missing_ui() -> Response {
    let text =
        "The user interface was not built into this program. Run `cargo xtask run`, which builds it.\n";
    (StatusCode::NOT_FOUND, text).into_response()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
