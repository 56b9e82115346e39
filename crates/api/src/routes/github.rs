//! Signing in with GitHub: the browser goes there, and comes back.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse;
use switchyard_domain::Error;
use switchyard_domain::login::LoginMethod;

use super::sign_in;
use crate::auth::{CALLBACK, CameBack, Hosted};
use crate::error::ApiResult;
use crate::extract::Params;
use crate::state::ApiState;
use crate::table::{Authority, Rate, Route};
use crate::wire::person::{CallbackQuery, SignInQuery};

/// What the sign-in page can explain.
const EXPLAINED: [&str; 5] =
    ["oauth_denied", "oauth_failed", "state_invalid", "organisation_required", "user_disabled"];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/auth/login", Authority::Anyone, Rate::Auth, "login.leave", leave)
            .summary("Sends a browser to GitHub to sign in there")
            .query::<SignInQuery>()
            .reply_empty(303),
        Route::new(Method::GET, CALLBACK, Authority::Anyone, Rate::Auth, "login.return", come_back)
            .summary("Where GitHub sends a browser back to: signs in, or says at the sign-in page why not")
            .query::<CallbackQuery>()
            .reply_empty(303),
    ]
}

async fn leave(
    State(state): State<ApiState>,
    Params(query): Params<SignInQuery>,
) -> ApiResult<impl IntoResponse> {
    let sent = state.auth.hosted()?.send_away(query.next.as_deref(), state.app.now())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, sent.address)], [(header::SET_COOKIE, sent.cookie)]))
}

async fn come_back(State(state): State<ApiState>, parts: Parts) -> ApiResult<impl IntoResponse> {
    let door = state.auth.hosted()?;
    let CameBack { next, user } = door.welcome_back(&state.app, &parts).await?;
    let let_in = match user {
        Ok(user) => sign_in::start(&state, door, &parts, (LoginMethod::Github, None), user.id).await,
        Err(refused) => Err(refused),
    };
    let (place, login) = match let_in {
        Ok(let_in) => (next.as_str().to_owned(), Some(door.login_cookie(&let_in.secret)?)),
        Err(refused) => (refusal(&refused, next.as_str()), None),
    };
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, place)], cookies(door, login)?))
}

/// The cookies of an answer: what the browser kept of the sign-in is gone, whatever came of it.
fn cookies(door: &Hosted, login: Option<HeaderValue>) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.append(header::SET_COOKIE, door.no_sign_in_cookie()?);
    if let Some(login) = login {
        headers.append(header::SET_COOKIE, login);
    }
    Ok(headers)
}

/// The page that says why somebody was not signed in, and from which they can try again.
fn refusal(refused: &Error, next: &str) -> String {
    tracing::warn!(error = ?refused, security_event = true, "a sign-in with GitHub came to nothing");
    let code = EXPLAINED.into_iter().find(|code| *code == refused.code).unwrap_or("oauth_failed");
    let query = serde_urlencoded::to_string([("error", code), ("next", next)]).unwrap_or_default();
    format!("/sign-in?{query}")
}
