//! PostgreSQL keeps tenants apart even where a statement does not.

use std::collections::BTreeMap;

use switchyard_domain::access::{NewAccess, ProjectRole, Subject};
use switchyard_domain::login::{LoginMethod, NewLogin};
use switchyard_domain::store::*;
use switchyard_domain::{OrgId, Role, Scope};
use switchyard_store::{Database, PostgresConfig};
use switchyard_testkit::postgres::{APP, Cluster, OWNER, address_for};
use tokio_postgres::{Client, Transaction};

use crate::fixture::{Fixture, Place, behind, column, secret, serving};
use crate::{clones, isolation};

/// What only authentication reads: nobody's scope leads to a row of it.
const BEYOND_SCOPES: [&str; 7] = [
    "accounts",
    "identities",
    "logins",
    "password_resets",
    "rate_limits",
    "replaced_secrets",
    "spent_secrets",
];

/// Tables without a row of anybody's: what is migrated, and which server sees to what.
const NOBODYS: [&str; 3] = ["claims", "replicas", "schema_migrations"];

/// Two organisations with rows of each kind, the tables that rows of an organisation are in, and both ways in.
pub(crate) struct World {
    pub(crate) alice: Fixture,
    pub(crate) mallory: Fixture,
    tables: Vec<String>,
    superuser: Client,
    /// The address for the server's role.
    pub(crate) app: String,
}

pub(crate) async fn world() -> World {
    let alice = Fixture::postgres().await;
    let Place::Server { url } = &alice.place else { panic!() };
    let superuser = behind(url).await;
    let app = address_for(APP, url);
    let mallory = alice.the_other_side(url);
    for side in [&alice, &mallory] {
        fill(side).await;
    }
    let sql = "SELECT table_name::text FROM information_schema.columns
               WHERE table_schema = 'public' AND column_name = 'org_id' ORDER BY table_name";
    let tables = column(&superuser, sql).await;
    World { alice, mallory, tables, superuser, app }
}

/// A row in every table that rows of an organisation are in.
async fn fill(f: &Fixture) {
    let user = f.alice.user();
    isolation::real_ids(f).await;
    let gone = clones::begun(f).await;
    f.db.delete_repo(&f.act("repo.delete"), gone.id, gone.version).await.unwrap();
    clones::begun(f).await;
    f.db.put_config(&f.act("config.update"), 0, &Default::default()).await.unwrap();
    let keyed =
        f.db.create_project(&f.keyed("project.create", "key"), "Keyed", &Default::default()).await.unwrap();
    let access = NewAccess { restricted: true, entries: Vec::new() };
    f.db.set_access(&f.act("access.update"), keyed.id, keyed.version, &access).await.unwrap();
    let name = format!("login of {user}");
    let login = NewLogin {
        user_id: user,
        method: LoginMethod::Password,
        password: None,
        secret: secret(&name),
        user_agent: String::new(),
        address: String::new(),
        expires_at: f.later(3600),
    };
    f.db.start_login(f.now(), &login).await.unwrap();
}

/// Has a transaction reach what `scope` does, as the store says it.
pub(crate) async fn reach(transaction: &Transaction<'_>, scope: Scope) {
    for (name, id) in [("org_id", scope.org().0), ("user_id", scope.user().0)] {
        let (name, id) = (format!("switchyard.{name}"), id.to_string());
        transaction.execute("SELECT set_config($1, $2, TRUE)", &[&name, &id]).await.unwrap();
    }
    let projects = match scope.reaches_all_projects() {
        true => "SELECT set_config('switchyard.all_projects', 'on', TRUE)",
        false => "SELECT reach_projects()",
    };
    transaction.execute(projects, &[]).await.unwrap();
}

pub(crate) async fn count(database: &Client, sql: &str) -> i64 {
    database.query_one_scalar(sql, &[]).await.unwrap()
}

