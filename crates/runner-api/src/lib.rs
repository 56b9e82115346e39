//! The runner's gRPC contract (`proto/`) and the clients that implement the runner ports.
//!
//! Knows how to reach a runner and how domain values travel; knows nothing of what a runner does with them.

mod client;
mod decode;
mod encode;
mod fault;
mod hosted;

pub use client::{Hello, RemoteRunner};
pub use hosted::{HostDescription, HostedRunners};

/// The number that client and runner must share; raised when the contract changes incompatibly.
pub const PROTOCOL: u32 = 1;

#[allow(missing_docs, clippy::all, unreachable_pub)]
mod proto {
    tonic::include_proto!("switchyard.runner.v1");
}
