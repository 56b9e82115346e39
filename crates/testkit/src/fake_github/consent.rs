//! The page on which people say whether an app may know who they are.

use axum::extract::{RawQuery, State as Extracted};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::{CLIENT_ID, Code, Shared, State, fresh};

/// Why the page does not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Something is missing, twice, or unknown.
    Malformed,
    /// No such app.
    App,
    /// The app is not registered to be returned to there.
    Redirect,
    /// A challenge that is none.
    Challenge,
    /// Nobody is signed in.
    Nobody,
}

/// What a browser was sent with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    code_challenge: String,
    code_challenge_method: String,
    /// The button that was pressed.
    #[serde(default)]
    answer: String,
}

pub(super) fn read(query: &str) -> Result<Wanted, Refusal> {
    serde_urlencoded::from_str(query).map_err(|_| Refusal::Malformed)
}

fn check(state: &State, wanted: &Wanted) -> Result<(), Refusal> {
    if wanted.client_id != CLIENT_ID {
        return Err(Refusal::App);
    }
    if wanted.redirect_uri != state.callback {
        return Err(Refusal::Redirect);
    }
    if wanted.code_challenge_method != "S256" || wanted.code_challenge.len() != 43 {
        return Err(Refusal::Challenge);
    }
    Ok(())
}

/// Gives out a code, and says where to bring it.
pub(super) fn grant(state: &mut State, wanted: &Wanted, issuer: &str) -> Result<String, Refusal> {
    check(state, wanted)?;
    let account = state.account.clone().ok_or(Refusal::Nobody)?;
    let code = fresh("");
    let given = Code {
        account,
        challenge: wanted.code_challenge.clone(),
        redirect: wanted.redirect_uri.clone(),
        scopes: wanted.scope.split_whitespace().map(str::to_owned).collect(),
    };
    state.codes.insert(code.clone(), given);
    let issuer = format!("{issuer}/login/oauth");
    Ok(back(wanted, &[("code", &code), ("iss", &issuer)]))
}

fn back(wanted: &Wanted, brought: &[(&str, &str)]) -> String {
    let state = [("state", wanted.state.as_str())];
    let query = serde_urlencoded::to_string([brought, &state].concat()).expect("a query");
    format!("{}?{query}", wanted.redirect_uri)
}

/// Asks.
pub(super) async fn show(Extracted(shared): Extracted<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let state = shared.lock();
    let wanted = match read(&query).and_then(|wanted| check(&state, &wanted).map(|()| wanted)) {
        Ok(wanted) => wanted,
        Err(refusal) => return (StatusCode::NOT_FOUND, format!("{refusal:?}")).into_response(),
    };
    let who = state.account.as_ref().map(|account| account.user["login"].to_string()).unwrap_or_default();
    let scope = wanted.scope;
    Html(format!(
        "<!doctype html><html lang=en><title>Authorize</title><h1>Authorize Switchyard as {who}</h1><p>{scope}</p>
         <form method=post action=\"/login/oauth/authorize?{query}\">
         <button name=answer value=yes>Authorize</button> <button name=answer value=no>Cancel</button></form>"
    ))
    .into_response()
}

/// Takes the answer, and sends the browser back.
pub(super) async fn give(
    Extracted(shared): Extracted<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    pressed: String,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let both = format!("{}&{pressed}", query.unwrap_or_default());
    let mut state = shared.lock();
    let place = read(&both).and_then(|wanted| match wanted.answer.as_str() {
        "yes" => grant(&mut state, &wanted, &format!("http://{host}")),
        _ => check(&state, &wanted).map(|()| back(&wanted, &[("error", "access_denied")])),
    });
    match place {
        Ok(place) => (StatusCode::FOUND, [(header::LOCATION, place)]).into_response(),
        Err(refusal) => (StatusCode::NOT_FOUND, format!("{refusal:?}")).into_response(),
    }
}
