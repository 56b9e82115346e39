//! The caller's own logins.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use switchyard_domain::{LoginId, Role};
use uuid::Uuid;

use crate::error::ApiResult;
use crate::extract::{Caller, Id};
use crate::state::ApiState;
use crate::table::{Authority, Rate, Route};
use crate::wire::Page;
use crate::wire::person::{EndedLogins, Login};

pub(super) fn routes() -> Vec<Route> {
    let viewer = Authority::Role(Role::Viewer);
    vec![
        Route::read("/api/auth/logins", "login.list", list)
            .summary("Where you are signed in, the last used first")
            .reply_page::<Login>(),
        Route::new(Method::DELETE, "/api/auth/logins/{id}", viewer, Rate::Default, "login.end_one", end)
            .summary("Signs you out there")
            .reply_empty(204),
        Route::new(Method::DELETE, "/api/auth/logins", viewer, Rate::Default, "login.end_others", end_others)
            .summary("Signs you out everywhere but here")
            .reply::<EndedLogins>(200),
    ]
}

async fn list(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Page<Login>>> {
    caller.require_person()?;
    state.auth.hosted()?;
    let logins = state.app.logins(caller.scope.user()).await?;
    let items = logins.into_iter().map(|login| Login::seen_from(login, caller.login)).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

async fn end(State(state): State<ApiState>, caller: Caller, Id(id): Id<Uuid>) -> ApiResult<StatusCode> {
    caller.require_person()?;
    state.auth.hosted()?;
    state.app.end_login(caller.scope.user(), LoginId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end_others(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<EndedLogins>> {
    caller.require_person()?;
    state.auth.hosted()?;
    let ended = state.app.end_logins(caller.scope.user(), caller.login).await?;
    Ok(Json(EndedLogins { ended }))
}
