//! Tasks.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use switchyard_domain::{Error, PageRequest, ProjectId, TaskId};

use crate::error::{ApiError, ApiResult};
use crate::extract::{Caller, Id, IfMatch, Input, Params, Versioned};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::Page;
use crate::wire::task::{BulkResult, BulkTasks, CreateTask, PatchTask, Task, TaskQuery};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/projects/{id}/tasks", "task.list", list)
            .summary("A project's tasks in order of status and position")
            .query::<TaskQuery>()
            .reply_page::<Task>(),
        Route::write(Method::POST, "/api/projects/{id}/tasks", "task.create", create)
            .summary("Makes a task at the end of its column")
            .body::<CreateTask>()
            .reply::<Task>(201),
        Route::write(Method::POST, "/api/projects/{id}/tasks/bulk", "task.bulk", bulk)
            .summary(
                "Changes many tasks at once; those that others changed meanwhile are left alone and told",
            )
            .body::<BulkTasks>()
            .reply::<BulkResult>(200),
        Route::read("/api/tasks/{id}", "task.read", read).summary("One task").reply::<Task>(200),
        Route::write(Method::PATCH, "/api/tasks/{id}", "task.update", update)
            .summary("Changes a task, or moves it on the board")
            .versioned()
            .body::<PatchTask>()
            .reply::<Task>(200),
        Route::write(Method::DELETE, "/api/tasks/{id}", "task.delete", delete)
            .summary("Deletes a task; it can be restored")
            .versioned()
            .reply_empty(204),
        Route::write(Method::POST, "/api/tasks/{id}/restore", "task.restore", restore)
            .summary("Takes a deletion back")
            .reply::<Task>(200),
    ]
}

fn answer(task: switchyard_domain::task::Task) -> Versioned<Task> {
    Versioned::ok(task.version, task.into())
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    OriginalUri(uri): OriginalUri,
    Params(mut query): Params<TaskQuery>,
) -> ApiResult<Response> {
    let (org, user, uri) = (caller.scope.org(), caller.scope.user(), uri.to_string());
    // Read before the list, so that a body is never kept for longer than it is true.
    let head = state.app.feed_head(&caller.scope).await?;
    if let Some(bytes) = state.lists.get(org, user, &uri, head) {
        return Ok(json(bytes));
    }
    let page = PageRequest::new(query.limit, query.cursor.take());
    let tasks: Page<Task> = state.app.tasks(&caller.scope, id, &query.filter()?, &page).await?.into();
    let bytes = Bytes::from(serde_json::to_vec(&tasks).map_err(Error::internal)?);
    state.lists.put(org, user, &uri, head, bytes.clone());
    Ok(json(bytes))
}

fn json(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    Input(body): Input<CreateTask>,
) -> ApiResult<Versioned<Task>> {
    let task = state.app.create_task(&caller.act(&state.app), id, body.into()).await?;
    Ok(Versioned::created(task.version, task.into()))
}

async fn bulk(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<ProjectId>,
    Input(body): Input<BulkTasks>,
) -> ApiResult<Json<BulkResult>> {
    let ids: Vec<TaskId> = body.ids.iter().copied().map(Into::into).collect();
    let outcome = state.app.update_tasks(&caller.act(&state.app), id, &ids, body.change()).await?;
    Ok(Json(outcome.into()))
}

async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TaskId>,
) -> ApiResult<Versioned<Task>> {
    Ok(answer(state.app.task(&caller.scope, id).await?))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TaskId>,
    seen: IfMatch,
    Input(body): Input<PatchTask>,
) -> ApiResult<Versioned<Task>> {
    let version = seen.version(body.version)?;
    match state.app.update_task(&caller.act(&state.app), id, version, body.into()).await {
        Ok(task) => Ok(answer(task)),
        Err(error) => Err(with_current(&state, &caller, id, error.into()).await),
    }
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TaskId>,
    seen: IfMatch,
) -> ApiResult<StatusCode> {
    let version = seen.version(None)?;
    match state.app.delete_task(&caller.act(&state.app), id, version).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(with_current(&state, &caller, id, error.into()).await),
    }
}

async fn with_current(state: &ApiState, caller: &Caller, id: TaskId, error: ApiError) -> ApiError {
    if !error.is_stale() {
        return error;
    }
    match state.app.task(&caller.scope, id).await {
        Ok(current) => error.with_current(Task::from(current)),
        Err(other) => other.into(),
    }
}

async fn restore(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TaskId>,
) -> ApiResult<Versioned<Task>> {
    Ok(answer(state.app.restore_task(&caller.act(&state.app), id).await?))
}
