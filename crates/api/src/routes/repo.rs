//! Repos, what helps to find them, and the agents on the machine.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use switchyard_domain::{ProjectId, RepoId};

use crate::error::ApiResult;
use crate::extract::{Caller, Id, IfMatch, Input, Params, Versioned};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::Page;
use crate::wire::agent::Agent;
use crate::wire::repo::{
    AddRepo, Branch, CloneState, CompletionQuery, FindQuery, FoundRepos, PathCompletion, Repo,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/projects/{id}/repos", "repo.list", list)
            .summary("A project's repositories")
            .reply_page::<Repo>(),
        Route::write(Method::POST, "/api/projects/{id}/repos", "repo.create", add)
            .summary("Adds a repository: one on this machine, one at a remote, which is cloned, or a new one")
            .body::<AddRepo>()
            .reply::<Repo>(201),
        Route::write(Method::DELETE, "/api/repos/{id}", "repo.delete", remove)
            .summary("Takes a repository off its project; folders stay, clones are removed once nothing would be lost by it")
            .versioned()
            .reply_empty(204),
        Route::read("/api/repos/{id}/clone", "repo.clone_state", clone_state)
            .summary("Your clone of a repository at a remote, and how far it is")
            .reply::<CloneState>(200),
        Route::write(Method::POST, "/api/repos/{id}/clone", "repo.clone", clone)
            .summary("Clones a repository at a remote for you, unless that is done or under way")
            .reply::<Repo>(202),
        Route::write(Method::DELETE, "/api/repos/{id}/clone", "repo.cancel_clone", cancel_clone)
            .summary("Gives up a clone that is being made")
            .reply::<Repo>(200),
        Route::read("/api/repos/{id}/branches", "repo.branches", branches)
            .summary("A repository's local branches; of your clone of a remote also those that only the remote has")
            .reply_page::<Branch>(),
        Route::read("/api/fs/complete", "fs.complete", complete)
            .summary("Folders that complete a typed path")
            .query::<CompletionQuery>()
            .reply_page::<PathCompletion>(),
        Route::read("/api/fs/repos", "fs.find_repos", find)
            .summary("Repositories below a folder")
            .query::<FindQuery>()
            .reply::<FoundRepos>(200),
        Route::read("/api/agents", "agent.list", agents)
            .summary("The catalogue of agents, with what is installed")
            .reply_page::<Agent>(),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
) -> ApiResult<Json<Page<Repo>>> {
    Ok(Json(Page::whole(state.app.repos(&caller.scope, id).await?)))
}

async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    Input(body): Input<AddRepo>,
) -> ApiResult<Versioned<Repo>> {
    let repo = state.app.add_repo(&caller.act(&state.app), id, body.into()).await?;
    Ok(Versioned::created(repo.version, repo.into()))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<RepoId>,
    seen: IfMatch,
) -> ApiResult<StatusCode> {
    state.app.remove_repo(&caller.act(&state.app), id, seen.version(None)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn clone_state(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<RepoId>,
) -> ApiResult<Json<CloneState>> {
    Ok(Json(state.app.repo_clone(&caller.scope, id).await?.into()))
}

async fn clone(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<RepoId>,
) -> ApiResult<(StatusCode, Json<Repo>)> {
    let repo = state.app.clone_repo(&caller.act(&state.app), id).await?;
    Ok((StatusCode::ACCEPTED, Json(repo.into())))
}

async fn cancel_clone(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<RepoId>,
) -> ApiResult<Json<Repo>> {
    Ok(Json(state.app.cancel_clone(&caller.act(&state.app), id).await?.into()))
}

async fn branches(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<RepoId>,
) -> ApiResult<Json<Page<Branch>>> {
    Ok(Json(Page::whole(state.app.branches(&caller.scope, id).await?)))
}

async fn complete(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<CompletionQuery>,
) -> ApiResult<Json<Page<PathCompletion>>> {
    Ok(Json(Page::whole(state.app.complete_path(&caller.scope, &query.prefix).await?)))
}

async fn find(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<FindQuery>,
) -> ApiResult<Json<FoundRepos>> {
    Ok(Json(state.app.find_repos(&caller.scope, query.under.as_deref()).await?.into()))
}

async fn agents(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Page<Agent>>> {
    Ok(Json(Page::whole(state.app.agents(&caller.scope).await?)))
}
