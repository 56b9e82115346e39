//! Projects.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use switchyard_domain::project::ProjectPatch;
use switchyard_domain::{PageRequest, ProjectId};

use crate::error::{ApiError, ApiResult};
use crate::extract::{Caller, Id, IfMatch, Input, Params, Versioned};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::Page;
use crate::wire::project::{CreateProject, PatchProject, Project, ProjectQuery};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/projects", "project.list", list)
            .summary("Projects in order of name")
            .query::<ProjectQuery>()
            .reply_page::<Project>(),
        Route::write(Method::POST, "/api/projects", "project.create", create)
            .summary("Makes a project")
            .body::<CreateProject>()
            .reply::<Project>(201),
        Route::read("/api/projects/{id}", "project.read", read).summary("One project").reply::<Project>(200),
        Route::write(Method::PATCH, "/api/projects/{id}", "project.update", update)
            .summary("Changes a project")
            .versioned()
            .body::<PatchProject>()
            .reply::<Project>(200),
        Route::write(Method::DELETE, "/api/projects/{id}", "project.delete", delete)
            .summary("Deletes a project; it can be restored")
            .versioned()
            .reply_empty(204),
        Route::write(Method::POST, "/api/projects/{id}/restore", "project.restore", restore)
            .summary("Takes a deletion back")
            .reply::<Project>(200),
    ]
}

fn answer(project: switchyard_domain::project::Project) -> Versioned<Project> {
    Versioned::ok(project.version, project.into())
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<ProjectQuery>,
) -> ApiResult<Json<Page<Project>>> {
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.projects(&caller.scope, query.archived, &page).await?.into()))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Input(body): Input<CreateProject>,
) -> ApiResult<Versioned<Project>> {
    let settings = state.app.new_project_settings(&caller.scope).await?;
    let settings = match body.settings {
        Some(patch) => patch.apply(settings)?,
        None => settings,
    };
    let project = state.app.create_project(&caller.act(&state.app), &body.name, &settings).await?;
    Ok(Versioned::created(project.version, project.into()))
}

async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
) -> ApiResult<Versioned<Project>> {
    Ok(answer(state.app.project(&caller.scope, id).await?))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    seen: IfMatch,
    Input(body): Input<PatchProject>,
) -> ApiResult<Versioned<Project>> {
    let version = seen.version(body.version)?;
    let settings = match body.settings {
        Some(patch) => Some(patch.apply(state.app.project(&caller.scope, id).await?.settings)?),
        None => None,
    };
    let patch = ProjectPatch { name: body.name, settings, archived: body.archived };
    match state.app.update_project(&caller.act(&state.app), id, version, patch).await {
        Ok(project) => Ok(answer(project)),
        Err(error) => Err(with_current(&state, &caller, id, error.into()).await),
    }
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    seen: IfMatch,
) -> ApiResult<StatusCode> {
    let version = seen.version(None)?;
    match state.app.delete_project(&caller.act(&state.app), id, version).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(with_current(&state, &caller, id, error.into()).await),
    }
}

async fn with_current(state: &ApiState, caller: &Caller, id: ProjectId, error: ApiError) -> ApiError {
    if !error.is_stale() {
        return error;
    }
    match state.app.project(&caller.scope, id).await {
        Ok(current) => error.with_current(Project::from(current)),
        Err(other) => other.into(),
    }
}

async fn restore(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
) -> ApiResult<Versioned<Project>> {
    Ok(answer(state.app.restore_project(&caller.act(&state.app), id).await?))
}
