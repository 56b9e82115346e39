//! Databases of every earlier version are brought up to date with everything in them.

use std::path::Path;

use sha2::Digest;
use switchyard_domain::store::*;
use switchyard_domain::{Actor, OrgId, ProjectId, Role, Timestamp, UserId};
use switchyard_store::{Database, PostgresConfig, SqliteConfig};
use switchyard_testkit::postgres::{Cluster, OWNER, address_for};

use crate::fixture::{all, behind, github, serving};

/// The migrations of an engine as they lie in the repository: number, name and text.
fn migrations(engine: &str) -> Vec<(i64, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(engine);
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let number = name.split('_').next().unwrap().parse().unwrap();
            (number, name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

fn checksum(text: &str) -> String {
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the first version left behind, in either engine's words for ids and times.
struct Left {
    user: UserId,
    org: OrgId,
    project: ProjectId,
}

impl Left {
    fn new() -> Self {
        Self { user: UserId::new(), org: OrgId::new(), project: ProjectId::new() }
    }

    /// The statements of a program that had run the first `count` migrations.
    fn statements(&self, engine: &str, count: usize) -> String {
        let sqlite = engine == "sqlite";
        let id = |id: uuid::Uuid| if sqlite { format!("x'{}'", id.simple()) } else { format!("'{id}'") };
        let (user, org, project) = (id(self.user.0), id(self.org.0), id(self.project.0));
        let (kind, at) = if sqlite { ("INTEGER", "0") } else { ("TIMESTAMPTZ", "'epoch'") };
        let settings =
            serde_json::to_string(&switchyard_domain::project::ProjectSettings::default()).unwrap();
        let mut sql = format!(
            "CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL,
                 checksum TEXT NOT NULL, applied_at {kind} NOT NULL);"
        );
        for (number, name, text) in migrations(engine).into_iter().take(count) {
            sql.push_str(&text);
            let sum = checksum(&text);
            sql.push_str(&format!(
                "\nINSERT INTO schema_migrations VALUES ({number}, '{name}', '{sum}', {at});\n"
            ));
            if number == 1 {
                sql.push_str(&format!(
                    "INSERT INTO users (id, handle, name, created_at) VALUES ({user}, 'local', 'You', {at});
                     INSERT INTO organisations (id, handle, name, created_at) VALUES ({org}, 'local', 'Local', {at});
                     INSERT INTO memberships (org_id, user_id, role, created_at) VALUES ({org}, {user}, 'admin', {at});
                     INSERT INTO feed_heads (org_id, seq, pruned) VALUES ({org}, 7, 7);
                     INSERT INTO projects (id, org_id, user_id, name, name_key, settings, created_at, updated_at, version)
                     VALUES ({project}, {org}, {user}, 'Shop', 'shop', '{settings}', {at}, {at}, 3);\n"
                ));
            }
        }
        sql
    }

    async fn check(&self, db: &Database, count: usize) {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(db.local_identity(at).await.unwrap(), (self.user, self.org), "after {count}");
        let scope = Actor::authenticated(self.user, vec![(self.org, Role::Admin)]).scope(self.org).unwrap();
        let project = db.project(&scope, self.project).await.unwrap();
        assert_eq!((project.name.as_str(), project.version), ("Shop", 3));
        assert_eq!(db.feed_head(&scope).await.unwrap(), 7);
        assert!(db.organisation(&scope).await.unwrap().personal);
        let members = db.members(&scope, &all()).await.unwrap().items;
        assert_eq!((members.len(), members[0].name.as_str(), members[0].role), (1, "You", Role::Admin));
        assert!(db.sign_in(at, &github("Ada")).await.unwrap().instance_admin);
        db.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_file_of_every_earlier_version_is_brought_up_to_date() {
    for count in 1..=migrations("sqlite").len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("switchyard.db");
        let left = Left::new();
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(&left.statements("sqlite", count)).unwrap();
        connection.close().unwrap();
        left.check(&Database::open_sqlite(&SqliteConfig::new(&path)).await.unwrap(), count).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_database_of_every_earlier_version_is_brought_up_to_date() {
    for count in 1..=migrations("postgres").len() {
        let url = Cluster::shared().unwrap().database().unwrap();
        let left = Left::new();
        let owner = behind(&address_for(OWNER, &url)).await;
        owner.batch_execute(&left.statements("postgres", count)).await.unwrap();
        drop(owner);
        let config = PostgresConfig { migration_url: Some(address_for(OWNER, &url)), ..serving(&url) };
        left.check(&Database::open_postgres(&config).await.unwrap(), count).await;
    }
}
