//! Who calls: authentication makes the [`Actor`](switchyard_domain::Actor) that all authority comes from.

mod address;
mod hosted;
mod loopback;
mod secret;
mod voucher;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use switchyard_app::{App, unceasing};
use switchyard_domain::{Error, Result, Scope, UserId};

use crate::table::Rate;

pub(crate) use hosted::{CALLBACK, CameBack, KEY_PREFIX};
pub use hosted::{Hosted, HostedRules, PublicUrl, PublicUrlFault, TokenRules, hash_password};
pub use loopback::{Loopback, OwnWindow, WINDOW_ORIGIN};
pub(crate) use secret::tail;
pub use secret::{digest, random_secret};
pub(crate) use voucher::Voucher;

/// How callers are let in: one of two doors, which core chooses.
pub enum Door {
    /// One local user, without a login.
    Loopback(Box<Loopback>),
    /// Many people, who sign in.
    Hosted(Box<Hosted>),
}

/// Who calls, as what they showed tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identified {
    pub(crate) scope: Scope,
    /// What has to hold for it to stay so.
    pub(crate) voucher: Voucher,
}

impl Door {
    /// Refuses a request that was sent under another name than ours, or from another page. On every request.
    pub(crate) fn check_address(&self, path: &str, headers: &HeaderMap) -> Result<()> {
        match self {
            Self::Loopback(door) => door.check_address(headers),
            Self::Hosted(door) => door.check_address(path, headers),
        }
    }

    /// The authority of a request, whose address was checked before.
    pub(crate) async fn authenticate(&self, app: &App, parts: &Parts) -> Result<Identified> {
        match self {
            Self::Loopback(door) => {
                Ok(Identified { scope: door.authenticate(parts)?, voucher: Voucher::default() })
            }
            Self::Hosted(door) => door.authenticate(app, parts).await,
        }
    }

    /// The authority of whoever opens a WebSocket, and whether a ticket gave it, which is used up by this.
    pub(crate) async fn authenticate_stream(&self, app: &App, parts: &Parts) -> Result<(Identified, bool)> {
        match self {
            Self::Loopback(_) => Ok((self.authenticate(app, parts).await?, false)),
            Self::Hosted(door) => door.authenticate_stream(app, parts).await,
        }
    }

    /// Lets a user make one more request of this class, or says when they may.
    pub(crate) async fn admit_user(&self, app: &App, rate: Rate, user: UserId) -> Result<()> {
        match self {
            Self::Loopback(_) => Ok(()),
            Self::Hosted(door) => door.limiter.admit_user(app, rate, user).await,
        }
    }

    /// Lets somebody who is not known make one more request of this class, or says when they may.
    pub(crate) async fn admit_stranger(&self, app: &App, rate: Rate, parts: &Parts) -> Result<()> {
        match self {
            Self::Loopback(_) => Ok(()),
            Self::Hosted(door) => door.limiter.admit_stranger(app, rate, door.client_of(parts)).await,
        }
    }

    /// Keeps what counts requests small, for as long as it is not dropped.
    pub async fn keep_limits(&self, app: &App) {
        if let Self::Hosted(door) = self {
            unceasing("rate limits", || door.limiter.tidy(app)).await;
        }
    }

    /// Whether strangers may learn how to sign in.
    pub(crate) fn has_guests(&self) -> bool {
        matches!(self, Self::Hosted(_))
    }

    /// Whether a proxy says who sends a request.
    pub(crate) fn is_proxied(&self, parts: &Parts) -> bool {
        matches!(self, Self::Hosted(door) if door.is_proxied(parts))
    }

    /// Refuses a request without credential that did not come from our own page.
    pub(crate) fn require_own_origin(&self, headers: &HeaderMap) -> Result<()> {
        match self {
            Self::Loopback(door) => door.require_own_origin(headers),
            Self::Hosted(door) => door.require_own_origin(headers),
        }
    }

    /// What the page may connect to, in the words of a content security policy.
    pub(crate) fn connects_to(&self) -> &'static str {
        match self {
            Self::Loopback(door) => door.connects_to(),
            Self::Hosted(_) => "'self'",
        }
    }

    /// The origins besides our own that the page may show pictures from: those of people whom another site vouches for.
    pub(crate) fn shows_pictures_from(&self) -> &[String] {
        match self {
            Self::Loopback(_) => &[],
            Self::Hosted(door) => door.picture_origins(),
        }
    }

    /// The door of desktop mode.
    ///
    /// # Errors
    /// `NotFound` in the other.
    pub fn loopback(&self) -> Result<&Loopback> {
        match self {
            Self::Loopback(door) => Ok(door),
            Self::Hosted(_) => Err(Error::not_found()),
        }
    }

    /// The door of hosted mode; `NotFound` in the other.
    pub(crate) fn hosted(&self) -> Result<&Hosted> {
        match self {
            Self::Hosted(door) => Ok(door),
            Self::Loopback(_) => Err(Error::not_found()),
        }
    }
}
