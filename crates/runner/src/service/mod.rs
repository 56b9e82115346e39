//! The runner's side of the contract: what a control plane may ask, over a Unix socket.

mod clones;
mod connections;
mod decode;
mod encode;
mod fault;
mod lifetime;
mod methods;
mod serve;
mod terminals;

pub(crate) use connections::Door;
pub(crate) use fault::status;
pub use lifetime::Lifetime;
pub(crate) use serve::only_one;
pub use serve::{Apart, Place, Settings, remotes_folder, serve};

/// The number that client and runner must share.
pub const PROTOCOL: u32 = 1;

#[allow(missing_docs, clippy::all, unreachable_pub)]
pub(crate) mod proto {
    tonic::include_proto!("switchyard.runner.v1");
}
