//! What the instance says of itself.

use axum::Json;
use axum::extract::State;
use axum::http::Method;

use crate::error::{ApiError, ApiResult};
use crate::extract::Caller;
use crate::state::ApiState;
use crate::table::{Authority, Rate, Route};
use crate::wire::info::{Features, Health, Info, Named};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/health", Authority::Anyone, Rate::Free, "instance.health", health)
            .summary("Whether the process is up")
            .reply::<Health>(200),
        Route::new(Method::GET, "/ready", Authority::Anyone, Rate::Free, "instance.ready", ready)
            .summary("Whether requests can be served")
            .reply::<Health>(200),
        Route::read("/api/info", "instance.info", info).summary("What the instance is").reply::<Info>(200),
    ]
}

async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

async fn ready(State(state): State<ApiState>) -> ApiResult<Json<Health>> {
    state.app.ping().await.map_err(ApiError::from)?;
    Ok(Json(Health { status: "ok" }))
}

async fn info(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Info>> {
    let instance = &state.instance;
    let organisation = state.app.organisation_name(&caller.scope).await?;
    Ok(Json(Info {
        name: "switchyard",
        version: instance.version,
        mode: instance.mode.as_str(),
        auth: Vec::new(),
        features: Features { local_repos: true, clone: false, terminals: true },
        user: Named { id: caller.scope.user().into(), name: instance.user_name.clone() },
        organisation: Named { id: caller.scope.org().into(), name: organisation },
        data_dir: Some(instance.data_dir.clone()),
        runner_problem: state.app.runner_trouble(&caller.scope),
    }))
}
