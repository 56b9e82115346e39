//! The interface: what each call does, who may make it, and what it says when it cannot be done.

mod config;
mod credentials;
mod errors;
mod feed;
mod loopback;
mod projects;
pub(crate) mod routes;
mod tasks;
