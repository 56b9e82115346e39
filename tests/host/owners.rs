//! Members of one organisation share a board, and no account: what makes programs run in a workspace is its owner's.

use std::sync::Arc;

use async_trait::async_trait;
use switchyard_app::{App, NewRepoRequest, NewSessionRequest, NewWorkspaceRequest, Ports};
use switchyard_domain::agent::AgentSpec;
use switchyard_domain::credential::{
    CredentialName, GitCredential, GitHost, KeptCredentials, KeptGitCredential, Secret, Vault, VaultPlace,
};
use switchyard_domain::project::ProjectSettings;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::store::{Act, EntryRange, Recovery};
use switchyard_domain::task::{NewTask, Priority, TaskStatus};
use switchyard_domain::terminal::TerminalSize;
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{
    Actor, Clock, Error, ErrorKind, OrgId, Result, Role, Scope, SessionId, Timestamp, UserId,
};
use switchyard_integration::eventually;
use switchyard_store::{Database, SqliteConfig};

use crate::ground::{Ground, SERVER_UID};

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now_utc()
    }
}

/// Each user's one credential tells whose it is.
struct Keys;

#[async_trait]
impl Vault for Keys {
    async fn credentials(&self, _: &Scope) -> Result<KeptCredentials> {
        Ok(KeptCredentials { place: VaultPlace::Keychain, names: Vec::new() })
    }

    async fn put_credential(&self, _: &Scope, _: &CredentialName, _: Secret) -> Result<()> {
        Err(Error::not_found())
    }

    async fn remove_credential(&self, _: &Scope, _: &CredentialName) -> Result<()> {
        Err(Error::not_found())
    }

    async fn reveal_credentials(&self, scope: &Scope) -> Result<Vec<(CredentialName, Secret)>> {
        Ok(vec![(CredentialName::new("KEY")?, Secret::new(format!("key-of-{}", scope.user())))])
    }

    async fn git_credentials(&self, _: &Scope) -> Result<Vec<KeptGitCredential>> {
        Ok(Vec::new())
    }

    async fn put_git_credential(&self, _: &Scope, _: GitCredential) -> Result<()> {
        Err(Error::not_found())
    }

    async fn remove_git_credential(&self, _: &Scope, _: &GitHost) -> Result<()> {
        Err(Error::not_found())
    }

    async fn reveal_git_credential(&self, _: &Scope, _: &GitHost) -> Result<Option<GitCredential>> {
        Ok(None)
    }
}

/// A database with two members of one organisation.
async fn members(ground: &Ground) -> (App, Scope, Scope) {
    let folder = ground.folder.join("server");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::chown(&folder, Some(SERVER_UID), Some(SERVER_UID)).unwrap();
    let path = folder.join("board.db");
    let runners = Arc::clone(&ground.runners);
    ground
        .as_server(async move {
            let store = Arc::new(Database::open_sqlite(&SqliteConfig::new(&path)).await.unwrap());
            let (one, org) = store.local_identity(SystemClock.now()).await.unwrap();
            let other = UserId::new();
            let database = rusqlite::Connection::open(&path).unwrap();
            let id = other.0.as_bytes().as_slice();
            database
                .execute("INSERT INTO users (id, name, created_at) VALUES (?1, 'Other', 0)", [id])
                .unwrap();
            let app = App::new(Ports {
                store: store as Arc<dyn switchyard_domain::store::Store>,
                runners,
                vault: Arc::new(Keys),
                clock: Arc::new(SystemClock),
            });
            (app, scope(one, org), scope(other, org))
        })
        .await
}

fn scope(user: UserId, org: OrgId) -> Scope {
    Actor::authenticated(user, vec![(org, Role::Member)]).scope(org).unwrap()
}

fn refused<T>(outcome: Result<T>) -> bool {
    outcome.is_err_and(|error| (error.kind, error.code) == (ErrorKind::Forbidden, "not_the_owner"))
}

async fn said(app: &App, scope: &Scope, session: SessionId, times: usize) -> String {
    eventually("the agent has had its turn", || async {
        let now = app.session(scope, session).await.unwrap();
        let entries = app.entries(scope, session, EntryRange::After(0), 500).await.unwrap();
        let text = format!("{entries:?}");
        (now.status == SessionStatus::Completed && text.matches("ran with").count() == times).then_some(text)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_reads_anothers_workspace_and_runs_nothing_in_it() {
    let ground = Ground::new().await;
    let (app, owner, other) = members(&ground).await;
    let person = ground.known(owner.user()).await;
    drop(ground.known(other.user()).await);
    let repo = person.repository().to_str().unwrap().to_owned();
    let size = TerminalSize::default();
    ground
        .as_server(async move {
            let act = |scope: Scope| -> Act { app.act(scope, "test") };
            let project =
                app.create_project(&act(owner), "Board", &ProjectSettings::default()).await.unwrap();
            let path = Some(repo.clone());
            let new = NewRepoRequest { path, ..NewRepoRequest::default() };
            app.add_repo(&act(owner), project.id, new).await.unwrap();
            let new = NewTask {
                title: "Task".into(),
                description: String::new(),
                status: TaskStatus::Todo,
                priority: Priority::Medium,
                labels: Vec::new(),
                assignee: None,
            };
            let task = app.create_task(&act(owner), project.id, new).await.unwrap();
            let begun = app.create_workspace(&act(owner), task.id, NewWorkspaceRequest::default()).await;
            let workspace = begun.unwrap();
            assert_eq!(workspace.status, WorkspaceStatus::Ready, "{workspace:?}");

            // The other member looks on: the owner's runner answers.
            app.diff(&other, workspace.id, None).await.unwrap();
            app.files(&other, workspace.id, "").await.unwrap();
            let agent = AgentSpec::Command { command: "echo ran with $KEY".into() };
            let ask = || NewSessionRequest { agent: agent.clone(), prompt: "Go".into() };
            assert!(refused(app.create_terminal(&act(other), workspace.id, None, size).await));
            assert!(refused(app.create_session(&act(other), workspace.id, ask()).await));
            assert!(refused(app.push(&act(other), workspace.id, None).await));

            // The owner's agent has the owner's key, also after the other member had to do with its session.
            let session = app.create_session(&act(owner), workspace.id, ask()).await.unwrap().id;
            said(&app, &owner, session, 1).await;
            assert!(refused(app.send_message(&act(other), session, "Go").await));
            app.stop_session(&act(other), session).await.unwrap();
            app.send_message(&act(owner), session, "Again").await.unwrap();
            let text = said(&app, &owner, session, 2).await;
            assert_eq!(text.matches(&format!("ran with key-of-{}", owner.user())).count(), 2, "{text}");
            assert!(!text.contains(&format!("key-of-{}", other.user())), "{text}");

            // A workspace of the other member's is that member's, and the owner's repository is out of its reach.
            let own =
                app.create_workspace(&act(other), task.id, NewWorkspaceRequest::default()).await.unwrap();
            assert_eq!((own.created_by, own.status), (other.user(), WorkspaceStatus::Failed), "{own:?}");
        })
        .await;
}
