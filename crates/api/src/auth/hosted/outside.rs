//! Signing in with another site: a browser is sent there, and comes back with a code that says who its person is.

use axum::extract::Query;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use switchyard_app::App;
use switchyard_domain::credential::Secret;
use switchyard_domain::sign_in::{SignInCode, SignInProvider, SignInRequest};
use switchyard_domain::user::User;
use switchyard_domain::{Error, ErrorKind, Result, Timestamp};

use super::own_path::OwnPath;
use super::state::SignInState;
use super::{Hosted, cookie};
use crate::auth::secret::{digest, matches};
use crate::wire::person::CallbackQuery;

/// Where browsers come back to.
pub(crate) const CALLBACK: &str = "/api/auth/callback";

/// A browser that was sent away.
pub(crate) struct SentAway {
    /// Where to.
    pub(crate) address: String,
    /// What it keeps meanwhile.
    pub(crate) cookie: HeaderValue,
}

/// Where somebody is led who came back.
pub(crate) struct CameBack {
    /// Where they wanted to go; the front page where that is not known.
    pub(crate) next: OwnPath,
    /// Who they are.
    pub(crate) user: Result<User>,
}

impl Hosted {
    /// The site with which people sign in; `NotFound` where there is none.
    fn provider(&self) -> Result<&dyn SignInProvider> {
        self.github.as_deref().ok_or_else(Error::not_found)
    }

    /// Where browsers come back to, in full.
    fn callback(&self) -> String {
        format!("{}{CALLBACK}", self.public_url.origin())
    }

    /// Sends a browser to the other site, to go to `next` afterwards.
    ///
    /// # Errors
    /// `NotFound` where nobody signs in so; `Invalid` with field `next`.
    pub(crate) fn send_away(&self, next: Option<&str>, at: Timestamp) -> Result<SentAway> {
        let provider = self.provider()?;
        let next = match next {
            None => OwnPath::root(),
            Some(text) => OwnPath::parse(text).ok_or_else(|| {
                Error::invalid("next", "After signing in you can go to a page of Switchyard alone: /path.")
            })?,
        };
        let begun = SignInState::begin(next, at)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(begun.verifier.reveal()));
        let request =
            SignInRequest { state: begun.state.reveal(), challenge: &challenge, redirect: &self.callback() };
        let cookie = cookie::SIGN_IN.set(&begun.write(&self.signer)?)?;
        Ok(SentAway { address: provider.address(&request), cookie })
    }

    /// Who came back from the other site. Whatever they bring, what the browser kept is not to be used again.
    ///
    /// # Errors
    /// `NotFound` where nobody signs in so.
    pub(crate) async fn welcome_back(&self, app: &App, parts: &Parts) -> Result<CameBack> {
        let provider = self.provider()?;
        let kept =
            cookie::SIGN_IN.value(&parts.headers).and_then(|kept| SignInState::read(&self.signer, kept));
        let next = kept.as_ref().map_or_else(OwnPath::root, |kept| kept.next.clone());
        let user = match kept {
            Some(kept) => self.know(app, provider, kept, parts).await,
            None => Err(state_invalid()),
        };
        Ok(CameBack { next, user })
    }

    async fn know(
        &self,
        app: &App,
        provider: &dyn SignInProvider,
        kept: SignInState,
        parts: &Parts,
    ) -> Result<User> {
        let Ok(Query(brought)) = Query::<CallbackQuery>::try_from_uri(&parts.uri) else {
            return Err(oauth_failed("parameters that stand twice, or are no text"));
        };
        if !brought.state.is_some_and(|state| matches(&kept.state, &state)) {
            return Err(state_invalid());
        }
        if brought.iss.is_some_and(|issuer| issuer != provider.issuer()) {
            return Err(oauth_failed("an answer of another issuer"));
        }
        let code = match (brought.code, brought.error.as_deref()) {
            (Some(code), None) => Secret::new(code),
            (_, Some("access_denied")) => {
                let text = "You did not let Switchyard see who you are.";
                return Err(Error::new(ErrorKind::Forbidden, "oauth_denied", text));
            }
            _ => return Err(oauth_failed("neither a code alone nor a refusal")),
        };
        let code = SignInCode { code, verifier: kept.verifier, redirect: self.callback() };
        let vouched = provider.identify(&code).await?;
        // Only now, so that nobody fills up the store who cannot sign in.
        if !app.spend(&digest(kept.state.reveal()), kept.expires_at).await? {
            return Err(state_invalid());
        }
        let user = app.sign_in_from_outside(&vouched.identity).await?;
        let scope = self.by_user(app, user.id, None).await?.scope;
        if let Err(error) = app.keep_sign_in_token(&scope, provider.git_host(), &vouched.token).await {
            // They are who they are all the same, and can enter one.
            tracing::warn!(?error, user = %user.id, "the token of a sign-in could not be kept");
        }
        Ok(user)
    }

    /// The cookie that forgets a sign-in that was begun.
    pub(crate) fn no_sign_in_cookie(&self) -> Result<HeaderValue> {
        cookie::SIGN_IN.clear()
    }
}

fn state_invalid() -> Error {
    let text = "Signing in took too long, or was begun elsewhere. Try again.";
    Error::new(ErrorKind::Unauthenticated, "state_invalid", text)
}

fn oauth_failed(why: &'static str) -> Error {
    let text = "GitHub could not be asked who you are. Try again in a moment.";
    Error::unavailable("oauth_failed", text).caused_by(why)
}
