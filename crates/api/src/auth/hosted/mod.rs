//! Hosted mode's door: many people, each of whom shows who they are.
//!
//! A request is known by the first of these that it carries: an API key or a token in `Authorization`, headers of the
//! proxy that is trusted, the cookie of a login. Whichever it is, the store says what the person may do now, so that
//! who was removed, or whose login was ended, is refused with the next request.

mod cookie;
mod outside;
mod own_path;
mod password;
mod proxy;
mod public_url;
mod signed;
mod state;
mod stream;
mod ticket;
mod token;

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use switchyard_app::App;
use switchyard_domain::login::Login;
use switchyard_domain::organisation::Membership;
use switchyard_domain::sign_in::SignInProvider;
use switchyard_domain::store::Known;
use switchyard_domain::user::{OutsideIdentity, Provider, Registration, SecretDigest, User};
use switchyard_domain::{Actor, Error, ErrorKind, LoginId, OrgId, Result, Scope, Timestamp, UserId};

use self::password::Passwords;
use self::signed::Signer;
use self::token::{ACCESS_LASTS_SECS, Claims, Tokens};
use super::Identified;
use super::address::OwnAddress;
use super::secret::digest;
use super::voucher::Voucher;
use crate::limit::{Limiter, RateLimits};
pub(crate) use outside::{CALLBACK, CameBack};
pub use password::hash_password;
pub use public_url::{PublicUrl, PublicUrlFault};
pub use token::TokenRules;

/// How API keys begin, so that people and scanners of leaked secrets know one when they see it.
pub(crate) const KEY_PREFIX: &str = "sy_";

/// Where probes ask, under whatever name they know the machine by.
const PROBES: [&str; 2] = ["/health", "/ready"];

/// What an operator decides about signing in.
pub struct HostedRules {
    /// Where people reach the instance.
    pub public_url: PublicUrl,
    /// Which tokens are taken.
    pub tokens: TokenRules,
    /// Whether there are local accounts with passwords.
    pub passwords: bool,
    /// Who may make one for themselves.
    pub registration: Registration,
    /// GitHub, where people sign in with it.
    pub github: Option<Arc<dyn SignInProvider>>,
    /// Proxies that say who somebody is; none where empty.
    pub proxies: Vec<ipnet::IpNet>,
    /// Proxies that say where requests come from, and nothing else.
    pub forwarders: Vec<ipnet::IpNet>,
    /// How many requests of each class somebody may make.
    pub limits: RateLimits,
}

/// The door.
pub struct Hosted {
    public_url: PublicUrl,
    address: OwnAddress,
    tokens: Tokens,
    passwords: Option<Passwords>,
    pub(crate) registration: Registration,
    github: Option<Arc<dyn SignInProvider>>,
    signer: Signer,
    proxies: Vec<ipnet::IpNet>,
    /// All that are believed about where requests come from.
    forwarders: Vec<ipnet::IpNet>,
    pub(crate) limiter: Limiter,
}

impl Hosted {
    /// The door that these rules make.
    ///
    /// # Errors
    /// `Internal` when the operating system has no random numbers.
    pub fn new(rules: HostedRules) -> Result<Self> {
        let HostedRules { public_url, tokens, passwords, registration, github, proxies, .. } = rules;
        let forwarders = rules.forwarders.into_iter().chain(proxies.iter().copied()).collect();
        let address =
            OwnAddress::new(vec![public_url.host().to_owned()], vec![public_url.origin().to_owned()]);
        Ok(Self {
            public_url,
            address,
            tokens: Tokens::new(&tokens),
            passwords: passwords.then(Passwords::new).transpose()?,
            registration: if passwords { registration } else { Registration::Closed },
            github,
            signer: Signer::new(&tokens),
            proxies,
            forwarders,
            limiter: Limiter::new(rules.limits, &tokens.secret),
        })
    }

    /// Where people reach the instance.
    pub(crate) fn public_url(&self) -> &PublicUrl {
        &self.public_url
    }

