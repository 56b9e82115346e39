//! Organisations, members and invitations.

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use switchyard_domain::{Error, InvitationId, PageRequest, Role, UserId};
use uuid::Uuid;

use super::sign_in;
use crate::auth::{digest, random_secret};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Caller, Id, IfMatch, Input, Params, Versioned};
use crate::state::ApiState;
use crate::table::{Authority, Rate, Route};
use crate::wire::organisation::{
    CreateInvitation, CreateOrganisation, Invitation, InvitationSecret, Member, NewInvitation, OfferedPlace,
    Organisation, PatchMember, PatchOrganisation,
};
use crate::wire::person::Me;
use crate::wire::{ListQuery, Page};

pub(super) fn routes() -> Vec<Route> {
    let (viewer, admin) = (Authority::Role(Role::Viewer), Authority::Role(Role::Admin));
    vec![
        Route::new(Method::POST, "/api/organisations", viewer, Rate::Default, "organisation.create", create)
            .summary("Makes an organisation, of which you are the first admin")
            .body::<CreateOrganisation>()
            .reply::<Organisation>(201),
        Route::new(Method::PATCH, "/api/organisation", admin, Rate::Default, "organisation.update", rename)
            .summary("Renames the organisation")
            .versioned()
            .body::<PatchOrganisation>()
            .reply::<Organisation>(200),
        Route::read("/api/members", "member.list", members)
            .summary("Who belongs to the organisation, by name")
            .query::<ListQuery>()
            .reply_page::<Member>(),
        Route::new(Method::PATCH, "/api/members/{user_id}", admin, Rate::Default, "member.update", set_role)
            .summary("Changes what a member may do")
            .body::<PatchMember>()
            .reply::<Member>(200),
        Route::new(Method::DELETE, "/api/members/{user_id}", viewer, Rate::Default, "member.delete", remove)
            .summary("Takes a member out; anybody may take themselves out")
            .reply_empty(204),
        Route::new(Method::GET, "/api/invitations", admin, Rate::Default, "invitation.list", invitations)
            .summary("Invitations that can still be accepted, newest first")
            .query::<ListQuery>()
            .reply_page::<Invitation>(),
        Route::new(Method::POST, "/api/invitations", admin, Rate::Default, "invitation.create", invite)
            .summary("Invites somebody; the address to send them is told once")
            .body::<CreateInvitation>()
            .reply::<NewInvitation>(201),
        Route::new(
            Method::DELETE,
            "/api/invitations/{id}",
            admin,
            Rate::Default,
            "invitation.delete",
            take_back,
        )
        .summary("Takes an invitation back")
        .reply_empty(204),
        Route::new(
            Method::POST,
            "/api/invitations/show",
            Authority::Anyone,
            Rate::Auth,
            "invitation.show",
            offered,
        )
        .summary("What an invitation offers to whoever has its secret; it goes on waiting")
        .body::<InvitationSecret>()
        .reply::<OfferedPlace>(200),
        Route::new(Method::POST, "/api/invitations/accept", viewer, Rate::Auth, "invitation.accept", accept)
            .summary("Takes the place that an invitation keeps, and acts there from now on")
            .body::<InvitationSecret>()
            .reply::<Me>(200),
    ]
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Input(body): Input<CreateOrganisation>,
) -> ApiResult<Versioned<Organisation>> {
    caller.require_person()?;
    state.auth.hosted()?;
    let made = state.app.create_organisation(&caller.act(&state.app), &body.name).await?;
    Ok(Versioned::created(made.version, Organisation::of(made, Role::Admin)))
}

async fn rename(
    State(state): State<ApiState>,
    caller: Caller,
    seen: IfMatch,
    Input(body): Input<PatchOrganisation>,
) -> ApiResult<Versioned<Organisation>> {
    state.auth.hosted()?;
    let version = seen.version(body.version)?;
    let role = caller.scope.role();
    match state.app.rename_organisation(&caller.act(&state.app), version, &body.name).await {
        Ok(renamed) => Ok(Versioned::ok(renamed.version, Organisation::of(renamed, role))),
        Err(error) => {
            let error = ApiError::from(error);
            if !error.is_stale() {
                return Err(error);
            }
            let current = state.app.organisation(&caller.scope).await?;
            Err(error.with_current(Organisation::of(current, role)))
        }
    }
}

async fn members(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<ListQuery>,
) -> ApiResult<Json<Page<Member>>> {
    state.auth.hosted()?;
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.members(&caller.scope, &page).await?.into()))
}

async fn set_role(
    State(state): State<ApiState>,
    caller: Caller,
    Id(user): Id<Uuid>,
    Input(body): Input<PatchMember>,
) -> ApiResult<Json<Member>> {
    state.auth.hosted()?;
    let act = caller.act(&state.app);
    Ok(Json(state.app.set_member_role(&act, UserId(user), body.role.into()).await?.into()))
}

async fn remove(State(state): State<ApiState>, caller: Caller, Id(user): Id<Uuid>) -> ApiResult<StatusCode> {
    state.auth.hosted()?;
    if UserId(user) == caller.scope.user() {
        // Leaving is about the person, whose keys would go with it.
        caller.require_person()?;
    }
    state.app.remove_member(&caller.act(&state.app), UserId(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn invitations(
    State(state): State<ApiState>,
    caller: Caller,
    Params(query): Params<ListQuery>,
) -> ApiResult<Json<Page<Invitation>>> {
    state.auth.hosted()?;
    let page = PageRequest::new(query.limit, query.cursor);
    Ok(Json(state.app.invitations(&caller.scope, &page).await?.into()))
}

async fn invite(
    State(state): State<ApiState>,
    caller: Caller,
    Input(body): Input<CreateInvitation>,
) -> ApiResult<(StatusCode, Json<NewInvitation>)> {
    let door = state.auth.hosted()?;
    let secret = random_secret()?;
    let act = caller.act(&state.app);
    let email = body.email.as_deref().filter(|text| !text.trim().is_empty());
    let made = state
        .app
        .create_invitation(&act, email, body.role.into(), body.days, digest(secret.reveal()))
        .await?;
    // Behind `#`, which browsers keep to themselves.
    let url = format!("{}/join#{}", door.public_url().origin(), secret.reveal());
    Ok((StatusCode::CREATED, Json(NewInvitation { invitation: made.into(), url })))
}

async fn take_back(State(state): State<ApiState>, caller: Caller, Id(id): Id<Uuid>) -> ApiResult<StatusCode> {
    state.auth.hosted()?;
    state.app.delete_invitation(&caller.act(&state.app), InvitationId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn offered(
    State(state): State<ApiState>,
    Input(body): Input<InvitationSecret>,
) -> ApiResult<Json<OfferedPlace>> {
    state.auth.hosted()?;
    Ok(Json(state.app.offered_place(&digest(&body.secret)).await?.into()))
}

async fn accept(
    State(state): State<ApiState>,
    caller: Caller,
    parts: Parts,
    Input(body): Input<InvitationSecret>,
) -> ApiResult<(HeaderMap, Json<Me>)> {
    caller.require_person()?;
    state.auth.hosted()?;
    let user = caller.scope.user();
    let joined = state.app.accept_invitation(user, &digest(&body.secret)).await?;
    let cookies = sign_in::go_over(&state, &parts, &caller, joined.id).await?.unwrap_or_default();
    let known = state.app.known_user(user).await?;
    Ok((cookies, Json(Me::acting_in(joined.id, known).ok_or_else(Error::not_found)?)))
}
