//! Workspaces: made, merged, discarded, restored.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use switchyard_app::NewWorkspaceRequest;
use switchyard_domain::workspace::OnConflict;
use switchyard_domain::{PageRequest, ProjectId, TaskId, WorkspaceId};

use crate::error::ApiResult;
use crate::extract::{Caller, Id, Input, Params, Versioned};
use crate::state::ApiState;
use crate::table::{Rate, Route};
use crate::wire::Page;
use crate::wire::workspace::{
    CreateWorkspace, MergeWorkspace, Merged, PurgeWorkspace, UpdateReport, UpdateWorkspace, Workspace,
    WorkspaceQuery,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/tasks/{id}/workspaces", "workspace.list", list)
            .summary("A task's workspaces, newest first")
            .reply_page::<Workspace>(),
        Route::write(Method::POST, "/api/tasks/{id}/workspaces", "workspace.create", create)
            .summary("Makes a workspace, and starts a session when an agent is named")
            .rate(Rate::Sessions)
            .body::<CreateWorkspace>()
            .reply::<Workspace>(201),
        Route::read("/api/projects/{id}/workspaces", "workspace.list_project", list_project)
            .summary("A project's workspaces, newest first")
            .query::<WorkspaceQuery>()
            .reply_page::<Workspace>(),
        Route::read("/api/workspaces/{id}", "workspace.read", read)
            .summary("One workspace")
            .reply::<Workspace>(200),
        Route::write(Method::POST, "/api/workspaces/{id}/merge", "workspace.merge", merge)
            .rate(Rate::Jobs)
            .summary("Brings the work into the base branch")
            .body::<MergeWorkspace>()
            .reply::<Merged>(200),
        Route::write(Method::POST, "/api/workspaces/{id}/update", "workspace.update", update)
            .rate(Rate::Jobs)
            .summary("Brings the base branch's news into the workspace")
            .body::<UpdateWorkspace>()
            .reply::<UpdateReport>(200),
        Route::write(Method::POST, "/api/workspaces/{id}/discard", "workspace.discard", discard)
            .summary("Moves the workspace to the trash")
            .reply::<Workspace>(200),
        Route::write(Method::POST, "/api/workspaces/{id}/restore", "workspace.restore", restore)
            .summary("Takes the workspace out of the trash")
            .reply::<Workspace>(200),
        Route::write(Method::DELETE, "/api/workspaces/{id}", "workspace.purge", purge)
            .summary("Removes a discarded workspace for good")
            .body::<PurgeWorkspace>()
            .reply_empty(204),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TaskId>,
) -> ApiResult<Json<Page<Workspace>>> {
    Ok(Json(Page::whole(state.app.task_workspaces(&caller.scope, id).await?)))
}

async fn list_project(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    Params(query): Params<WorkspaceQuery>,
) -> ApiResult<Json<Page<Workspace>>> {
    let statuses = query.statuses()?;
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.project_workspaces(&caller.scope, id, &statuses, &page).await?.into()))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TaskId>,
    Input(body): Input<CreateWorkspace>,
) -> ApiResult<Versioned<Workspace>> {
    let request = NewWorkspaceRequest {
        base_branch: body.base_branch.filter(|branch| !branch.is_empty()),
        agent: body.agent.map(TryInto::try_into).transpose()?,
        prompt: body.prompt,
    };
    let workspace = state.app.create_workspace(&caller.act(&state.app), id, request).await?;
    Ok(Versioned::created(workspace.version, workspace.into()))
}

async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<Versioned<Workspace>> {
    let workspace = state.app.workspace(&caller.scope, id).await?;
    Ok(Versioned::ok(workspace.version, workspace.into()))
}

async fn merge(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<MergeWorkspace>,
) -> ApiResult<Json<Merged>> {
    let act = caller.act(&state.app);
    let report = state.app.merge(&act, id, body.strategy.into(), body.message).await?;
    let repos: Vec<_> = report.commits.into_iter().map(crate::wire::workspace::RepoCommit::from).collect();
    let commit = repos.first().map(|repo| repo.commit.clone()).unwrap_or_default();
    Ok(Json(Merged { commit, repos }))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<UpdateWorkspace>,
) -> ApiResult<Json<UpdateReport>> {
    let on_conflict = body.on_conflict.map_or(OnConflict::Abort, Into::into);
    let act = caller.act(&state.app);
    Ok(Json(state.app.update_workspace(&act, id, body.strategy.into(), on_conflict).await?.into()))
}

async fn discard(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<Versioned<Workspace>> {
    let workspace = state.app.discard_workspace(&caller.act(&state.app), id).await?;
    Ok(Versioned::ok(workspace.version, workspace.into()))
}

async fn restore(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<Versioned<Workspace>> {
    let workspace = state.app.restore_workspace(&caller.act(&state.app), id).await?;
    Ok(Versioned::ok(workspace.version, workspace.into()))
}

async fn purge(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<PurgeWorkspace>,
) -> ApiResult<StatusCode> {
    state.app.purge_workspace(&caller.act(&state.app), id, &body.branch).await?;
    Ok(StatusCode::NO_CONTENT)
}
