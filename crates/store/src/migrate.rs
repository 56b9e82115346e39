//! Migrations: forward only, each run once, each in a transaction of its own.

use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};
use switchyard_domain::{Error, Result};
#[cfg(feature = "postgres")]
use tokio_postgres::{Client, error::SqlState};

use crate::fault;

/// A step of the schema. Once released, its text does not change.
struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($engine:literal: $($version:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../../../migrations/", $engine, "/", $name, ".sql")),
        }),*]
    };
}

const SQLITE: &[Migration] = migrations!(
    "sqlite": 1 "0001_init", 2 "0002_terminals", 3 "0003_search_takes_tasks_in_later", 4 "0004_dev_servers",
    5 "0005_identity", 6 "0006_row_level_security", 7 "0007_limits",
    8 "0008_project_access", 9 "0009_replicas", 10 "0010_clones",
    11 "0011_search_under_row_level_security", 12 "0012_removed_clones"
);
#[cfg(feature = "postgres")]
const POSTGRES: &[Migration] = migrations!(
    "postgres": 1 "0001_init", 2 "0002_terminals", 3 "0003_search_takes_tasks_in_later", 4 "0004_dev_servers",
    5 "0005_identity", 6 "0006_row_level_security", 7 "0007_limits",
    8 "0008_project_access", 9 "0009_replicas", 10 "0010_clones",
    11 "0011_search_under_row_level_security", 12 "0012_removed_clones"
);

#[cfg(feature = "postgres")]
const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL
)";
const SQLITE_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
) STRICT";
const APPLIED: &str = "SELECT version, checksum FROM schema_migrations ORDER BY version";

impl Migration {
    /// Of the text, however the lines end.
    fn checksum(&self) -> String {
        let digest = Sha256::digest(self.sql.replace('\r', ""));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The migrations that are left to run, if those that ran are ours.
fn pending(all: &'static [Migration], applied: &[(i64, String)]) -> Result<Vec<&'static Migration>> {
    for (version, checksum) in applied {
        let Some(known) = all.iter().find(|migration| migration.version == *version) else {
            return Err(Error::unavailable(
                "database_newer",
                format!(
                    "The database was written by a newer Switchyard (its schema has version {version}). \
                     Install that version or a later one, or restore a backup from before the upgrade."
                ),
            ));
        };
        if known.checksum() != *checksum {
            return Err(Error::unavailable(
                "migration_changed",
                format!(
                    "The database was made by another build: migration {} differs from the one that ran. \
                     Use the build that made it, or restore a backup.",
                    known.name
                ),
            ));
        }
    }
    let last = applied.last().map_or(0, |(version, _)| *version);
    Ok(all.iter().filter(|migration| migration.version > last).collect())
}

/// Brings a SQLite database up to date.
pub(crate) fn sqlite(connection: &mut Connection) -> Result<()> {
    let applied = sqlite_applied(connection).map_err(|error| fault::sqlite(&error))?;
    for migration in pending(SQLITE, &applied)? {
        apply_sqlite(connection, migration).map_err(|error| fault::sqlite(&error))?;
        tracing::info!(migration = migration.name, "database migrated");
    }
    Ok(())
}

/// Nothing is written to a database that is up to date: an old file opens as fast as it can.
fn sqlite_applied(connection: &Connection) -> rusqlite::Result<Vec<(i64, String)>> {
    let there = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'";
    if connection.query_row(there, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(Vec::new());
    }
    connection.prepare(APPLIED)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn apply_sqlite(connection: &mut Connection, migration: &Migration) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(SQLITE_TABLE)?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "INSERT INTO schema_migrations (version, name, checksum, applied_at)
         VALUES (?1, ?2, ?3, CAST(unixepoch('subsec') * 1000000 AS INTEGER))",
        (migration.version, migration.name, migration.checksum()),
    )?;
    transaction.commit()
}

/// Brings a PostgreSQL database up to date; replicas that start together wait for each other. `app` is the role that
/// serves, where that is another one, and is given what it needs.
///
/// # Errors
/// `Unavailable` with code `migration_needed` when this role may not change the tables, and they need it.
#[cfg(feature = "postgres")]
pub(crate) async fn postgres(client: &mut Client, app: Option<&str>) -> Result<()> {
    let transaction = client.transaction().await.map_err(fault::postgres)?;
    // Any number, as long as every replica takes the same. A large table may take its time. The owner is held to
    // row-level security too.
    run_postgres(
        transaction.client(),
        "SET LOCAL statement_timeout = 0; SET LOCAL switchyard.instance = 'on';
         SELECT pg_advisory_xact_lock(7230916245)",
    )
    .await?;
    for migration in pending(POSTGRES, &postgres_applied(transaction.client()).await?)? {
        run_postgres(transaction.client(), migration.sql).await?;
        let sql =
            "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, now())";
        transaction
            .execute(sql, &[&migration.version, &migration.name, &migration.checksum()])
            .await
            .map_err(explained)?;
        tracing::info!(migration = migration.name, "database migrated");
    }
    if let Some(app) = app {
        crate::postgres::role::grant(transaction.client(), app).await?;
    }
    transaction.commit().await.map_err(fault::postgres)
}

/// Looks before it makes the table: a role that only serves may not make any.
#[cfg(feature = "postgres")]
async fn postgres_applied(client: &Client) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT to_regclass('schema_migrations') IS NOT NULL";
    if !client.query_one_scalar::<bool, _>(sql, &[]).await.map_err(fault::postgres)? {
        run_postgres(client, TABLE).await?;
    }
    let applied = client.query(APPLIED, &[]).await.map_err(explained)?;
    Ok(applied.iter().map(|row| (row.get(0), row.get(1))).collect())
}

#[cfg(feature = "postgres")]
async fn run_postgres(client: &Client, sql: &str) -> Result<()> {
    client.batch_execute(sql).await.map_err(explained)
}

/// What to do where the role may not do what migrating needs; otherwise the error as any other.
#[cfg(feature = "postgres")]
fn explained(error: tokio_postgres::Error) -> Error {
    if error.code() != Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return fault::postgres(error);
    }
    Error::unavailable(
        "migration_needed",
        "The database's tables are not of this version, and its role may not change them. Run `switchyard-server \
         admin migrate` as their owner, or let DATABASE_MIGRATION_URL name it.",
    )
    .caused_by(fault::in_words(&error))
}
