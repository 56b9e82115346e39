//! Groups.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use switchyard_domain::{GroupId, PageRequest, Role, UserId};
use uuid::Uuid;

use crate::error::ApiResult;
use crate::extract::{Caller, Id, IfMatch, Input, Params, Versioned};
use crate::state::ApiState;
use crate::table::{Authority, Rate, Route};
use crate::wire::group::{CreateGroup, Group, GroupMember, PatchGroup};
use crate::wire::{ListQuery, Page};

pub(super) fn routes() -> Vec<Route> {
    let admin = Authority::Role(Role::Admin);
    let member = "/api/groups/{id}/members/{user_id}";
    vec![
        Route::read("/api/groups", "group.list", list)
            .summary("Groups, by name")
            .query::<ListQuery>()
            .reply_page::<Group>(),
        Route::new(Method::POST, "/api/groups", admin, Rate::Default, "group.create", create)
            .summary("Makes a group with nobody in it")
            .body::<CreateGroup>()
            .reply::<Group>(201),
        Route::new(Method::PATCH, "/api/groups/{id}", admin, Rate::Default, "group.update", rename)
            .summary("Renames a group")
            .versioned()
            .body::<PatchGroup>()
            .reply::<Group>(200),
        Route::new(Method::DELETE, "/api/groups/{id}", admin, Rate::Default, "group.delete", delete)
            .summary("Deletes a group; no project names it any more")
            .reply_empty(204),
        Route::read("/api/groups/{id}/members", "group.list_members", members)
            .summary("Who is in a group, by name")
            .query::<ListQuery>()
            .reply_page::<GroupMember>(),
        Route::new(Method::PUT, member, admin, Rate::Default, "group.add_member", add)
            .summary("Puts a member of the organisation into a group")
            .reply::<Group>(200),
        Route::new(Method::DELETE, member, admin, Rate::Default, "group.remove_member", remove)
            .summary("Takes somebody out of a group")
            .reply::<Group>(200),
    ]
}

fn answer(group: switchyard_domain::group::Group) -> Versioned<Group> {
    Versioned::ok(group.version, group.into())
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<ListQuery>,
) -> ApiResult<Json<Page<Group>>> {
    state.auth.hosted()?;
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.groups(&caller.scope, &page).await?.into()))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Input(body): Input<CreateGroup>,
) -> ApiResult<Versioned<Group>> {
    state.auth.hosted()?;
    let made = state.app.create_group(&caller.act(&state.app), &body.name).await?;
    Ok(Versioned::created(made.version, made.into()))
}

async fn rename(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<GroupId>,
    seen: IfMatch,
    Input(body): Input<PatchGroup>,
) -> ApiResult<Versioned<Group>> {
    state.auth.hosted()?;
    let version = seen.version(body.version)?;
    Ok(answer(state.app.rename_group(&caller.act(&state.app), id, version, &body.name).await?))
}

async fn delete(State(state): State<ApiState>, caller: Caller, Id(id): Id<GroupId>) -> ApiResult<StatusCode> {
    state.auth.hosted()?;
    state.app.delete_group(&caller.act(&state.app), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn members(
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<GroupId>,
    Params(query): Params<ListQuery>,
) -> ApiResult<Json<Page<GroupMember>>> {
    state.auth.hosted()?;
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.group_members(&caller.scope, id, &page).await?.into()))
}

async fn add(
    State(state): State<ApiState>,
    caller: Caller,
    Id((id, user)): Id<(Uuid, Uuid)>,
) -> ApiResult<Versioned<Group>> {
    state.auth.hosted()?;
    let act = caller.act(&state.app);
    Ok(answer(state.app.add_group_member(&act, GroupId(id), UserId(user)).await?))
}

async fn remove(
    State(state): State<ApiState>,
    caller: Caller,
    Id((id, user)): Id<(Uuid, Uuid)>,
) -> ApiResult<Versioned<Group>> {
    state.auth.hosted()?;
    let act = caller.act(&state.app);
    Ok(answer(state.app.remove_group_member(&act, GroupId(id), UserId(user)).await?))
}
