//! Signing in and out, where people do.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::IntoResponse;
use switchyard_app::{App, SignInFrom};
use switchyard_domain::login::{Login, LoginMethod};
use switchyard_domain::user::{
    Account, NewAccount, PasswordHash, Registration, SecretDigest, Username, check_password, display_name,
    email_address,
};
use switchyard_domain::{Error, ErrorKind, LoginId, OrgId, Role, UserId};

use crate::auth::{Hosted, digest, random_secret};
use crate::error::ApiResult;
use crate::extract::{Caller, Input};
use crate::limit::network;
use crate::state::ApiState;
use crate::table::{Authority, Rate, Route};
use crate::wire::person::{
    ChangePassword, FinishReset, Me, PasswordSignIn, Refresh, Register, SwitchOrganisation, TokenPair,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::POST, "/api/auth/login", Authority::Anyone, Rate::Auth, "login.start", login)
            .summary("Signs in with a password, and sets a cookie")
            .body::<PasswordSignIn>()
            .reply::<Me>(200),
        Route::new(
            Method::POST,
            "/api/auth/register",
            Authority::Anyone,
            Rate::Auth,
            "user.create",
            register,
        )
        .summary("Makes a local account where that is open to anybody, or to who is invited, and signs in")
        .body::<Register>()
        .reply::<Me>(201),
        Route::new(Method::POST, "/api/auth/token", Authority::Anyone, Rate::Auth, "login.token", token)
            .summary("Signs a program in with a password, and answers tokens")
            .body::<PasswordSignIn>()
            .reply::<TokenPair>(200),
        Route::new(
            Method::POST,
            "/api/auth/refresh",
            Authority::Anyone,
            Rate::Auth,
            "login.refresh",
            refresh,
        )
        .summary("Replaces a refresh token, and answers a new access token with it")
        .body::<Refresh>()
        .reply::<TokenPair>(200),
        Route::new(
            Method::POST,
            "/api/auth/logout",
            Authority::Role(Role::Viewer),
            Rate::Auth,
            "login.end",
            logout,
        )
        .summary("Ends the login that this request came with")
        .reply_empty(204),
        Route::read("/api/auth/me", "user.me", me).summary("Who is signed in, and where").reply::<Me>(200),
        Route::new(
            Method::POST,
            "/api/auth/organisation",
            Authority::Role(Role::Viewer),
            Rate::Default,
            "login.switch",
            switch,
        )
        .summary(
            "Has this login, or this browser where a proxy says who you are, act in another organisation",
        )
        .body::<SwitchOrganisation>()
        .reply::<Me>(200),
        Route::new(
            Method::PUT,
            "/api/auth/password",
            Authority::Role(Role::Viewer),
            Rate::Auth,
            "user.password",
            change_password,
        )
        .summary("Changes the password of one's own local account; other logins end")
        .body::<ChangePassword>()
        .reply_empty(204),
        Route::new(
            Method::POST,
            "/api/auth/reset/finish",
            Authority::Anyone,
            Rate::Auth,
            "user.reset",
            finish_reset,
        )
        .summary("Sets a password by the link that an operator made")
        .body::<FinishReset>()
        .reply_empty(204),
    ]
}

/// Somebody who was just let in.
pub(super) struct LetIn {
    user: UserId,
    login: LoginId,
    org: OrgId,
    pub(super) secret: String,
}

async fn login(
    State(state): State<ApiState>,
    parts: Parts,
    Input(body): Input<PasswordSignIn>,
) -> ApiResult<impl IntoResponse> {
    let door = state.auth.hosted()?;
    let account = known_by_password(&state, door, &parts, body).await?;
    let by = (LoginMethod::Password, Some(account.password));
    let let_in = start(&state, door, &parts, by, account.user.id).await?;
    entered(&state, door, StatusCode::OK, let_in).await
}

async fn register(
    State(state): State<ApiState>,
    parts: Parts,
    Input(body): Input<Register>,
) -> ApiResult<impl IntoResponse> {
    let door = state.auth.hosted()?;
    let passwords = door.passwords()?;
    let invitation = body.invitation.as_deref().map(digest);
    may_register(&state, door, invitation.as_ref()).await?;
    let (username, name) = (Username::new(&body.username)?, display_name(&body.name)?);
    let email =
        body.email.as_deref().filter(|text| !text.trim().is_empty()).map(email_address).transpose()?;
    check_password(&body.password)?;
    let password = passwords.hash(body.password).await?;
    let new = NewAccount { username, name, email, password: password.clone() };
    let (user, joined) = match &invitation {
        None => (state.app.register(&new).await?, None),
        Some(secret) => {
            let (user, joined) = state.app.register_invited(&new, secret).await?;
            (user, Some(joined.id))
        }
    };
    let mut let_in = start(&state, door, &parts, (LoginMethod::Password, Some(password)), user.id).await?;
    if let Some(org) = joined {
        let_in.org = state.app.switch_organisation(let_in.login, org).await?.id;
    }
    entered(&state, door, StatusCode::CREATED, let_in).await
}

