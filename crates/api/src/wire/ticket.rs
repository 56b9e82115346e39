//! What opens a WebSocket, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Time;

/// What opens one WebSocket, once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ticket {
    /// Goes into the address, as `?ticket=`.
    pub(crate) ticket: String,
    pub(crate) expires_at: Time,
}

/// Who opens a WebSocket, where they can send neither a cookie nor a header.
#[derive(Deserialize, IntoParams)]
pub(crate) struct StreamCredential {
    /// A ticket from `POST /api/auth/tickets`.
    #[param(required = false)]
    pub(crate) ticket: Option<String>,
    /// A bearer token. Addresses are written into logs in many places: take a ticket, or the subprotocols `switchyard,
    /// bearer.TOKEN`.
    #[param(required = false)]
    pub(crate) token: Option<String>,
}
