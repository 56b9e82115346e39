//! What an operator does to a hosted instance from its machine: users, resets, logins, keys, the tables.
//!
//! It speaks to the database as the server does, under the same role, and needs no server to run.

mod import;
mod keys;
mod password;
mod users;

use std::sync::Arc;

use switchyard_domain::credential::Secret;
use switchyard_domain::store::{Operating, Recovery, Whom};
use switchyard_domain::user::User;
use switchyard_domain::{Clock, Error, ErrorKind, Result, Timestamp};
use switchyard_store::{Database, PostgresConfig};

use crate::clock::SystemClock;

pub use import::Import;
pub use keys::Rotated;
pub use users::Newcomer;

/// Connections of a command, which does one thing after the other; another one listens.
const CONNECTIONS: u32 = 2;

/// Users that are asked for at once.
const PAGE: u32 = 500;

/// Brings the tables up to date as their owner, and gives `app_role` what it needs to serve.
///
/// # Errors
/// `Unavailable` or `Invalid` with what is wrong and what to do.
pub async fn migrate(owner_url: &Secret, app_role: &str) -> Result<()> {
    let config = PostgresConfig { max_connections: CONNECTIONS, ..PostgresConfig::new(owner_url.reveal()) };
    Database::migrate_postgres(&config, app_role).await
}

/// An operator at work.
pub struct Operator {
    store: Arc<Database>,
}

impl Operator {
    /// Connects to the database under the server's role.
    ///
    /// # Errors
    /// As when the server starts: `Unavailable` with what is wrong and what to do.
    pub async fn open(database_url: &Secret) -> Result<Self> {
        let config = PostgresConfig {
            max_connections: CONNECTIONS,
            refuse_strong_role: true,
            ..PostgresConfig::new(database_url.reveal())
        };
        Ok(Self { store: Arc::new(Database::open_postgres(&config).await?) })
    }

    /// Ends the connections.
    pub async fn close(self) {
        self.store.close().await;
    }

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    async fn find(&self, whom: &Whom) -> Result<User> {
        self.store.find_user(whom).await?.ok_or_else(|| {
            let text = match whom {
                Whom::Id(id) => format!("There is no user with the id {id}."),
                Whom::Username(name) => format!("There is no user named `{}`.", name.as_str()),
            };
            Error::new(
                ErrorKind::NotFound,
                "user_unknown",
                format!("{text} `users list` tells who there is."),
            )
        })
    }
}
