//! Migrations: run once, forward only, never over another program's database.

use switchyard_domain::store::*;
use switchyard_domain::{ErrorKind, Result};
use switchyard_store::{Database, SqliteConfig};

use crate::fixture::{Fixture, Place};

crate::scenarios! {
    a_database_opens_again_with_everything_in_it,
    a_database_of_a_newer_program_is_refused,
    a_changed_migration_is_refused,
    the_audit_log_can_only_grow,
    tenant_tables_name_their_owner,
}

async fn reopen(f: &Fixture) -> Result<Database> {
    f.db.close().await;
    match &f.place {
        Place::Folder(folder) => {
            Database::open_sqlite(&SqliteConfig::new(folder.path().join("switchyard.db"))).await
        }
        Place::Server { url } => Database::open_postgres(&crate::fixture::serving(url)).await,
    }
}

/// Runs SQL behind the store's back.
async fn run(f: &Fixture, sql: &'static str) -> Result<(), String> {
    match &f.place {
        Place::Folder(folder) => rusqlite::Connection::open(folder.path().join("switchyard.db"))
            .and_then(|connection| connection.execute_batch(sql))
            .map_err(|error| error.to_string()),
        Place::Server { url } => {
            let done = crate::fixture::behind(url).await.batch_execute(sql).await;
            done.map_err(|error| format!("{error:?}"))
        }
    }
}

async fn a_database_opens_again_with_everything_in_it(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let head = f.head().await;
    let db = reopen(&f).await.unwrap();
    assert_eq!(db.project(&f.alice, project.id).await.unwrap().name, "Shop");
    assert_eq!(db.task(&f.alice, task.id).await.unwrap(), task);
    assert_eq!(db.feed_head(&f.alice).await.unwrap(), head);
}

async fn a_database_of_a_newer_program_is_refused(f: Fixture) {
    let sql = "INSERT INTO schema_migrations (version, name, checksum, applied_at)
               SELECT 9999, 'from_the_future', 'x', applied_at FROM schema_migrations WHERE version = 1";
    run(&f, sql).await.unwrap();
    let error = reopen(&f).await.err().unwrap();
    assert_eq!((error.kind, error.code), (ErrorKind::Unavailable, "database_newer"));
    assert!(error.message.contains("9999"), "{error}");
}

async fn a_changed_migration_is_refused(f: Fixture) {
    run(&f, "UPDATE schema_migrations SET checksum = 'other' WHERE version = 1").await.unwrap();
    let error = reopen(&f).await.err().unwrap();
    assert_eq!(error.code, "migration_changed");
    assert!(error.message.contains("0001_init"), "{error}");
}

async fn the_audit_log_can_only_grow(f: Fixture) {
    f.project("Shop").await;
    for sql in ["UPDATE audit_log SET action = 'nothing'", "DELETE FROM audit_log"] {
        let error = run(&f, sql).await.unwrap_err();
        assert!(error.contains("append-only"), "{error}");
    }
    assert_eq!(f.audit_log().await.len(), 1);
}

async fn tenant_tables_name_their_owner(f: Fixture) {
    const TENANT_TABLES: [&str; 16] = [
        "projects",
        "repos",
        "tasks",
        "workspaces",
        "sessions",
        "transcript_entries",
        "messages",
        "approvals",
        "comments",
        "terminals",
        "user_configs",
        "audit_log",
        "idempotency_keys",
        "logins",
        "invitations",
        "api_keys",
    ];
    for table in TENANT_TABLES {
        for column in ["org_id", "user_id"] {
            let required = match &f.place {
                Place::Folder(folder) => {
                    required_by_sqlite(&folder.path().join("switchyard.db"), table, column)
                }
                Place::Server { url } => {
                    let (required, indexed) = postgres_column(url, table, column).await;
                    // SQLite serves one person: docs/adr/0006.
                    assert!(indexed, "{table}.{column} is in no index");
                    required
                }
            };
            assert!(required, "{table}.{column} may be NULL");
        }
    }
}

fn required_by_sqlite(path: &std::path::Path, table: &str, column: &str) -> bool {
    let sql = "SELECT count(*) > 0 FROM pragma_table_info(?1) WHERE name = ?2 AND \"notnull\" = 1";
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.query_row(sql, [table, column], |row| row.get(0)).unwrap()
}

async fn postgres_column(url: &str, table: &str, column: &str) -> (bool, bool) {
    let sql = "SELECT a.attnotnull,
                   EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey))
               FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attname = $2";
    let found = crate::fixture::behind(url).await.query_one(sql, &[&table, &column]).await.unwrap();
    (found.get(0), found.get(1))
}
