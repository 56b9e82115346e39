//! Signing in with a one-time code.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use switchyard_domain::Role;

use crate::error::ApiResult;
use crate::extract::{Caller, Input};
use crate::state::ApiState;
use crate::table::{Authority, Rate, Route};
use crate::wire::info::{Code, ExchangeCode};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/api/auth/exchange",
            Authority::OwnPage,
            Rate::Auth,
            "auth.exchange",
            exchange,
        )
        .summary("Turns a one-time code into a cookie")
        .body::<ExchangeCode>()
        .reply_empty(204),
        Route::new(
            Method::POST,
            "/api/auth/codes",
            Authority::Role(Role::Admin),
            Rate::Auth,
            "auth.new_code",
            new_code,
        )
        .summary("Makes a one-time code that lets one browser in")
        .reply::<Code>(201),
    ]
}

async fn exchange(
    State(state): State<ApiState>,
    Input(body): Input<ExchangeCode>,
) -> ApiResult<impl IntoResponse> {
    let cookie = state.auth.loopback()?.exchange(&body.code)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

async fn new_code(State(state): State<ApiState>, _: Caller) -> ApiResult<impl IntoResponse> {
    let code = state.auth.loopback()?.new_code()?;
    Ok((StatusCode::CREATED, Json(Code { code: code.reveal().to_owned() })))
}
