//! A store with two organisations, and short ways to fill it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sha2::Digest;
use switchyard_domain::agent::AgentSpec;
use switchyard_domain::event::{Event, FeedSlice};
use switchyard_domain::message::Message;
use switchyard_domain::organisation::NewInvitation;
use switchyard_domain::project::{Project, ProjectSettings};
use switchyard_domain::repo::{NewPlace, NewRepo, Repo};
use switchyard_domain::session::Session;
use switchyard_domain::store::*;
use switchyard_domain::task::{NewTask, Priority, Task, TaskFilter, TaskStatus};
use switchyard_domain::transcript::{Entry, EntryBody, SystemEntry, SystemEvent};
use switchyard_domain::user::{OutsideIdentity, Provider, SecretDigest, User};
use switchyard_domain::workspace::{Workspace, WorkspaceRepo, WorkspaceStatus};
use switchyard_domain::*;
use switchyard_store::{Database, Membership, PostgresConfig, SqliteConfig};
use switchyard_testkit::postgres::{APP, Cluster, OWNER, address_for};
use tokio::sync::OnceCell;
use tokio_postgres::types::FromSqlOwned;

pub(crate) struct Fixture {
    pub(crate) db: Arc<Database>,
    /// Somebody of the first organisation.
    pub(crate) alice: Scope,
    /// Somebody of another organisation.
    pub(crate) mallory: Scope,
    /// Whatever holds the database in being, or leads to it.
    pub(crate) place: Place,
    seconds: AtomicI64,
}

pub(crate) enum Place {
    Folder(tempfile::TempDir),
    /// The superuser's address.
    Server {
        url: String,
    },
}

/// How a server that many people use is set up: with a role that row-level security holds.
pub(crate) fn serving(url: &str) -> PostgresConfig {
    PostgresConfig { refuse_strong_role: true, ..PostgresConfig::new(address_for(APP, url)) }
}

/// A new database with nobody in it.
pub(crate) struct Empty;

impl Empty {
    pub(crate) async fn sqlite() -> (Database, Place) {
        // In memory where there is such a place: these tests are not about the disk.
        let memory = std::path::Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::tempdir_in(base).unwrap();
        let db =
            Database::open_sqlite(&SqliteConfig::new(folder.path().join("switchyard.db"))).await.unwrap();
        (db, Place::Folder(folder))
    }

