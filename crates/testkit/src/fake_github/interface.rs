//! What the app asks: a token for a code, and with it who somebody is.

use std::collections::HashMap;

use axum::extract::{Path, State as Extracted};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Account, CLIENT_ID, CLIENT_SECRET, Shared, TOKENS_BEGIN, fresh, json_answer};

/// A token for a code: once, to the app that it was given to, which knows what the challenge was made from. GitHub refuses
/// with status 200.
pub(super) async fn token(Extracted(shared): Extracted<Shared>, body: String) -> Response {
    if let Some(instead) = shared.instead("token").await {
        return instead;
    }
    let refused = |error: &str| json_answer(200, &json!({ "error": error, "error_description": "no" }));
    let Ok(form) = serde_urlencoded::from_str::<HashMap<String, String>>(&body) else {
        return refused("malformed");
    };
    let said = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if (said("client_id"), said("client_secret")) != (CLIENT_ID, CLIENT_SECRET) {
        return refused("incorrect_client_credentials");
    }
    let mut state = shared.lock();
    let Some(code) = state.codes.remove(said("code")) else { return refused("bad_verification_code") };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(said("code_verifier")));
    if challenge != code.challenge {
        return refused("bad_verification_code");
    }
    if said("redirect_uri") != code.redirect {
        return refused("redirect_uri_mismatch");
    }
    let (token, scope) = (fresh(TOKENS_BEGIN), code.scopes.join(","));
    state.tokens.insert(token.clone(), (code.account, code.scopes));
    json_answer(200, &json!({ "access_token": token, "token_type": "bearer", "scope": scope }))
}

/// Whose token a request carries, and what it may see.
fn holder(shared: &Shared, headers: &HeaderMap) -> Option<(Account, Vec<String>)> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    // GitHub's interface wants to know who asks.
    headers.get(header::USER_AGENT)?;
    shared.lock().tokens.get(shown).cloned()
}

fn unauthorised() -> Response {
    json_answer(401, &json!({ "message": "Bad credentials" }))
}

pub(super) async fn user(Extracted(shared): Extracted<Shared>, headers: HeaderMap) -> Response {
    if let Some(instead) = shared.instead("user").await {
        return instead;
    }
    holder(&shared, &headers).map_or_else(unauthorised, |(account, _)| json_answer(200, &account.user))
}

pub(super) async fn emails(Extracted(shared): Extracted<Shared>, headers: HeaderMap) -> Response {
    if let Some(instead) = shared.instead("emails").await {
        return instead;
    }
    match holder(&shared, &headers) {
        Some((account, scopes)) if scopes.iter().any(|scope| scope == "user:email") => {
            json_answer(200, &account.emails)
        }
        Some(_) => json_answer(404, &json!({ "message": "Not Found" })),
        None => unauthorised(),
    }
}

pub(super) async fn membership(
    Extracted(shared): Extracted<Shared>,
    Path(organisation): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Some(instead) = shared.instead("membership").await {
        return instead;
    }
    let Some((account, scopes)) = holder(&shared, &headers) else { return unauthorised() };
    if !scopes.iter().any(|scope| scope == "read:org") {
        return json_answer(403, &json!({ "message": "You must have the read:org scope." }));
    }
    match account.memberships.get(&organisation.to_lowercase()) {
        Some(membership) => json_answer(200, membership),
        None => json_answer(404, &json!({ "message": "Not Found" })),
    }
}
