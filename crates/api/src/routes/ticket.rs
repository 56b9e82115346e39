//! Tickets for WebSockets.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use switchyard_domain::Role;

use crate::error::ApiResult;
use crate::extract::Caller;
use crate::state::ApiState;
use crate::table::{Authority, Rate, Route};
use crate::wire::ticket::Ticket;

pub(super) fn routes() -> Vec<Route> {
    let viewer = Authority::Role(Role::Viewer);
    vec![
        Route::new(Method::POST, "/api/auth/tickets", viewer, Rate::Auth, "ticket.create", create)
            .summary(
                "A ticket that opens one WebSocket within 30 seconds, and ends with what it was made with",
            )
            .reply::<Ticket>(201),
    ]
}

async fn create(State(state): State<ApiState>, caller: Caller) -> ApiResult<(StatusCode, Json<Ticket>)> {
    let door = state.auth.hosted()?;
    let (ticket, expires_at) = door.ticket(&caller.scope, caller.voucher, state.app.now())?;
    Ok((StatusCode::CREATED, Json(Ticket { ticket, expires_at: expires_at.into() })))
}