    /// The passwords of local accounts; `NotFound` where there are none.
    pub(crate) fn passwords(&self) -> Result<&Passwords> {
        self.passwords.as_ref().ok_or_else(Error::not_found)
    }

    /// The ways to sign in, for the page to offer.
    pub(crate) fn methods(&self) -> Vec<&'static str> {
        let offered = [
            ("github", self.github.is_some()),
            ("password", self.passwords.is_some()),
            ("proxy", !self.proxies.is_empty()),
        ];
        offered.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
    }

    /// The origins that pictures of people come from.
    pub(super) fn picture_origins(&self) -> &[String] {
        self.github.as_deref().map_or(&[], SignInProvider::picture_origins)
    }

    /// The network address that a request comes from.
    pub(crate) fn client_of(&self, parts: &Parts) -> Option<IpAddr> {
        proxy::client_of(parts, &self.forwarders)
    }

    pub(super) fn check_address(&self, path: &str, headers: &HeaderMap) -> Result<()> {
        if PROBES.contains(&path) {
            return Ok(());
        }
        self.address.check(headers)
    }

    pub(super) fn require_own_origin(&self, headers: &HeaderMap) -> Result<()> {
        self.address.require_origin(headers)
    }

    pub(super) async fn authenticate(&self, app: &App, parts: &Parts) -> Result<Identified> {
        let headers = &parts.headers;
        if let Some(shown) = authorization(headers)? {
            return self.by_bearer(app, shown).await;
        }
        if let Some(identity) = proxy::identity(parts, &self.proxies)? {
            let user = app.sign_in_from_outside(&identity).await?;
            app.sync_groups(user.id, &proxy::groups(&parts.headers)).await?;
            return self.by_proxy(app, user.id, headers).await;
        }
        let Some(cookie) = cookie::LOGIN.value(headers) else { return Err(not_signed_in()) };
        self.address.require_own_page(parts)?;
        by_known_login(app.login(&digest(cookie)).await?.ok_or_else(not_signed_in)?)
    }

    /// Somebody whom a proxy knows, in the organisation that they chose or in their own.
    async fn by_proxy(&self, app: &App, user: UserId, headers: &HeaderMap) -> Result<Identified> {
        let known = app.known_user(user).await?;
        let chosen = cookie::ORGANISATION.value(headers).and_then(|text| text.parse::<OrgId>().ok());
        let is_theirs = |org: &OrgId| known.memberships.iter().any(|member| member.organisation.id == *org);
        let scope =
            scope_of(actor(&known.user, &known.memberships), &known.memberships, chosen.filter(is_theirs))?;
        Ok(Identified { scope, voucher: Voucher::default() })
    }

    async fn by_bearer(&self, app: &App, shown: &str) -> Result<Identified> {
        match shown.strip_prefix(KEY_PREFIX) {
            Some(_) => by_key(app, digest(shown)).await,
            None => self.by_token(app, self.tokens.read(shown)?).await,
        }
    }

    async fn by_token(&self, app: &App, claims: Claims) -> Result<Identified> {
        let until = claims.until;
        if let Some(login) = claims.login {
            // Ours: good for as long as the login that it came from.
            let known = self.by_login(app, claims.user, login).await?;
            return Ok(Identified { voucher: Voucher { until, ..known.voucher }, ..known });
        }
        let known = match app.known_user(claims.user).await {
            Err(unknown) if unknown.kind == ErrorKind::Unauthenticated => {
                app.sign_in_from_outside(&outsider(&claims)).await?;
                app.known_user(claims.user).await?
            }
            known => known?,
        };
        let scope = scope_of(actor(&known.user, &known.memberships), &known.memberships, claims.org)?;
        Ok(Identified { scope, voucher: Voucher { until, ..Voucher::default() } })
    }

    async fn by_login(&self, app: &App, user: UserId, login: LoginId) -> Result<Identified> {
        by_known_login(app.known_login(user, login).await?.ok_or_else(token::invalid)?)
    }

    async fn by_user(&self, app: &App, user: UserId, org: Option<OrgId>) -> Result<Identified> {
        let known = app.known_user(user).await?;
        let scope = scope_of(actor(&known.user, &known.memberships), &known.memberships, org)?;
        Ok(Identified { scope, voucher: Voucher::default() })
    }

    /// A token for whoever has this login, and for how many seconds it is good.
    pub(crate) fn access_token(
        &self,
        user: UserId,
        org: OrgId,
        login: LoginId,
        at: Timestamp,
    ) -> Result<(String, i64)> {
        Ok((self.tokens.issue(user, org, login, at)?, ACCESS_LASTS_SECS))
    }

    /// The cookie that keeps somebody signed in.
    pub(crate) fn login_cookie(&self, secret: &str) -> Result<HeaderValue> {
        cookie::LOGIN.set(secret)
    }

    /// The cookie that ends that.
    pub(crate) fn no_login_cookie(&self) -> Result<HeaderValue> {
        cookie::LOGIN.clear()
    }

    /// Whether a proxy says who sends a request, and nothing that counts before it.
    pub(crate) fn is_proxied(&self, parts: &Parts) -> bool {
        let named = proxy::identity(parts, &self.proxies).is_ok_and(|identity| identity.is_some());
        named && !parts.headers.contains_key(header::AUTHORIZATION)
    }

    /// The cookie that has somebody whom a proxy knows act in an organisation.
    pub(crate) fn organisation_cookie(&self, org: OrgId) -> Result<HeaderValue> {
        cookie::ORGANISATION.set(&org.to_string())
    }
}

