//! A workspace's files.

use axum::Json;
use axum::extract::State;
use switchyard_domain::WorkspaceId;

use crate::error::ApiResult;
use crate::extract::{Caller, Id, Params};
use crate::state::ApiState;
use crate::table::Route;
use crate::wire::Page;
use crate::wire::files::{FileContent, FileEntry, PathQuery};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/workspaces/{id}/files", "file.list", list)
            .summary("Entries of a folder of the workspace")
            .query::<PathQuery>()
            .reply_page::<FileEntry>(),
        Route::read("/api/workspaces/{id}/files/content", "file.read", content)
            .summary("A file's text")
            .query::<PathQuery>()
            .reply::<FileContent>(200),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Params(query): Params<PathQuery>,
) -> ApiResult<Json<Page<FileEntry>>> {
    Ok(Json(Page::whole(state.app.files(&caller.scope, id, &query.path).await?)))
}

async fn content(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Params(query): Params<PathQuery>,
) -> ApiResult<Json<FileContent>> {
    let content = state.app.file(&caller.scope, id, &query.path).await?;
    Ok(Json(FileContent::new(query.path, content)))
}
