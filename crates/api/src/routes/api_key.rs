//! API keys.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use switchyard_app::NewApiKeyRequest;
use switchyard_domain::{ApiKeyId, PageRequest};
use uuid::Uuid;

use crate::auth::{KEY_PREFIX, digest, random_secret, tail};
use crate::error::ApiResult;
use crate::extract::{Caller, Id, Input, Params};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::organisation::{ApiKey, CreateApiKey, NewApiKey};
use crate::wire::{ListQuery, Page};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/keys", "api_key.list", list)
            .summary("Keys, newest first: the organisation's for its admins, your own otherwise")
            .query::<ListQuery>()
            .reply_page::<ApiKey>(),
        Route::write(Method::POST, "/api/keys", "api_key.create", create)
            .summary("Makes a key, which is told once")
            .body::<CreateApiKey>()
            .reply::<NewApiKey>(201),
        Route::write(Method::DELETE, "/api/keys/{id}", "api_key.delete", delete)
            .summary("Deletes a key; it lets nobody in any more")
            .reply_empty(204),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<ListQuery>,
) -> ApiResult<Json<Page<ApiKey>>> {
    state.auth.hosted()?;
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.api_keys(&caller.scope, &page).await?.into()))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Input(body): Input<CreateApiKey>,
) -> ApiResult<(StatusCode, Json<NewApiKey>)> {
    caller.require_person()?;
    state.auth.hosted()?;
    let secret = random_secret()?;
    let key = format!("{KEY_PREFIX}{}", secret.reveal());
    let request = NewApiKeyRequest {
        projects: body.projects(),
        name: body.name,
        role: body.role.into(),
        days: body.days,
        secret: digest(&key),
        hint: tail(&secret),
    };
    let made = state.app.create_api_key(&caller.act(&state.app), request).await?;
    Ok((StatusCode::CREATED, Json(NewApiKey { about: made.into(), key })))
}

async fn delete(State(state): State<ApiState>, caller: Caller, Id(id): Id<Uuid>) -> ApiResult<StatusCode> {
    state.auth.hosted()?;
    state.app.delete_api_key(&caller.act(&state.app), ApiKeyId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