/// Refuses who may not make an account, before a password costs anything.
async fn may_register(state: &ApiState, door: &Hosted, invitation: Option<&SecretDigest>) -> ApiResult<()> {
    let refusal = match (door.registration, invitation) {
        (Registration::Open, None) => return Ok(()),
        (Registration::Open | Registration::Invited, Some(secret)) => {
            let offered = state.app.offered_place(secret).await;
            if offered.as_ref().is_err_and(|error| error.kind == ErrorKind::NotFound) {
                tracing::warn!(security_event = true, "an account was asked for with no good invitation");
            }
            return Ok(offered.map(drop)?);
        }
        (Registration::Invited, None) => {
            let text =
                "Accounts are made by invitation here. Open the address that you were sent, or ask for one.";
            ("invitation_required", text)
        }
        (Registration::Closed, _) => {
            let text = "Accounts are made by whoever runs this instance. Ask them for one.";
            ("registration_closed", text)
        }
    };
    Err(Error::new(ErrorKind::Forbidden, refusal.0, refusal.1).into())
}

async fn token(
    State(state): State<ApiState>,
    parts: Parts,
    Input(body): Input<PasswordSignIn>,
) -> ApiResult<Json<TokenPair>> {
    let door = state.auth.hosted()?;
    let account = known_by_password(&state, door, &parts, body).await?;
    let by = (LoginMethod::Password, Some(account.password));
    let LetIn { user, login, org, secret } = start(&state, door, &parts, by, account.user.id).await?;
    pair(&state, door, (user, org, login), secret)
}

async fn refresh(State(state): State<ApiState>, Input(body): Input<Refresh>) -> ApiResult<Json<TokenPair>> {
    let door = state.auth.hosted()?;
    let next = random_secret()?;
    let login = state.app.rotate_login(&digest(&body.refresh_token), &digest(next.reveal())).await?;
    pair(&state, door, (login.user_id, login.org_id, login.id), next.reveal().to_owned())
}

async fn logout(State(state): State<ApiState>, caller: Caller) -> ApiResult<impl IntoResponse> {
    let door = state.auth.hosted()?;
    if let Some(login) = caller.login {
        state.app.end_login(caller.scope.user(), login).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, door.no_login_cookie()?)]))
}

async fn me(State(state): State<ApiState>, caller: Caller) -> ApiResult<Json<Me>> {
    state.auth.hosted()?;
    let (org, role) = (caller.scope.org(), caller.scope.role());
    let mut known = state.app.known_user(caller.scope.user()).await?;
    if caller.by_key {
        // A key knows of the organisation that it is for, and of what it may do there itself.
        known.memberships.retain(|membership| membership.organisation.id == org);
        known.memberships.iter_mut().for_each(|membership| membership.role = role);
    }
    Ok(Json(Me::acting_in(org, known).ok_or_else(Error::not_found)?))
}

async fn switch(
    State(state): State<ApiState>,
    caller: Caller,
    parts: Parts,
    Input(body): Input<SwitchOrganisation>,
) -> ApiResult<(HeaderMap, Json<Me>)> {
    let org = body.org_id.into();
    let cookies = go_over(&state, &parts, &caller, org).await?.ok_or_else(|| {
        let text =
            "Keys and tokens act in the organisation that they name. Use one for the other organisation.";
        Error::conflict("no_login", text)
    })?;
    Ok((cookies, me_in(&state, caller.scope.user(), org).await?))
}

/// Has somebody act in an organisation of theirs from now on, by their login, or by a cookie where a proxy knows them;
/// nothing where they have neither.
pub(super) async fn go_over(
    state: &ApiState,
    parts: &Parts,
    caller: &Caller,
    org: OrgId,
) -> Result<Option<HeaderMap>, Error> {
    let door = state.auth.hosted()?;
    let mut headers = HeaderMap::new();
    if let Some(login) = caller.login {
        state.app.switch_organisation(login, org).await?;
    } else if door.is_proxied(parts) {
        let known = state.app.known_user(caller.scope.user()).await?;
        if known.memberships.iter().all(|member| member.organisation.id != org) {
            return Err(Error::not_found());
        }
        headers.insert(header::SET_COOKIE, door.organisation_cookie(org)?);
    } else {
        return Ok(None);
    }
    Ok(Some(headers))
}

