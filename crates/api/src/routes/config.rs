//! The caller's configuration.

use axum::extract::State;
use axum::http::Method;

use crate::error::{ApiError, ApiResult};
use crate::extract::{Caller, IfMatch, Input, Versioned};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::config::{Config, PatchConfig};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/config", "config.read", read).summary("What you have set").reply::<Config>(200),
        Route::write(Method::PATCH, "/api/config", "config.update", update)
            .summary("Changes what you have set")
            .versioned()
            .body::<PatchConfig>()
            .reply::<Config>(200),
    ]
}

async fn read(State(state): State<ApiState>, caller: Caller) -> ApiResult<Versioned<Config>> {
    let stored = state.app.config(&caller.scope).await?;
    Ok(Versioned::ok(stored.version, stored.into()))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    seen: IfMatch,
    Input(body): Input<PatchConfig>,
) -> ApiResult<Versioned<Config>> {
    caller.require_all_projects()?;
    let version = seen.version(body.version)?;
    let config = body.apply(state.app.config(&caller.scope).await?.config)?;
    match state.app.put_config(&caller.act(&state.app), version, &config).await {
        Ok(stored) => Ok(Versioned::ok(stored.version, stored.into())),
        Err(error) => {
            let error = ApiError::from(error);
            if !error.is_stale() {
                return Err(error);
            }
            let current = state.app.config(&caller.scope).await?;
            Err(error.with_current(Config::from(current)))
        }
    }
}
