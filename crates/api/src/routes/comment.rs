//! Review comments.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use switchyard_domain::{CommentId, WorkspaceId};

use crate::error::{ApiError, ApiResult};
use crate::extract::{Caller, Id, IfMatch, Input, Versioned};
use crate::state::ApiState;
use crate::table::{Rate, Route};
use crate::wire::Page;
use crate::wire::comment::{Comment, CreateComment, PatchComment, SendReview};
use crate::wire::message::Message;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/workspaces/{id}/comments", "comment.list", list)
            .summary("Comments on a workspace, oldest first")
            .reply_page::<Comment>(),
        Route::write(Method::POST, "/api/workspaces/{id}/comments", "comment.create", create)
            .summary("Writes a comment on lines of the diff")
            .body::<CreateComment>()
            .reply::<Comment>(201),
        Route::write(Method::PATCH, "/api/comments/{id}", "comment.update", update)
            .summary("Changes a comment")
            .versioned()
            .body::<PatchComment>()
            .reply::<Comment>(200),
        Route::write(Method::DELETE, "/api/comments/{id}", "comment.delete", delete)
            .summary("Deletes a comment")
            .versioned()
            .reply_empty(204),
        Route::write(Method::POST, "/api/workspaces/{id}/review", "comment.send", send)
            .summary("Sends all open comments to an agent as one message")
            .rate(Rate::Sessions)
            .body::<SendReview>()
            .reply::<Message>(202),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<Json<Page<Comment>>> {
    Ok(Json(Page::whole(state.app.comments(&caller.scope, id).await?)))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<CreateComment>,
) -> ApiResult<Versioned<Comment>> {
    let (anchor, text) = body.into();
    let comment = state.app.create_comment(&caller.act(&state.app), id, &anchor, &text).await?;
    Ok(Versioned::created(comment.version, comment.into()))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<CommentId>,
    seen: IfMatch,
    Input(body): Input<PatchComment>,
) -> ApiResult<Versioned<Comment>> {
    let version = seen.version(body.version)?;
    match state.app.update_comment(&caller.act(&state.app), id, version, &body.text).await {
        Ok(comment) => Ok(Versioned::ok(comment.version, comment.into())),
        Err(error) => Err(with_current(&state, &caller, id, error.into()).await),
    }
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<CommentId>,
    seen: IfMatch,
) -> ApiResult<StatusCode> {
    let version = seen.version(None)?;
    match state.app.delete_comment(&caller.act(&state.app), id, version).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(with_current(&state, &caller, id, error.into()).await),
    }
}

async fn with_current(state: &ApiState, caller: &Caller, id: CommentId, error: ApiError) -> ApiError {
    if !error.is_stale() {
        return error;
    }
    match state.app.comment(&caller.scope, id).await {
        Ok(current) => error.with_current(Comment::from(current)),
        Err(other) => other.into(),
    }
}

async fn send(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<SendReview>,
) -> ApiResult<impl IntoResponse> {
    let act = caller.act(&state.app);
    let message = state.app.send_review(&act, id, body.session_id.into(), body.text.as_deref()).await?;
    Ok((StatusCode::ACCEPTED, Json(Message::from(message))))
}