/// Whoever has this login, in the organisation in which it acts.
fn by_known_login(known: Known<Login>) -> Result<Identified> {
    let Login { id, org_id, .. } = known.credential;
    let scope = scope_of(actor(&known.user, &known.memberships), &known.memberships, Some(org_id))?;
    Ok(Identified { scope, voucher: Voucher { login: Some(id), ..Voucher::default() } })
}

async fn by_key(app: &App, shown: SecretDigest) -> Result<Identified> {
    let known = app.known_api_key(&shown).await?.ok_or_else(token::invalid)?;
    let key = &known.credential;
    let actor = actor(&known.user, &known.memberships);
    let actor = if key.for_projects { actor.through_key(key.id) } else { actor };
    let scope = scope_of(actor, &known.memberships, Some(key.org_id))?;
    Ok(Identified { scope, voucher: Voucher { key: Some(shown), ..Voucher::default() } })
}

/// A person that the issuer of a token vouches for.
fn outsider(claims: &Claims) -> OutsideIdentity {
    let id = claims.user;
    OutsideIdentity {
        provider: Provider::Token,
        subject: id.to_string(),
        user_id: Some(id),
        name: claims
            .email
            .clone()
            .unwrap_or_else(|| format!("User {}", switchyard_domain::id::short(id.into()))),
        email: claims.email.clone(),
        avatar_url: None,
    }
}

/// A user, with what they may do where they belong.
fn actor(user: &User, memberships: &[Membership]) -> Actor {
    let belongs = memberships.iter().map(|membership| (membership.organisation.id, membership.role));
    Actor::authenticated(user.id, belongs.collect())
}

/// The authority of an actor in `org`, or in their own organisation.
fn scope_of(actor: Actor, memberships: &[Membership], org: Option<OrgId>) -> Result<Scope> {
    let own = memberships.iter().find(|membership| membership.organisation.personal);
    let org = org.or(own.map(|own| own.organisation.id)).ok_or_else(not_signed_in)?;
    actor.scope(org)
}

/// What stands behind `Authorization: Bearer`, if the header is there.
fn authorization(headers: &HeaderMap) -> Result<Option<&str>> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = all.next() else { return Ok(None) };
    let bearer = first.to_str().ok().and_then(|text| text.split_once(' '));
    match bearer {
        Some((scheme, shown)) if all.next().is_none() && scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Some(shown.trim()))
        }
        _ => Err(token::invalid()),
    }
}

fn not_signed_in() -> Error {
    Error::new(ErrorKind::Unauthenticated, "unauthenticated", "Sign in first.")
}
