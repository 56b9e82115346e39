//! HTTP and WebSocket: the route table, wire types, authentication and streams.
//!
//! The only floor that serialises for clients. Knows the use cases and nothing below them: no SQL, no runner, no
//! file. A handler extracts, makes one call and replies.

mod assets;
mod auth;
mod cache;
mod edge;
mod error;
mod extract;
mod limit;
mod metrics;
mod openapi;
mod routes;
mod state;
mod stream;
mod table;
mod wire;

pub use assets::{Asset, Assets};
pub use auth::{
    Door, Hosted, HostedRules, Loopback, OwnWindow, PublicUrl, PublicUrlFault, TokenRules, WINDOW_ORIGIN,
    digest as secret_digest, hash_password, random_secret,
};
pub use edge::router;
pub use limit::RateLimits;
pub use metrics::metrics;
pub use openapi::document;
pub use state::{ApiState, Instance, Mode};
