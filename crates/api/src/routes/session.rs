//! Sessions, their transcripts and the messages to them.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use switchyard_app::NewSessionRequest;
use switchyard_domain::store::EntryRange;
use switchyard_domain::{Error, MessageId, PageRequest, SessionId, WorkspaceId};

use crate::error::ApiResult;
use crate::extract::{Caller, Id, Input, Params, Versioned};
use crate::state::ApiState;
use crate::table::{Rate, Route};
use crate::wire::Page;
use crate::wire::entry::Entry;
use crate::wire::message::{Message, SendMessage};
use crate::wire::session::{CreateSession, EntryQuery, Session, SetOption};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::read("/api/workspaces/{id}/sessions", "session.list", list)
            .summary("A workspace's sessions, newest first")
            .reply_page::<Session>(),
        Route::write(Method::POST, "/api/workspaces/{id}/sessions", "session.create", create)
            .summary("Starts a session")
            .rate(Rate::Sessions)
            .body::<CreateSession>()
            .reply::<Session>(201),
        Route::read("/api/sessions/{id}", "session.read", read).summary("One session").reply::<Session>(200),
        Route::read("/api/sessions/{id}/entries", "session.entries", entries)
            .summary("A stretch of the transcript, oldest first")
            .query::<EntryQuery>()
            .reply_page::<Entry>(),
        Route::read("/api/sessions/{id}/messages", "message.list", messages)
            .summary("Messages that wait for the agent, oldest first")
            .reply_page::<Message>(),
        Route::write(Method::POST, "/api/sessions/{id}/messages", "message.create", send)
            .summary("Says something to the agent, now or when its turn ends")
            .rate(Rate::Sessions)
            .body::<SendMessage>()
            .reply::<Message>(202),
        Route::write(Method::DELETE, "/api/messages/{id}", "message.delete", take_back)
            .summary("Takes back a message that the agent does not have yet")
            .reply_empty(204),
        Route::write(Method::POST, "/api/sessions/{id}/stop", "session.stop", stop)
            .summary("Stops the agent and every process it started")
            .rate(Rate::Sessions)
            .reply_empty(202),
        Route::write(Method::POST, "/api/sessions/{id}/options", "session.set_option", set_option)
            .summary("Sets one of the agent's options, such as its model")
            .body::<SetOption>()
            .reply_empty(202),
    ]
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
) -> ApiResult<Json<Page<Session>>> {
    Ok(Json(Page::whole(state.app.sessions(&caller.scope, id).await?)))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<WorkspaceId>,
    Input(body): Input<CreateSession>,
) -> ApiResult<Versioned<Session>> {
    let request = NewSessionRequest { agent: body.agent.try_into()?, prompt: body.prompt };
    let session = state.app.create_session(&caller.act(&state.app), id, request).await?;
    Ok(Versioned::created(session.version, session.into()))
}

async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<SessionId>,
) -> ApiResult<Versioned<Session>> {
    let session = state.app.session(&caller.scope, id).await?;
    Ok(Versioned::ok(session.version, session.into()))
}

async fn entries(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Params(query): Params<EntryQuery>,
) -> ApiResult<Json<Page<Entry>>> {
    let range = match (query.after, query.before) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid("after", "Give `after` or `before`, not both.").into());
        }
        (Some(after), None) => EntryRange::After(after),
        (None, before) => EntryRange::Before(before),
    };
    let limit = PageRequest::new(query.limit, None).limit;
    let found = state.app.entries(&caller.scope, id, range, limit).await?;
    let full = found.len() == limit as usize;
    let next = match range {
        EntryRange::After(_) if full => found.last().map(|entry| entry.seq),
        EntryRange::Before(_) if full => found.first().map(|entry| entry.seq).filter(|seq| *seq > 1),
        _ => None,
    };
    let items = found.into_iter().map(|entry| Entry::new(id, entry)).collect();
    Ok(Json(Page { items, next_cursor: next.map(|seq| seq.to_string()) }))
}

async fn messages(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<SessionId>,
) -> ApiResult<Json<Page<Message>>> {
    Ok(Json(Page::whole(state.app.queued_messages(&caller.scope, id).await?)))
}

async fn send(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Input(body): Input<SendMessage>,
) -> ApiResult<impl IntoResponse> {
    let message = state.app.send_message(&caller.act(&state.app), id, &body.text).await?;
    Ok((StatusCode::ACCEPTED, Json(Message::from(message))))
}

async fn take_back(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<MessageId>,
) -> ApiResult<StatusCode> {
    state.app.delete_message(&caller.act(&state.app), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn stop(State(state): State<ApiState>, caller: Caller, Id(id): Id<SessionId>) -> ApiResult<StatusCode> {
    state.app.stop_session(&caller.act(&state.app), id).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn set_option(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Input(body): Input<SetOption>,
) -> ApiResult<StatusCode> {
    let act = caller.act(&state.app);
    state.app.set_session_option(&act, id, &body.option_id, &body.choice_id).await?;
    Ok(StatusCode::ACCEPTED)
}
