//! What the instance says of itself.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use switchyard_domain::user::Registration;

use crate::error::{ApiError, ApiResult};
use crate::extract::{Caller, Guest};
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
        Route::new(Method::GET, "/api/info", Authority::Guest, Rate::Default, "instance.info", info)
            .summary("What the instance is, and how to sign in")
            .reply::<Info>(200),
    ]
}

async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

async fn ready(State(state): State<ApiState>) -> ApiResult<Json<Health>> {
    state.app.ping().await.map_err(ApiError::from)?;
    Ok(Json(Health { status: "ok" }))
}

async fn info(State(state): State<ApiState>, Guest(caller): Guest) -> ApiResult<Json<Info>> {
    let instance = &state.instance;
    let local = state.auth.loopback().is_ok();
    let (user, organisation) = match &caller {
        Some(caller) => {
            names(&state, caller).await.map(|(user, organisation)| (Some(user), Some(organisation)))?
        }
        None => (None, None),
    };
    let hosted = state.auth.hosted();
    Ok(Json(Info {
        name: "switchyard",
        version: instance.version,
        mode: instance.mode.as_str(),
        auth: hosted.as_ref().map(|hosted| hosted.methods()).unwrap_or_default(),
        features: Features {
            local_repos: local,
            clone: true,
            terminals: true,
            registration: hosted.map_or(Registration::Closed, |hosted| hosted.registration).into(),
        },
        user,
        organisation,
        data_dir: instance.data_dir.clone(),
        runner_problem: caller.and_then(|caller| state.app.runner_trouble(&caller.scope)),
    }))
}

async fn names(state: &ApiState, caller: &Caller) -> ApiResult<(Named, Named)> {
    let (user, org) = (caller.scope.user(), caller.scope.org());
    let user_name = match &state.instance.user_name {
        Some(name) => name.clone(),
        None => state.app.known_user(user).await?.user.name,
    };
    let organisation = state.app.organisation(&caller.scope).await?;
    Ok((Named { id: user.into(), name: user_name }, Named { id: org.into(), name: organisation.name }))
}
