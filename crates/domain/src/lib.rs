//! The nouns and rules of Switchyard, and the ports through which the rest of the program is reached.
//!
//! This crate knows no transport, no database, no file system and no clock: time, ids and authority come in
//! as values. Types here have no wire shape; `serde` is derived only where a value is stored as a document
//! (project settings, transcript entries), never for clients.

pub mod access;
pub mod agent;
pub mod api_key;
pub mod approval;
pub mod audit;
pub mod comment;
pub mod config;
pub mod credential;
pub mod diff;
pub mod error;
pub mod event;
pub mod group;
pub mod id;
pub mod identity;
pub mod limit;
pub mod login;
pub mod message;
pub mod organisation;
pub mod page;
pub mod position;
pub mod project;
pub mod remote;
pub mod repo;
pub mod runner;
pub mod session;
pub mod sign_in;
pub mod store;
pub mod task;
pub mod terminal;
pub mod transcript;
pub mod user;
pub mod workspace;

pub use error::{Error, ErrorKind, Result};
pub use id::*;
pub use identity::{Actor, Role, Scope};
pub use page::{Page, PageRequest};
pub use time::OffsetDateTime as Timestamp;

/// The clock port.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}
