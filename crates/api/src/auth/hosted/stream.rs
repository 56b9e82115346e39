//! Who opens a WebSocket. Browsers' scripts cannot send headers with one, so there are more ways than for requests: a
//! bearer token as a subprotocol, or a ticket in the address. A token in the address is taken for clients that know no
//! other way: addresses are told to logs, though not to ours.

use axum::extract::Query;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;
use switchyard_app::App;
use switchyard_domain::{OrgId, Result, Scope, Timestamp, UserId};

use super::ticket::{self, Ticket};
use super::{Hosted, token};
use crate::auth::Identified;
use crate::auth::secret::digest;
use crate::auth::voucher::Voucher;
use crate::wire::ticket::StreamCredential;

/// How a subprotocol begins that is a bearer token.
const BEARER: &str = "bearer.";

impl Hosted {
    /// The authority of whoever opens a WebSocket, and whether a ticket gave it, which is used up by this.
    pub(crate) async fn authenticate_stream(&self, app: &App, parts: &Parts) -> Result<(Identified, bool)> {
        let Ok(Query(query)) = Query::<StreamCredential>::try_from_uri(&parts.uri) else {
            return Err(token::invalid());
        };
        let protocols = bearers(parts);
        let ways = usize::from(parts.headers.contains_key(AUTHORIZATION))
            + protocols.len()
            + usize::from(query.ticket.is_some())
            + usize::from(query.token.is_some());
        if ways > 1 {
            return Err(token::invalid());
        }
        if let Some(text) = query.ticket {
            return Ok((self.by_ticket(app, &text).await?, true));
        }
        let known = match protocols.first().copied().or(query.token.as_deref()) {
            Some(bearer) => self.by_bearer(app, bearer).await?,
            None => self.authenticate(app, parts).await?,
        };
        Ok((known, false))
    }

    /// A ticket for whoever acts in `scope`, and until when it is good.
    pub(crate) fn ticket(
        &self,
        scope: &Scope,
        voucher: Voucher,
        at: Timestamp,
    ) -> Result<(String, Timestamp)> {
        let ticket = Ticket::issue(scope, voucher, at)?;
        Ok((ticket.write(&self.signer)?, ticket.expires_at))
    }

    async fn by_ticket(&self, app: &App, text: &str) -> Result<Identified> {
        let ticket = Ticket::read(&self.signer, text)?;
        if !app.spend(&digest(&ticket.number), ticket.expires_at).await? {
            tracing::warn!(user = %ticket.user, security_event = true, "a ticket was shown twice");
            return Err(ticket::invalid());
        }
        self.standing(app, ticket.user, ticket.org, ticket.voucher).await
    }

    /// The authority of a user as it is now, if what vouched for them still does.
    pub(crate) async fn standing(
        &self,
        app: &App,
        user: UserId,
        org: OrgId,
        voucher: Voucher,
    ) -> Result<Identified> {
        if voucher.until.is_some_and(|until| until < app.now()) {
            return Err(ticket::invalid());
        }
        let known = match voucher {
            Voucher { key: Some(key), .. } => super::by_key(app, key).await?,
            Voucher { login: Some(login), .. } => self.by_login(app, user, login).await?,
            Voucher { .. } => self.by_user(app, user, Some(org)).await?,
        };
        if (known.scope.user(), known.scope.org()) != (user, org) {
            return Err(ticket::invalid());
        }
        Ok(Identified { voucher, ..known })
    }
}

/// Bearer tokens among the subprotocols that a client offers.
fn bearers(parts: &Parts) -> Vec<&str> {
    let lines = parts.headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .filter_map(|protocol| protocol.trim().strip_prefix(BEARER))
        .collect()
}
