//! Looking at a workspace's work: diff, commits, checkpoints, pushing.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use switchyard_domain::diff::DiffPath;
use switchyard_domain::{Error, WorkspaceId};

use crate::error::ApiResult;
use crate::extract::{Caller, Id, Input, Params};
use crate::state::ApiState;
use crate::table::{Rate, Route};
use crate::wire::Page;
use crate::wire::diff::{Diff, DiffQuery};
use crate::wire::workspace::{
    Checkpoint, CommitInfo, CommitWorkspace, PushWorkspace, Pushed, RepoCommit, RewindWorkspace,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/workspaces/{id}/diff", "workspace.diff", diff)
            .summary("What the workspace changed against its base, or one file of it, whole")
            .query::<DiffQuery>()
            .reply::<Diff>(200),
        Route::read("/api/workspaces/{id}/commits", "workspace.commits", commits)
            .summary("Commits that the base branch does not have, newest first")
            .reply_page::<CommitInfo>(),
        Route::write(Method::POST, "/api/workspaces/{id}/commit", "workspace.commit", commit)
            .summary("Commits everything that is not committed")
            .body::<CommitWorkspace>()
            .reply_page::<RepoCommit>(),
        Route::write(Method::POST, "/api/workspaces/{id}/push", "workspace.push", push)
            .rate(Rate::Jobs)
            .summary("Pushes the workspace's branch")
            .body::<PushWorkspace>()
            .reply::<Pushed>(200),
        Route::read("/api/workspaces/{id}/checkpoints", "workspace.checkpoints", checkpoints)
            .summary("Checkpoints, newest first")
            .reply_page::<Checkpoint>(),
        Route::write(Method::POST, "/api/workspaces/{id}/checkpoints", "workspace.checkpoint", checkpoint)
            .summary("Saves the workspace's files as they are")
            .reply::<Checkpoint>(201),
        Route::write(Method::POST, "/api/workspaces/{id}/rewind", "workspace.rewind", rewind)
            .summary("Goes back to a checkpoint; answers with the one that keeps the state before")
            .body::<RewindWorkspace>()
            .reply::<Checkpoint>(200),
    ]
}

async fn diff(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Params(query): Params<DiffQuery>,
) -> ApiResult<Json<Diff>> {
    let only = match (query.repo_id, query.path) {
        (Some(repo_id), Some(path)) => Some(DiffPath { repo_id: repo_id.into(), path }),
        (None, None) => None,
        _ => return Err(Error::invalid("path", "Name both `repo_id` and `path`, or neither.").into()),
    };
    Ok(Json(state.app.diff(&caller.scope, id, only.as_ref()).await?.into()))
}

async fn commits(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<Json<Page<CommitInfo>>> {
    Ok(Json(Page::whole(state.app.commits(&caller.scope, id).await?)))
}

async fn commit(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<CommitWorkspace>,
) -> ApiResult<Json<Page<RepoCommit>>> {
    Ok(Json(Page::whole(state.app.commit(&caller.act(&state.app), id, &body.message).await?)))
}

async fn push(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<PushWorkspace>,
) -> ApiResult<Json<Pushed>> {
    Ok(Json(state.app.push(&caller.act(&state.app), id, body.remote.as_deref()).await?.into()))
}

async fn checkpoints(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<Json<Page<Checkpoint>>> {
    Ok(Json(Page::whole(state.app.checkpoints(&caller.scope, id).await?)))
}

async fn checkpoint(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<impl IntoResponse> {
    let checkpoint = state.app.checkpoint(&caller.act(&state.app), id).await?;
    Ok((StatusCode::CREATED, Json(Checkpoint::from(checkpoint))))
}

async fn rewind(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<RewindWorkspace>,
) -> ApiResult<Json<Checkpoint>> {
    Ok(Json(state.app.rewind(&caller.act(&state.app), id, body.checkpoint).await?.into()))
}
