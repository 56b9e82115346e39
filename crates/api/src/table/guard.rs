//! The guard before every row: who calls, and may they.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use switchyard_domain::{Error, ErrorKind, Result, Role, Scope};

use super::{Authority, Rate};
use crate::auth::Identified;
use crate::error::ApiError;
use crate::extract::{Caller, idempotency_key};
use crate::state::ApiState;

/// What the guard must know of a row.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) action: &'static str,
    pub(super) authority: Authority,
    pub(super) rate: Rate,
    pub(super) websocket: bool,
}

/// The name of the row's act and who it was, left on the response for the log.
#[derive(Clone, Copy)]
pub(crate) struct Attribution {
    pub(crate) action: &'static str,
    pub(crate) scope: Option<Scope>,
}

/// Lets a request through to its handler, or answers in its stead.
pub(super) async fn admit(
    State((state, facts)): State<(ApiState, Facts)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let admitted = authorise(&state, facts, &parts).await;
    let (mut response, scope) = match admitted {
        Ok(caller) => {
            let scope = caller.as_ref().map(|caller| caller.scope);
            parts.extensions.extend(caller.map(into_extensions).unwrap_or_default());
            (run(next, Request::from_parts(parts, body)).await, scope)
        }
        Err(refused) => (ApiError::from(refused).into_response(), None),
    };
    response.extensions_mut().insert(Attribution { action: facts.action, scope });
    response
}

/// Runs the handler. One that writes goes to its end though its client goes away: cut short between two steps it would
/// leave a workspace half merged or half restored until the next start.
async fn run(next: Next, request: Request) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(panicked) => ApiError::from(Error::internal(panicked)).into_response(),
    }
}

fn into_extensions(caller: Caller) -> axum::http::Extensions {
    let mut extensions = axum::http::Extensions::new();
    extensions.insert(caller);
    extensions
}

async fn authorise(
    state: &ApiState,
    facts: Facts,
    parts: &axum::http::request::Parts,
) -> Result<Option<Caller>> {
    let (app, door) = (&state.app, &state.auth);
    let (needed, guests): (Role, bool) = match facts.authority {
        Authority::Anyone => return door.admit_stranger(app, facts.rate, parts).await.map(|()| None),
        Authority::OwnPage => {
            door.require_own_origin(&parts.headers)?;
            return door.admit_stranger(app, facts.rate, parts).await.map(|()| None);
        }
        Authority::Guest => (Role::Viewer, door.has_guests()),
        Authority::Role(role) => (role, false),
    };
    let authenticated = if facts.websocket {
        door.authenticate_stream(app, parts).await
    } else {
        door.authenticate(app, parts).await.map(|known| (known, false))
    };
    let (known, by_ticket) = match authenticated {
        Ok(known) => known,
        Err(stranger) if stranger.kind == ErrorKind::Unauthenticated => {
            // Whoever shows what is not good, too: each look costs a question to the database.
            door.admit_stranger(app, facts.rate, parts).await?;
            return if guests { Ok(None) } else { Err(stranger) };
        }
        Err(refused) => return Err(refused),
    };
    let scope = known.scope;
    // Before the refusal, which is written down each time.
    door.admit_user(app, facts.rate, scope.user()).await?;
    if let Err(refused) = scope.require(needed) {
        state.app.audit_refusal(&scope, facts.action, refused.code).await?;
        return Err(refused);
    }
    let idempotency_key = idempotency_key(&parts.headers)?;
    let Identified { scope, voucher } = known;
    let (login, by_key) = (voucher.login, voucher.key.is_some());
    Ok(Some(Caller { scope, login, by_key, voucher, by_ticket, action: facts.action, idempotency_key }))
}