async fn change_password(
    State(state): State<ApiState>,
    caller: Caller,
    Input(body): Input<ChangePassword>,
) -> ApiResult<StatusCode> {
    caller.require_person()?;
    let passwords = state.auth.hosted()?.passwords()?;
    check_password(&body.password)?;
    let user = caller.scope.user();
    let known = state.app.known_user(user).await?;
    let account = match &known.user.username {
        Some(username) => state.app.account(username).await?,
        None => None,
    };
    if !passwords.is(account.as_ref().map(|account| &account.password), body.current).await? {
        return Err(Error::invalid("current", "That is not your password.").into());
    }
    let password = passwords.hash(body.password).await?;
    state.app.set_password(user, &password, caller.login).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn finish_reset(
    State(state): State<ApiState>,
    Input(body): Input<FinishReset>,
) -> ApiResult<StatusCode> {
    let passwords = state.auth.hosted()?.passwords()?;
    check_password(&body.password)?;
    let password = passwords.hash(body.password).await?;
    state.app.finish_reset(&digest(&body.token), &password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who has this name and password. A name that nobody has takes as long and is refused alike.
async fn known_by_password(
    state: &ApiState,
    door: &Hosted,
    parts: &Parts,
    body: PasswordSignIn,
) -> ApiResult<Account> {
    let (app, passwords) = (&state.app, door.passwords()?);
    let name = Username::new(&body.username).ok();
    let account = match &name {
        Some(name) => app.account(name).await?,
        None => None,
    };
    let address = door.client_of(parts);
    let is_at_home = async || match &account {
        Some(account) => is_signed_in_from(app, account.user.id, address).await,
        None => Ok(false),
    };
    let guess = door.limiter.admit_guess(app, name.as_ref(), address, is_at_home).await?;
    if passwords.is(account.as_ref().map(|account| &account.password), body.password).await?
        && let Some(account) = account
    {
        door.limiter.was_right(app, guess).await;
        return Ok(account);
    }
    tracing::warn!(security_event = true, "a sign-in with a wrong name or password was refused");
    let text = "The user name or the password is wrong.";
    Err(Error::new(ErrorKind::Unauthenticated, "credentials_invalid", text).into())
}

/// Whether somebody has a login that was last used from the network of an address.
async fn is_signed_in_from(app: &App, user: UserId, address: Option<IpAddr>) -> Result<bool, Error> {
    let here = network(address);
    let known = |login: &Login| login.address.parse().is_ok_and(|address| network(Some(address)) == here);
    Ok(app.logins(user).await?.iter().any(known))
}

/// Begins a login of this user's, with a secret that nobody had before.
pub(super) async fn start(
    state: &ApiState,
    door: &Hosted,
    parts: &Parts,
    by: (LoginMethod, Option<PasswordHash>),
    user: UserId,
) -> Result<LetIn, Error> {
    let secret = random_secret()?;
    let from = SignInFrom {
        user_agent: agent_of(&parts.headers),
        address: door.client_of(parts).map(|address| address.to_string()).unwrap_or_default(),
    };
    let login = state.app.start_login(user, by, &from, digest(secret.reveal())).await?;
    Ok(LetIn { user, login: login.id, org: login.org_id, secret: secret.reveal().to_owned() })
}

async fn entered(
    state: &ApiState,
    door: &Hosted,
    status: StatusCode,
    let_in: LetIn,
) -> ApiResult<impl IntoResponse + use<>> {
    let cookie = door.login_cookie(&let_in.secret)?;
    let me = me_in(state, let_in.user, let_in.org).await?;
    Ok((status, [(header::SET_COOKIE, cookie)], me))
}

async fn me_in(state: &ApiState, user: UserId, org: OrgId) -> ApiResult<Json<Me>> {
    let known = state.app.known_user(user).await?;
    Ok(Json(Me::acting_in(org, known).ok_or_else(Error::not_found)?))
}

fn pair(
    state: &ApiState,
    door: &Hosted,
    (user, org, login): (UserId, OrgId, LoginId),
    refresh_token: String,
) -> ApiResult<Json<TokenPair>> {
    let (access_token, expires_in) = door.access_token(user, org, login, state.app.now())?;
    Ok(Json(TokenPair { access_token, token_type: "Bearer", expires_in, refresh_token }))
}

fn agent_of(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().chars().take(400).collect()
}
