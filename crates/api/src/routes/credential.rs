//! The caller's credentials: for agents, and for git remotes.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};

use crate::error::ApiResult;
use crate::extract::{Caller, Id, Input};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::Page;
use crate::wire::credential::{Credentials, GitCredential, PutCredential, PutGitCredential};

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
        Route::read("/api/git-credentials", "git_credential.list", git_list)
            .summary("The hosts of git remotes that you keep a token for, without the tokens")
            .reply_page::<GitCredential>(),
        Route::write(Method::PUT, "/api/git-credentials/{host}", "git_credential.put", git_put)
            .summary("Keeps a token for a host of git remotes, which git shows it from now on")
            .body::<PutGitCredential>()
            .reply_empty(204),
        Route::write(Method::DELETE, "/api/git-credentials/{host}", "git_credential.remove", git_remove)
            .summary("Forgets the token for a host of git remotes")
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
    caller.require_all_projects()?;
    state.app.put_credential(&caller.act(&state.app), &name, &body.value).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Id(name): Id<String>,
) -> ApiResult<StatusCode> {
    caller.require_all_projects()?;
    state.app.remove_credential(&caller.act(&state.app), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn git_list(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Page<GitCredential>>> {
    Ok(Json(Page::whole(state.app.git_credentials(&caller.scope).await?)))
}

async fn git_put(
    State(state): State<ApiState>,
    caller: Caller,
    Id(host): Id<String>,
    Input(body): Input<PutGitCredential>,
) -> ApiResult<StatusCode> {
    caller.require_all_projects()?;
    let PutGitCredential { username, secret } = body;
    state.app.put_git_credential(&caller.act(&state.app), &host, &username, &secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn git_remove(
    State(state): State<ApiState>,
    caller: Caller,
    Id(host): Id<String>,
) -> ApiResult<StatusCode> {
    caller.require_all_projects()?;
    state.app.remove_git_credential(&caller.act(&state.app), &host).await?;
    Ok(StatusCode::NO_CONTENT)
}
