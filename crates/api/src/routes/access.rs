//! Who may see a project.

use axum::extract::State;
use axum::http::Method;
use switchyard_domain::ProjectId;

use crate::error::{ApiError, ApiResult};
use crate::extract::{Caller, Id, IfMatch, Input, Versioned};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::access::{Access, PutAccess};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/projects/{id}/access", "access.read", read)
            .summary("Who may see a project, and what they may do in it")
            .reply::<Access>(200),
        Route::write(Method::PUT, "/api/projects/{id}/access", "access.update", replace)
            .summary("Says who may see a project: the whole list, by an admin of the project")
            .versioned()
            .body::<PutAccess>()
            .reply::<Access>(200),
    ]
}

fn answer(access: switchyard_domain::access::Access) -> Versioned<Access> {
    Versioned::ok(access.version, access.into())
}

async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
) -> ApiResult<Versioned<Access>> {
    state.auth.hosted()?;
    Ok(answer(state.app.access(&caller.scope, id).await?))
}

async fn replace(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    seen: IfMatch,
    Input(body): Input<PutAccess>,
) -> ApiResult<Versioned<Access>> {
    state.auth.hosted()?;
    let version = seen.version(body.version)?;
    match state.app.set_access(&caller.act(&state.app), id, version, &body.into()).await {
        Ok(access) => Ok(answer(access)),
        Err(error) => {
            let error = ApiError::from(error);
            if !error.is_stale() {
                return Err(error);
            }
            Err(error.with_current(Access::from(state.app.access(&caller.scope, id).await?)))
        }
    }
}