    pub(crate) async fn postgres() -> (Database, Place) {
        /// Migrated once; each test gets a copy.
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let cluster = Cluster::shared().unwrap();
        let template = TEMPLATE.get_or_init(|| async {
            let url = cluster.database().unwrap();
            let owner = PostgresConfig::new(address_for(OWNER, &url));
            Database::migrate_postgres(&owner, APP).await.unwrap();
            url
        });
        let url = cluster.copy_of(template.await).unwrap();
        let db = Database::open_postgres(&serving(&url)).await.unwrap();
        (db, Place::Server { url })
    }
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        Self::with(Empty::sqlite().await).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::with(Empty::postgres().await).await
    }

    async fn with((db, place): (Database, Place)) -> Self {
        let alice = member(&db, "Alice").await;
        let mallory = member(&db, "Mallory").await;
        Self { db: Arc::new(db), alice, mallory, place, seconds: AtomicI64::new(1_700_000_000) }
    }

    /// Somebody whom GitHub vouches for, in an organisation of their own.
    pub(crate) async fn person(&self, name: &str) -> User {
        self.db.sign_in(self.now(), &github(name)).await.unwrap()
    }

    /// The authority that a user has in an organisation, as authentication finds it.
    pub(crate) async fn scope(&self, user: UserId, org: OrgId) -> Scope {
        let known = self.db.user(user).await.unwrap().unwrap();
        let memberships = known.memberships.iter().map(|place| (place.organisation.id, place.role));
        Actor::authenticated(user, memberships.collect()).scope(org).unwrap()
    }

    /// Somebody in Alice's organisation.
    pub(crate) async fn colleague(&self, name: &str, role: Role) -> Scope {
        let user = self.person(name).await.id;
        let new = NewInvitation {
            email: None,
            role,
            secret: secret(&format!("for {name}")),
            expires_at: self.later(3600),
        };
        self.db.create_invitation(&self.act("invitation.create"), &new).await.unwrap();
        self.db.accept_invitation(self.now(), user, &new.secret).await.unwrap();
        self.scope(user, self.alice.org()).await
    }

    /// The same world with Mallory in Alice's place.
    pub(crate) fn the_other_side(&self, url: &str) -> Self {
        Self {
            db: Arc::clone(&self.db),
            alice: self.mallory,
            mallory: self.alice,
            place: Place::Server { url: url.to_owned() },
            seconds: AtomicI64::new(self.seconds.load(Ordering::Relaxed)),
        }
    }

    /// Some seconds after now.
    pub(crate) fn later(&self, seconds: i64) -> Timestamp {
        Timestamp::from_unix_timestamp(self.seconds.load(Ordering::Relaxed) + seconds).unwrap()
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// An act of somebody's.
    pub(crate) fn act_of(&self, scope: Scope, action: &'static str) -> Act {
        Act { scope, ..self.act(action) }
    }

    /// A later time with each call.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix_timestamp(self.seconds.fetch_add(1, Ordering::Relaxed)).unwrap()
    }

    /// An act of Alice's.
    pub(crate) fn act(&self, action: &'static str) -> Act {
        Act { scope: self.alice, at: self.now(), action, idempotency_key: None, held: None }
    }

    pub(crate) fn keyed(&self, action: &'static str, key: &str) -> Act {
        Act { idempotency_key: Some(key.to_owned()), ..self.act(action) }
    }

    pub(crate) fn foreign(&self, action: &'static str) -> Act {
        Act { scope: self.mallory, ..self.act(action) }
    }

    pub(crate) async fn project(&self, name: &str) -> Project {
        self.db.create_project(&self.act("project.create"), name, &ProjectSettings::default()).await.unwrap()
    }

    pub(crate) async fn repo(&self, project: ProjectId) -> Repo {
        self.db.create_repo(&self.act("repo.create"), project, &new_repo("/code/shop")).await.unwrap()
    }

    pub(crate) async fn task(&self, project: ProjectId, title: &str) -> Task {
        self.db.create_task(&self.act("task.create"), project, &new_task(title)).await.unwrap()
    }

    pub(crate) async fn workspace(&self, task: TaskId) -> Workspace {
        let id = WorkspaceId::new();
        let repo = WorkspaceRepo {
            repo_id: RepoId::new(),
            name: "shop".to_owned(),
            path: String::new(),
            repo_path: "/code/shop".to_owned(),
            base_branch: "main".to_owned(),
            base_commit: String::new(),
            merged_commit: None,
        };
        let new = NewWorkspace {
            id,
            task_id: task,
            branch: format!("sy/{id}"),
            base_branch: "main".to_owned(),
            repos: vec![repo],
        };
        self.db.create_workspace(&self.act("workspace.create"), &new).await.unwrap()
    }

    pub(crate) async fn change(&self, id: WorkspaceId, status: WorkspaceStatus) -> Workspace {
        let change = WorkspaceChange { status: Some(status), ..WorkspaceChange::default() };
        self.db.change_workspace(&self.act("workspace.change"), id, &change).await.unwrap()
    }

    pub(crate) async fn session(&self, workspace: WorkspaceId) -> (Session, Message) {
        let new = NewSession { workspace_id: workspace, agent: agent(), prompt: "Fix it\nplease".to_owned() };
        self.db.create_session(&self.act("session.create"), &new).await.unwrap()
    }

    /// A session with all that it needs.
    pub(crate) async fn whole_session(&self) -> (Session, Message) {
        let project = self.project("Shop").await;
        let task = self.task(project.id, "Fix the till").await;
        self.session(self.workspace(task.id).await.id).await
    }

    pub(crate) async fn append(&self, session: SessionId, entries: &[Entry]) -> Session {
        self.db.append_entries(&self.act("session.append"), session, entries).await.unwrap()
    }

    pub(crate) async fn board(&self, project: ProjectId) -> Vec<Task> {
        self.db.tasks(&self.alice, project, &TaskFilter::default(), &all()).await.unwrap().items
    }

    pub(crate) async fn titles(&self, project: ProjectId, filter: &TaskFilter) -> Vec<String> {
        let page = self.db.tasks(&self.alice, project, filter, &all()).await.unwrap();
        page.items.into_iter().map(|task| task.title).collect()
    }

    /// Every event of Alice's organisation.
    pub(crate) async fn events(&self) -> Vec<Event> {
        self.events_after(0).await
    }

    pub(crate) async fn events_after(&self, since: i64) -> Vec<Event> {
        match self.db.events(&self.alice, since, 100_000).await.unwrap() {
            FeedSlice::Events(events) => events,
            FeedSlice::Reset { head } => panic!("the feed was reset at {head}"),
        }
    }

    pub(crate) async fn head(&self) -> i64 {
        self.db.feed_head(&self.alice).await.unwrap()
    }

    /// Every row of an organisation's, in whatever table, as text.
    pub(crate) async fn rows_of(&self, org: OrgId) -> Vec<String> {
        match &self.place {
            Place::Folder(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("switchyard.db")).unwrap();
                let sql = "SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                           WHERE t.type = 'table' AND c.name = 'org_id' ORDER BY t.name";
                let mut statement = connection.prepare(sql).unwrap();
                let tables = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
                tables.flat_map(|table| sqlite_rows(&connection, &table.unwrap(), org)).collect()
            }
            Place::Server { url } => {
                let database = behind(url).await;
                let sql = "SELECT table_name::text FROM information_schema.columns
                           WHERE table_schema = 'public' AND column_name = 'org_id' ORDER BY table_name";
                let tables: Vec<String> = column(&database, sql).await;
                let mut rows = Vec::new();
                for table in tables {
                    let sql = format!(
                        "SELECT '{table}: ' || t::text FROM {table} t WHERE org_id = '{org}' ORDER BY 1"
                    );
                    rows.extend(column::<String>(&database, &sql).await);
                }
                rows
            }
        }
    }

    /// The audit log behind the store's back: `action entity_type details`, oldest first.
    pub(crate) async fn audit_log(&self) -> Vec<String> {
        let sql = "SELECT action, entity_type, details FROM audit_log ORDER BY id";
        match &self.place {
            Place::Folder(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("switchyard.db")).unwrap();
                let mut statement = connection.prepare(sql).unwrap();
                let line = |row: &rusqlite::Row<'_>| {
                    let [action, entity, details]: [String; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
                    Ok(format!("{action} {entity} {details}"))
                };
                statement.query_map([], line).unwrap().map(|line| line.unwrap()).collect()
            }
            Place::Server { url } => {
                let rows = behind(url).await.query(sql, &[]).await.unwrap();
                let line = |row: &tokio_postgres::Row| {
                    let (action, entity): (&str, &str) = (row.get(0), row.get(1));
                    format!("{action} {entity} {}", row.get::<_, serde_json::Value>(2))
                };
                rows.iter().map(line).collect()
            }
        }
    }
}

