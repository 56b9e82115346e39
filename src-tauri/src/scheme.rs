//! `app://localhost`: page and API from the core's router, without a port.

use switchyard_core::WINDOW_ORIGIN;
use tauri::http::{Request, Response, StatusCode};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use crate::running::Starting;
use crate::window::LABEL;

/// The scheme's name.
pub(crate) const SCHEME: &str = "app";

/// Whether an address is of our own page. Windows' web view knows no schemes but HTTP's.
pub(crate) fn is_own(url: &tauri::Url) -> bool {
    let own = if cfg!(windows) { "http://app.localhost" } else { WINDOW_ORIGIN };
    let rest = url.as_str().strip_prefix(own);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// Answers what the page asks for.
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    if context.webview_label() != LABEL {
        return responder.respond(refusal(StatusCode::FORBIDDEN));
    }
    let starting = context.app_handle().state::<Starting>().inner().clone();
    tauri::async_runtime::spawn(async move {
        let answering =
            tauri::async_runtime::spawn(async move { starting.running().await.window.answer(request).await });
        match answering.await {
            Ok(response) => responder.respond(response.map(Vec::from)),
            // A handler that panicked must not leave the page waiting for ever.
            Err(error) => {
                tracing::error!(%error, "a request was not answered");
                responder.respond(refusal(StatusCode::INTERNAL_SERVER_ERROR));
            }
        }
    });
}

fn refusal(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(windows))]
    fn only_our_own_page_is_our_own() {
        for own in ["app://localhost/", "app://localhost/projects/1?x#y", "app://localhost"] {
            assert!(is_own(&own.parse().unwrap()), "{own}");
        }
        for foreign in ["app://localhost.evil/", "app://other/", "http://localhost/", "file:///etc/passwd"] {
            assert!(!is_own(&foreign.parse().unwrap()), "{foreign}");
        }
    }
}
