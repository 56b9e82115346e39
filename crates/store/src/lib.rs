//! The store: the domain's store port on two engines, SQLite and PostgreSQL.
//!
//! Queries are written once, in SQL that both engines speak, in a file per noun; [`Tx`](tx::Tx) binds and decodes
//! typed values. SQLite has one writer thread that commits in groups and a few reader threads; PostgreSQL has a
//! pool. This crate knows no HTTP, no rules about rights beyond the scope that comes with each call, and no clock.

mod access;
mod api_keys;
mod approvals;
mod audit;
mod clones;
mod comments;
mod configs;
mod cursor;
mod database;
mod fault;
mod feed;
mod groups;
mod idempotency;
mod identities;
mod invitations;
mod limits;
mod members;
mod messages;
mod metrics;
mod migrate;
mod organisations;
#[cfg(feature = "postgres")]
mod postgres;
mod projects;
mod reach;
mod recovery;
mod removed_clones;
mod replicas;
mod repos;
mod row;
mod sessions;
mod sqlite;
mod tasks;
mod terminals;
mod transcript;
mod trash;
mod tx;
mod value;
mod wake_ups;
mod withdrawal;
mod workspaces;
mod write;

pub use database::Database;
pub use identities::local::Membership;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresConfig, with_budget};
pub use sqlite::SqliteConfig;
