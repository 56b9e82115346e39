//! Terminals: opened, listed, renamed, attached to, closed.

use axum::Json;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use switchyard_domain::{Role, TerminalId, WorkspaceId};

use crate::error::{ApiError, ApiResult};
use crate::extract::{Caller, Id, IfMatch, Input, Params, Versioned};
use crate::state::ApiState;
use crate::stream::standing::{Standing, Watched};
use crate::stream::{PROTOCOL, terminal};
use crate::table::{Authority, Rate, Route};
use crate::wire::Page;
use crate::wire::terminal::{
    AttachQuery, CreateTerminal, PatchTerminal, StartDevServer, Terminal, TerminalCommand, TerminalFrame,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/workspaces/{id}/terminals", "terminal.list", list)
            .summary("Your open terminals in a workspace, oldest first")
            .reply_page::<Terminal>(),
        Route::write(Method::POST, "/api/workspaces/{id}/terminals", "terminal.create", create)
            .summary("Opens a terminal in the workspace's folder")
            .rate(Rate::Terminals)
            .body::<CreateTerminal>()
            .reply::<Terminal>(201),
        Route::write(
            Method::POST,
            "/api/workspaces/{id}/dev-server",
            "terminal.start_dev_server",
            start_dev_server,
        )
        .summary(
            "Starts the project's dev server in a terminal of its own, or answers with the one that runs",
        )
        .rate(Rate::Terminals)
        .body::<StartDevServer>()
        .reply::<Terminal>(200),
        Route::read("/api/terminals", "terminal.list_own", list_own)
            .summary("All of your open terminals, oldest first")
            .reply_page::<Terminal>(),
        Route::read("/api/terminals/{id}", "terminal.read", read)
            .summary("One terminal, closed ones too")
            .reply::<Terminal>(200),
        Route::write(Method::PATCH, "/api/terminals/{id}", "terminal.update", update)
            .summary("Renames a terminal")
            .versioned()
            .body::<PatchTerminal>()
            .reply::<Terminal>(200),
        Route::write(Method::DELETE, "/api/terminals/{id}", "terminal.delete", delete)
            .summary("Closes a terminal and ends everything that it started")
            .versioned()
            .reply_empty(204),
        // It reads by its method alone: what is typed there runs.
        Route::new(
            Method::GET,
            "/api/terminals/{id}/attach",
            Authority::Role(Role::Member),
            Rate::Terminals,
            "terminal.attach",
            attach,
        )
        .summary("A terminal's output as binary frames; takes input as binary frames")
        .query::<AttachQuery>()
        .websocket::<TerminalFrame>()
        .takes_frames::<TerminalCommand>(),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<Json<Page<Terminal>>> {
    Ok(Json(Page::whole(state.app.terminals(&caller.scope, Some(id)).await?)))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<CreateTerminal>,
) -> ApiResult<Versioned<Terminal>> {
    let act = caller.act(&state.app);
    let terminal = state.app.create_terminal(&act, id, body.name.as_deref(), body.size()?).await?;
    Ok(Versioned::created(terminal.version, terminal.into()))
}

async fn start_dev_server(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<StartDevServer>,
) -> ApiResult<Versioned<Terminal>> {
    let terminal = state.app.start_dev_server(&caller.act(&state.app), id, body.size()?).await?;
    Ok(Versioned::ok(terminal.version, terminal.into()))
}

async fn list_own(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Page<Terminal>>> {
    Ok(Json(Page::whole(state.app.terminals(&caller.scope, None).await?)))
}

async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TerminalId>,
) -> ApiResult<Versioned<Terminal>> {
    let terminal = state.app.terminal(&caller.scope, id).await?;
    Ok(Versioned::ok(terminal.version, terminal.into()))
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TerminalId>,
    seen: IfMatch,
    Input(body): Input<PatchTerminal>,
) -> ApiResult<Versioned<Terminal>> {
    let version = seen.version(body.version)?;
    match state.app.rename_terminal(&caller.act(&state.app), id, version, &body.name).await {
        Ok(terminal) => Ok(Versioned::ok(terminal.version, terminal.into())),
        Err(error) => Err(with_current(&state, &caller, id, error.into()).await),
    }
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TerminalId>,
    seen: IfMatch,
) -> ApiResult<StatusCode> {
    let version = seen.version(None)?;
    match state.app.delete_terminal(&caller.act(&state.app), id, version).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(with_current(&state, &caller, id, error.into()).await),
    }
}

async fn with_current(state: &ApiState, caller: &Caller, id: TerminalId, error: ApiError) -> ApiError {
    if !error.is_stale() {
        return error;
    }
    match state.app.terminal(&caller.scope, id).await {
        Ok(current) => error.with_current(Terminal::from(current)),
        Err(other) => other.into(),
    }
}

async fn attach(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<TerminalId>,
    Params(query): Params<AttachQuery>,
    standing: Standing,
    socket: WebSocketUpgrade,
) -> ApiResult<Response> {
    state.app.usable_terminal(&caller.scope, id).await?;
    let app = state.app;
    let standing = standing.of(Watched::Terminal(id));
    let serve = move |socket| standing.hold(terminal::serve(app, caller.scope, id, query.from, socket));
    Ok(socket.protocols([PROTOCOL]).max_message_size(terminal::LARGEST_MESSAGE).on_upgrade(serve))
}
