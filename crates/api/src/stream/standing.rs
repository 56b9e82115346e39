//! Whether whoever opened a stream may still have it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::Request;
use axum::http::request::Parts;
use switchyard_domain::{ErrorKind, Result, Scope, SessionId, TerminalId, WorkspaceId};
use tokio::time::sleep;

use crate::auth::{Identified, Voucher};
use crate::error::ApiError;
use crate::extract::Caller;
use crate::state::ApiState;

/// How often what was shown is looked at again: who is signed out or taken out has no stream after a second.
const LOOK_EVERY: Duration = Duration::from_millis(800);

/// What the opener of a stream showed, and what that allowed.
pub(crate) struct Standing {
    state: ApiState,
    shown: Parts,
    scope: Scope,
    /// The name of the act by which it was opened.
    action: &'static str,
    /// What stands in for what was shown, where that cannot be shown again.
    voucher: Option<Voucher>,
    of: Watched,
}

/// What a stream is of, which its opener must go on reaching.
#[derive(Clone, Copy)]
pub(crate) enum Watched {
    /// The organisation's feed, which looks by itself at what it tells whom.
    Feed,
    /// A session's transcript.
    Session(SessionId),
    /// A workspace's files.
    Workspace(WorkspaceId),
    /// A terminal.
    Terminal(TerminalId),
}

impl FromRequestParts<ApiState> for Standing {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Caller { scope, voucher, by_ticket, action, .. } =
            Caller::from_request_parts(parts, state).await?;
        let (mut shown, ()) = Request::new(()).into_parts();
        (shown.method, shown.uri) = (parts.method.clone(), parts.uri.clone());
        shown.headers = parts.headers.clone();
        if let Some(address) = parts.extensions.get::<ConnectInfo<SocketAddr>>() {
            shown.extensions.insert(*address);
        }
        // What a proxy said of somebody's groups was so when it said it: said again, it would undo what it has said since.
        let is_past = by_ticket || state.auth.is_proxied(parts);
        Ok(Self {
            state: state.clone(),
            shown,
            scope,
            action,
            voucher: is_past.then_some(voucher),
            of: Watched::Feed,
        })
    }
}

impl Standing {
    /// The same, of one thing.
    pub(crate) fn of(self, of: Watched) -> Self {
        Self { of, ..self }
    }

    /// Serves a stream to its end, or until its opener may not have it any more: signed out, taken out, in another role
    /// or organisation, with a key that was deleted or a token that expired, or with a project closed to them. Then the
    /// connection breaks off, and connecting again tells why.
    pub(crate) async fn hold(self, stream: impl Future<Output = ()>) {
        let _open = self.state.metrics.stream(self.action);
        tokio::select! {
            () = stream => {}
            () = self.lost() => tracing::info!(user = %self.scope.user(), security_event = true, "a stream was cut off"),
        }
    }

    /// Who the opener is now.
    async fn again(&self) -> Result<Identified> {
        let (app, door) = (&self.state.app, &self.state.auth);
        match self.voucher {
            Some(voucher) => door.hosted()?.standing(app, self.scope.user(), self.scope.org(), voucher).await,
            None => door.authenticate_stream(app, &self.shown).await.map(|(known, _)| known),
        }
    }

    async fn lost(&self) {
        if !self.state.auth.has_guests() {
            // The one local user cannot be signed out.
            std::future::pending::<()>().await;
        }
        loop {
            sleep(LOOK_EVERY).await;
            match self.again().await {
                Ok(known) if known.scope == self.scope => {
                    if self.reached().await.is_err_and(|error| is_refusal(error.kind)) {
                        return;
                    }
                }
                Err(error) if !is_refusal(error.kind) => {
                    tracing::debug!(?error, "whether a stream may go on is not known at the moment");
                }
                Ok(_) | Err(_) => return,
            }
        }
    }

    /// Refuses what the stream is of if its opener does not reach it any more.
    async fn reached(&self) -> Result<()> {
        if self.scope.reaches_all_projects() {
            return Ok(());
        }
        let (app, scope) = (&self.state.app, &self.scope);
        match self.of {
            Watched::Feed => Ok(()),
            Watched::Session(id) => app.session(scope, id).await.map(drop),
            Watched::Workspace(id) => app.workspace(scope, id).await.map(drop),
            Watched::Terminal(id) => app.usable_terminal(scope, id).await.map(drop),
        }
    }
}

/// Whether an error says that somebody may not, and not that it is not known whether they may.
fn is_refusal(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unauthenticated | ErrorKind::Forbidden | ErrorKind::NotFound)
}