/// A connection to a database behind the store's back, for as long as it is kept.
pub(crate) async fn behind(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The one column of a query's rows.
pub(crate) async fn column<T: FromSqlOwned>(database: &tokio_postgres::Client, sql: &str) -> Vec<T> {
    database.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

fn sqlite_rows(connection: &rusqlite::Connection, table: &str, org: OrgId) -> Vec<String> {
    let sql = format!("SELECT * FROM {table} WHERE org_id = ?1");
    let mut statement = connection.prepare(&sql).unwrap();
    let width = statement.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let values: Vec<rusqlite::types::Value> =
            (0..width).map(|column| row.get(column)).collect::<Result<_, _>>()?;
        Ok(format!("{table}: {values:?}"))
    };
    statement.query_map([org.0.as_bytes().as_slice()], line).unwrap().map(|row| row.unwrap()).collect()
}

async fn member(db: &Database, name: &str) -> Scope {
    let membership = Membership {
        org: OrgId::new(),
        org_name: format!("{name}'s"),
        user: UserId::new(),
        user_name: name.to_owned(),
        role: Role::Admin,
    };
    db.ensure_membership(&membership, Timestamp::UNIX_EPOCH).await.unwrap();
    Actor::authenticated(membership.user, vec![(membership.org, Role::Admin)]).scope(membership.org).unwrap()
}

pub(crate) fn agent() -> AgentSpec {
    AgentSpec::Known { id: "gemini".to_owned() }
}

pub(crate) fn new_task(title: &str) -> NewTask {
    NewTask {
        title: title.to_owned(),
        description: String::new(),
        status: TaskStatus::Todo,
        priority: Priority::None,
        labels: Vec::new(),
        assignee: None,
    }
}

/// A person as GitHub vouches for them.
pub(crate) fn github(name: &str) -> OutsideIdentity {
    OutsideIdentity {
        provider: Provider::Github,
        subject: format!("id of {name}"),
        user_id: None,
        name: name.to_owned(),
        email: Some(format!("{}@example.org", name.to_lowercase())),
        avatar_url: None,
    }
}

/// The digest of a secret; each text is another one.
pub(crate) fn secret(text: &str) -> SecretDigest {
    SecretDigest(sha2::Sha256::digest(text).into())
}

pub(crate) fn all() -> PageRequest {
    PageRequest::new(Some(PageRequest::MAX), None)
}

pub(crate) fn entry(seq: i64, body: EntryBody) -> Entry {
    Entry { seq, turn: 1, at: Timestamp::from_unix_timestamp(1_600_000_000 + seq).unwrap(), body }
}

pub(crate) fn said(seq: i64, text: &str) -> Entry {
    entry(seq, EntryBody::AgentMessage { item: "1".to_owned(), text: text.to_owned() })
}

pub(crate) fn system(seq: i64, event: SystemEvent) -> Entry {
    entry(seq, EntryBody::System(SystemEntry { text: String::new(), event }))
}

/// A repository in a folder, named as its last part.
pub(crate) fn new_repo(path: &str) -> NewRepo {
    NewRepo {
        id: RepoId::new(),
        name: path.rsplit('/').find(|part| !part.is_empty()).unwrap().to_owned(),
        place: NewPlace::Folder(path.to_owned()),
        default_branch: "main".to_owned(),
    }
}