impl World {
    /// Every row of an organisation's, by table, as text.
    async fn rows_of(&self, org: OrgId) -> BTreeMap<&str, Vec<String>> {
        let mut rows = BTreeMap::new();
        for table in &self.tables {
            let sql = format!("SELECT t::text FROM {table} t WHERE org_id = '{org}' ORDER BY 1");
            let found = column(&self.superuser, &sql).await;
            rows.insert(table.as_str(), found);
        }
        rows
    }

    /// What became of a statement of Mallory's, or of a transaction that does not say whose it is: how many rows it
    /// changed, or the error's code.
    pub(crate) async fn attempt(&self, scope: Option<Scope>, sql: &str) -> Result<u64, String> {
        let mut app = behind(&self.app).await;
        let transaction = app.transaction().await.unwrap();
        if let Some(scope) = scope {
            reach(&transaction, scope).await;
        }
        let outcome = match transaction.execute(sql, &[]).await {
            Ok(changed) => Ok(changed),
            Err(error) => Err(error.code().unwrap().code().to_owned()),
        };
        transaction.commit().await.unwrap();
        outcome
    }

    /// Columns that a statement may write.
    async fn columns(&self, table: &str) -> String {
        let sql = "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
                   WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'";
        self.superuser.query_one_scalar(sql, &[&table]).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_held_to_it_and_the_servers_role_owns_none() {
    let w = world().await;
    let sql = "SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity, r.rolname::text,
                   has_table_privilege($1::text, c.oid, 'TRUNCATE')
               FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
               WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace";
    let tables = w.superuser.query(sql, &[&APP]).await.unwrap();
    assert!(tables.len() > w.tables.len());
    for table in tables {
        let name: String = table.get(0);
        assert_eq!(table.get::<_, String>(3), OWNER, "{name}");
        assert!(!table.get::<_, bool>(4), "{name} can be emptied");
        if !NOBODYS.contains(&name.as_str()) {
            assert!(table.get::<_, bool>(1) && table.get::<_, bool>(2), "{name} is not held to it");
        }
    }
    assert!(w.tables.len() >= 19, "{:?}", w.tables);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_asks_for_everything_gets_its_own_organisations_rows_alone() {
    let w = world().await;
    let mut app = behind(&w.app).await;
    let (alices, mallorys) = (w.rows_of(w.alice.alice.org()).await, w.rows_of(w.mallory.alice.org()).await);
    for table in &w.tables {
        let name = table.as_str();
        assert!(!alices[name].is_empty() && !mallorys[name].is_empty(), "{name} has no row to look for");
        let transaction = app.transaction().await.unwrap();
        reach(&transaction, w.alice.alice).await;
        let sql = format!("SELECT t::text FROM {table} t ORDER BY 1");
        let seen: Vec<String> = column(transaction.client(), &sql).await;
        let expected = if BEYOND_SCOPES.contains(&name) { Vec::new() } else { alices[name].clone() };
        assert_eq!(seen, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_does_not_say_whose_it_is_gets_nothing() {
    let w = world().await;
    let mut app = behind(&w.app).await;
    let others = BEYOND_SCOPES.iter().copied().chain(["users", "organisations"]);
    // Neither one that never said so, nor one on a connection on which another said so before.
    for _ in 0..2 {
        for table in w.tables.iter().map(String::as_str).chain(others.clone()) {
            assert_eq!(count(&app, &format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        }
        let transaction = app.transaction().await.unwrap();
        reach(&transaction, w.alice.alice).await;
        assert!(count(transaction.client(), "SELECT count(*) FROM projects").await > 0);
        transaction.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_changes_deletes_or_makes_rows_of_another_organisation() {
    let w = world().await;
    let (alice, mallory) = (w.alice.alice, w.mallory.alice);
    let before = w.rows_of(alice.org()).await;
    for table in &w.tables {
        let columns = w.columns(table).await;
        let sql = format!("SELECT to_jsonb(t)::text FROM {table} t WHERE org_id = '{}' LIMIT 1", alice.org());
        let row: String = w.superuser.query_one_scalar(&sql, &[]).await.unwrap();
        let row = row.replace('\'', "''");
        let insert = format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, '{row}')"
        );
        for scope in [Some(mallory), None] {
            for change in [
                format!("UPDATE {table} SET org_id = org_id WHERE org_id = '{}'", alice.org()),
                format!("DELETE FROM {table} WHERE org_id = '{}'", alice.org()),
            ] {
                let outcome = w.attempt(scope, &change).await;
                let denied = table == "audit_log" && outcome == Err("42501".to_owned());
                assert!(denied || outcome == Ok(0), "{change}: {outcome:?}");
            }
            assert_eq!(w.attempt(scope, &insert).await, Err("42501".to_owned()), "{insert}");
            assert_eq!(w.attempt(scope, &format!("TRUNCATE {table} CASCADE")).await, Err("42501".to_owned()));
        }
        // Their own row cannot be slipped to her, and theirs alone are touched without a WHERE.
        let slipped =
            w.attempt(Some(mallory), &format!("UPDATE {table} SET org_id = '{}'", alice.org())).await;
        let unseen = BEYOND_SCOPES.contains(&table.as_str()) && slipped == Ok(0);
        // A configuration is its user's, wherever it was made.
        let own = table == "user_configs" && slipped == Ok(1);
        assert!(unseen || own || slipped == Err("42501".to_owned()), "{table}: {slipped:?}");
        if own {
            w.attempt(Some(mallory), &format!("UPDATE {table} SET org_id = '{}'", mallory.org()))
                .await
                .unwrap();
        }
        assert_eq!(w.rows_of(alice.org()).await, before, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_and_organisations_of_others_are_not_there_either() {
    let w = world().await;
    let mut app = behind(&w.app).await;
    let stranger = w.alice.person("Stranger").await;
    let bob = w.alice.colleague("Bob", Role::Member).await;
    let transaction = app.transaction().await.unwrap();
    reach(&transaction, w.alice.alice).await;
    let users: Vec<uuid::Uuid> = column(transaction.client(), "SELECT id FROM users ORDER BY id").await;
    let mut expected = vec![w.alice.alice.user().0, bob.user().0];
    expected.sort();
    assert_eq!(users, expected);
    assert!(!users.contains(&stranger.id.0));
    let sql = "SELECT id FROM organisations";
    let organisations: Vec<uuid::Uuid> = column(transaction.client(), sql).await;
    assert_eq!(organisations, [w.alice.alice.org().0]);
    for table in BEYOND_SCOPES {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(count(transaction.client(), &sql).await, 0, "{table}");
    }
    drop(transaction);
    for sql in ["UPDATE users SET instance_admin = TRUE", "DELETE FROM users"] {
        assert_eq!(w.attempt(Some(w.alice.alice), sql).await, Ok(0), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_one_persons_alone_is_not_their_colleagues() {
    let w = world().await;
    let mut app = behind(&w.app).await;
    let bob = w.alice.colleague("Bob", Role::Admin).await;
    let transaction = app.transaction().await.unwrap();
    reach(&transaction, bob).await;
    for (table, seen) in
        [("terminals", false), ("user_configs", false), ("projects", true), ("sessions", true)]
    {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(count(transaction.client(), &sql).await > 0, seen, "{table}");
    }
}

/// Tables with rows of a project.
const OF_PROJECTS: [&str; 10] = [
    "approvals",
    "comments",
    "events",
    "messages",
    "projects",
    "repos",
    "sessions",
    "tasks",
    "transcript_entries",
    "workspaces",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_a_project_that_does_not_name_somebody_is_not_there_whatever_they_ask() {
    let w = world().await;
    let mut app = behind(&w.app).await;
    let bob = w.alice.colleague("Bob", Role::Member).await;
    let eve = w.alice.colleague("Eve", Role::Viewer).await;
    let projects = w.alice.db.projects(&w.alice.alice, false, &crate::fixture::all()).await.unwrap().items;
    let entries = vec![(Subject::User(eve.user()), ProjectRole::Viewer)];
    let access = NewAccess { restricted: true, entries };
    for project in projects {
        let act = w.alice.act("access.update");
        w.alice.db.set_access(&act, project.id, project.version, &access).await.unwrap();
    }
    for table in OF_PROJECTS {
        let sql = match table {
            "events" => "SELECT count(*) FROM events WHERE project_id IS NOT NULL".to_owned(),
            _ => format!("SELECT count(*) FROM {table}"),
        };
        for (scope, seen) in [(w.alice.alice, true), (eve, true), (eve.unattended(), true), (bob, false)] {
            let transaction = app.transaction().await.unwrap();
            reach(&transaction, scope).await;
            assert_eq!(count(transaction.client(), &sql).await > 0, seen, "{table}, {scope:?}");
        }
        // Nor to a transaction that says who asks, and not which projects that reaches.
        let transaction = app.transaction().await.unwrap();
        for (name, id) in [("org_id", eve.org().0), ("user_id", eve.user().0)] {
            let sql = format!("SET LOCAL switchyard.{name} = '{id}'");
            transaction.batch_execute(&sql).await.unwrap();
        }
        assert_eq!(count(transaction.client(), &sql).await, 0, "{table}");
        drop(transaction);
        let change = format!("DELETE FROM {table} WHERE project_id IS NOT NULL");
        if !["projects", "messages", "transcript_entries"].contains(&table) {
            assert_eq!(w.attempt(Some(bob), &change).await, Ok(0), "{change}");
        }
    }
    // A project that is nobody's but Alice's keeps its terminals to who may see it, whosever they are.
    let transaction = app.transaction().await.unwrap();
    reach(&transaction, bob).await;
    transaction.batch_execute("SET LOCAL switchyard.colleagues = 'on'").await.unwrap();
    assert_eq!(count(transaction.client(), "SELECT count(*) FROM terminals").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_it_does_not_hold_is_refused() {
    let cluster = Cluster::shared().unwrap();
    let url = cluster.database().unwrap();
    let owner = PostgresConfig::new(address_for(OWNER, &url));
    Database::migrate_postgres(&owner, APP).await.unwrap();
    cluster
        .run(
            "postgres",
            &format!("CREATE ROLE exempt LOGIN BYPASSRLS; CREATE ROLE heir LOGIN IN ROLE {OWNER}"),
        )
        .unwrap();
    for role in ["postgres", OWNER, "exempt", "heir"] {
        let config =
            PostgresConfig { refuse_strong_role: true, ..PostgresConfig::new(address_for(role, &url)) };
        let error = Database::open_postgres(&config).await.err();
        // One that may not even read what ran is told so first.
        let code = error.map(|error| error.code);
        let expected = if role == "exempt" { "migration_needed" } else { "role_too_strong" };
        assert_eq!(code, Some(expected), "{role}");
    }
    Database::open_postgres(&serving(&url)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_migrates_as_the_owner_and_serves_as_another() {
    let url = Cluster::shared().unwrap().database().unwrap();
    let refused = Database::open_postgres(&serving(&url)).await.err().unwrap();
    assert_eq!(refused.code, "migration_needed");
    assert!(refused.message.contains("DATABASE_MIGRATION_URL"), "{refused}");
    let both = PostgresConfig { migration_url: Some(address_for(OWNER, &url)), ..serving(&url) };
    for _ in 0..2 {
        let db = Database::open_postgres(&both).await.unwrap();
        db.ping().await.unwrap();
        db.close().await;
    }
    for (role, field) in [("nobody_of_that_name", "app_role"), (OWNER, "app_role")] {
        let owner = PostgresConfig::new(address_for(OWNER, &url));
        let error = Database::migrate_postgres(&owner, role).await.err().unwrap();
        assert_eq!(error.field, Some(field), "{role}");
    }
}
