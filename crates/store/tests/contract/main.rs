//! The store's contract: each scenario runs on SQLite and on a real PostgreSQL.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "tests start programs and find places for their files")]

mod access;
mod accounts;
mod api_keys;
mod approvals;
mod audit;
mod bulk_changes;
mod clones;
mod comments;
mod concurrency;
mod durability;
mod engines;
mod feed;
mod fixture;
mod groups;
mod invitations;
mod invited;
mod isolation;
mod limits;
mod logins;
mod migrations;
mod operating;
mod organisations;
mod people;
mod ports;
mod projects;
mod recovery;
mod removed_clones;
mod replicas;
mod restriction;
mod row_level_security;
mod sessions;
mod task_search;
mod task_words;
mod tasks;
mod terminals;
mod tls;
mod transcript;
mod trash;
mod upgrades;
mod withdrawal;
mod workspaces;

/// Runs each scenario of a module on both engines.
macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::fixture::Fixture::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::fixture::Fixture::postgres().await).await;
            })*
        }
    };
}
pub(crate) use scenarios;
