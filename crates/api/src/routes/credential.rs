//! The caller's credentials for agents.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};

use crate::error::ApiResult;
use crate::extract::{Caller, Id, Input};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::credential::{Credentials, PutCredential};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/credentials", "credential.list", list)
            .summary("Names of the credentials that your agents get, and where they are kept")
            .reply::<Credentials>(200),
        Route::write(Method::PUT, "/api/credentials/{name}", "credential.put", put)
            .summary("Keeps a credential, for the agents that you start from now on")
            .body::<PutCredential>()
            .reply_empty(204),
        Route::write(Method::DELETE, "/api/credentials/{name}", "credential.remove", remove)
            .summary("Forgets a credential")
            .reply_empty(204),
    ]
}

async fn list(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Credentials>> {
    Ok(Json(state.app.credentials(&caller.scope).await?.into()))
}

async fn put(
    State(state): State<ApiState>,
    caller: Caller,
    Id(name): Id<String>,
    Input(body): Input<PutCredential>,
) -> ApiResult<StatusCode> {
    state.app.put_credential(&caller.act(&state.app), &name, &body.value).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Id(name): Id<String>,
) -> ApiResult<StatusCode> {
    state.app.remove_credential(&caller.act(&state.app), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
