//! WebSockets: the change feed, transcripts as they grow, files as they change.

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use switchyard_domain::{SessionId, WorkspaceId};

use crate::error::ApiResult;
use crate::extract::{Caller, Id, Params};
use crate::state::ApiState;
use crate::stream::standing::{Standing, Watched};
use crate::stream::{PROTOCOL, changes, events, transcript};
use crate::table::Route;
use crate::wire::diff::ChangeFrame;
use crate::wire::event::FeedEvent;
use crate::wire::session::{EntryFrame, StreamQuery};

/// Largest frame that a client may send, in bytes: the streams take a subscription and nothing else.
const LARGEST_FRAME: usize = 4096;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/events", "event.subscribe", feed)
            .summary("The change feed: send {\"since\": n|null} first")
            .websocket::<FeedEvent>(),
        Route::read("/api/sessions/{id}/stream", "session.follow", follow)
            .summary("A transcript from any entry on, then live")
            .query::<StreamQuery>()
            .websocket::<EntryFrame>(),
        Route::read("/api/workspaces/{id}/changes", "workspace.watch", watch)
            .summary("A frame each time the workspace's files change")
            .websocket::<ChangeFrame>(),
    ]
}

async fn feed(
    State(state): State<ApiState>,
    caller: Caller,
    standing: Standing,
    socket: WebSocketUpgrade,
) -> Response {
    let app = state.app;
    let serve = move |socket| standing.hold(events::serve(app, caller.scope, socket));
    socket.protocols([PROTOCOL]).max_message_size(LARGEST_FRAME).on_upgrade(serve)
}

async fn follow(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Params(query): Params<StreamQuery>,
    standing: Standing,
    socket: WebSocketUpgrade,
) -> ApiResult<Response> {
    state.app.session(&caller.scope, id).await?;
    let app = state.app;
    let standing = standing.of(Watched::Session(id));
    let serve = move |socket| standing.hold(transcript::serve(app, caller.scope, id, query.after, socket));
    Ok(socket.protocols([PROTOCOL]).max_message_size(LARGEST_FRAME).on_upgrade(serve))
}

async fn watch(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    standing: Standing,
    socket: WebSocketUpgrade,
) -> ApiResult<Response> {
    let stream = state.app.changes(&caller.scope, id).await?;
    let standing = standing.of(Watched::Workspace(id));
    let serve = move |socket| standing.hold(changes::serve(stream, socket));
    Ok(socket.protocols([PROTOCOL]).max_message_size(LARGEST_FRAME).on_upgrade(serve))
}
