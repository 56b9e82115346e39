//! Who hears what of the change feed.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use switchyard_app::{App, Change, Delivery, FeedReader, Ports, Resource};
use switchyard_domain::access::{NewAccess, ProjectRole, Subject};
use switchyard_domain::event::Entity;
use switchyard_domain::organisation::NewInvitation;
use switchyard_domain::project::ProjectPatch;
use switchyard_domain::runner::{Runner, Runners};
use switchyard_domain::store::*;
use switchyard_domain::task::{NewTask, Priority, TaskStatus};
use switchyard_domain::terminal::{ClosedReason, TerminalEnd, TerminalKind, TerminalSize};
use switchyard_domain::user::{OutsideIdentity, Provider, SecretDigest};
use switchyard_domain::*;
use switchyard_runner_api::RemoteRunner;
use switchyard_store::{Database, SqliteConfig};
use switchyard_vault::DesktopVault;

/// A runner that nobody calls.
struct Idle(Arc<RemoteRunner>);

impl Runners for Idle {
    fn of(&self, _user: UserId) -> Arc<dyn Runner> {
        self.0.clone()
    }
}

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Two people of one organisation.
struct Team {
    app: App,
    store: Arc<Database>,
    ada: Scope,
    bob: Scope,
    _folder: tempfile::TempDir,
}

async fn sign_in(store: &Database, name: &str) -> UserId {
    let identity = OutsideIdentity {
        provider: Provider::Github,
        subject: name.to_owned(),
        user_id: None,
        name: name.to_owned(),
        email: None,
        avatar_url: None,
    };
    store.sign_in(Timestamp::UNIX_EPOCH, &identity).await.unwrap().id
}

impl Team {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Database::open_sqlite(&SqliteConfig::new(folder.path().join("db"))).await.unwrap();
        let store = Arc::new(store);
        let runner = RemoteRunner::on_socket(&folder.path().join("nobody.sock")).unwrap();
        let app = App::new(Ports {
            store: store.clone(),
            runners: Arc::new(Idle(Arc::new(runner))),
            vault: Arc::new(DesktopVault::new(folder.path().join("vault"))),
            clock: Arc::new(Epoch),
        });
        let (ada, bob) = (sign_in(&store, "Ada").await, sign_in(&store, "Bob").await);
        let own = store.user(ada).await.unwrap().unwrap().memberships[0].organisation.id;
        let own = Actor::authenticated(ada, vec![(own, Role::Admin)]).scope(own).unwrap();
        let team = store.create_organisation(&app.act(own, "organisation.create"), "Team").await.unwrap().id;
        let scope = |user| Actor::authenticated(user, vec![(team, Role::Admin)]).scope(team).unwrap();
        let (ada, bob) = (scope(ada), scope(bob));
        let invitation = NewInvitation {
            email: None,
            role: Role::Admin,
            secret: SecretDigest([1; 32]),
            expires_at: Timestamp::UNIX_EPOCH + Duration::from_secs(60),
        };
        store.create_invitation(&app.act(ada, "invitation.create"), &invitation).await.unwrap();
        store.accept_invitation(Timestamp::UNIX_EPOCH, bob.user(), &invitation.secret).await.unwrap();
        Self { app, store, ada, bob, _folder: folder }
    }

    /// Has Ada work: on a board that all see, and on what is hers alone; the last of it is another project.
    async fn work(&self) -> TerminalId {
        let act = |action| self.app.act(self.ada, action);
        let settings = Default::default();
        let project = self.store.create_project(&act("project.create"), "Shop", &settings).await.unwrap();
        let task = NewTask {
            title: "Fix the till".to_owned(),
            description: String::new(),
            status: TaskStatus::Todo,
            priority: Priority::None,
            labels: Vec::new(),
            assignee: None,
        };
        let task = self.store.create_task(&act("task.create"), project.id, &task).await.unwrap();
        let workspace = NewWorkspace {
            id: WorkspaceId::new(),
            task_id: task.id,
            branch: "sy/till".to_owned(),
            base_branch: "main".to_owned(),
            repos: Vec::new(),
        };
        self.store.create_workspace(&act("workspace.create"), &workspace).await.unwrap();
        let terminal = NewTerminal {
            id: TerminalId::new(),
            workspace_id: workspace.id,
            kind: TerminalKind::Shell,
            name: Some("payroll".to_owned()),
            size: TerminalSize::default(),
            scrollback_lines: 1_000,
        };
        self.store.create_terminal(&act("terminal.create"), &terminal).await.unwrap();
        self.store.put_config(&act("config.update"), 0, &Default::default()).await.unwrap();
        // Bob ends it, as whoever throws the workspace away does.
        let end = TerminalEnd { reason: ClosedReason::Closed, exit_code: None };
        let by_bob = self.app.act(self.bob, "terminal.end");
        self.store.close_terminal(&by_bob, terminal.id, None, end).await.unwrap();
        self.store.create_project(&act("project.create"), "The end", &settings).await.unwrap();
        terminal.id
    }
}

/// Everything up to the project that is called “The end”.
async fn heard(reader: &mut FeedReader) -> Vec<Arc<Change>> {
    let mut heard = Vec::new();
    loop {
        let next = tokio::time::timeout(Duration::from_secs(10), reader.next()).await.unwrap().unwrap();
        let Delivery::Changes(changes) = next else { panic!("the feed was reset") };
        assert!(!changes.is_empty());
        heard.extend(changes);
        let last = heard.last().and_then(|change| change.resource.as_ref());
        if matches!(last, Some(Resource::Project(project)) if project.name == "The end") {
            return heard;
        }
    }
}

fn personal(changes: &[Arc<Change>]) -> Vec<&Change> {
    let alone = |change: &&Arc<Change>| matches!(change.event.entity, Entity::Terminal | Entity::Config);
    changes.iter().filter(alone).map(|change| &**change).collect()
}

fn check(adas: &[Arc<Change>], bobs: &[Arc<Change>], terminal: TerminalId) {
    let own = personal(adas);
    assert_eq!(own.len(), 3, "opened, configured, closed");
    for change in own {
        match &change.resource {
            Some(Resource::Terminal(told)) => assert_eq!(told.id, terminal),
            Some(Resource::Config(told)) => assert_eq!(told.version, 1),
            _ => panic!("{:?} without what it is about", change.event),
        }
    }
    assert!(personal(bobs).is_empty(), "another's is as absent as one that never was");
    let shared = |changes: &[Arc<Change>]| {
        let board = [Entity::Project, Entity::Task, Entity::Workspace];
        changes.iter().filter(|change| board.contains(&change.event.entity)).count()
    };
    assert_eq!(shared(adas), shared(bobs));
    assert!(shared(bobs) >= 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_one_persons_alone_reaches_nobody_else_whoever_subscribed_first() {
    for bob_first in [true, false] {
        let team = Team::new().await;
        let (first, second) = if bob_first { (team.bob, team.ada) } else { (team.ada, team.bob) };
        let mut first = team.app.subscribe(first, None).await.unwrap();
        let mut second = team.app.subscribe(second, None).await.unwrap();
        let (terminal, first, second) = tokio::join!(team.work(), heard(&mut first), heard(&mut second));
        let (adas, bobs) = if bob_first { (second, first) } else { (first, second) };
        check(&adas, &bobs, terminal);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_later_hears_the_same() {
    let team = Team::new().await;
    let terminal = team.work().await;
    let mut adas = team.app.subscribe(team.ada, Some(0)).await.unwrap();
    let mut bobs = team.app.subscribe(team.bob, Some(0)).await.unwrap();
    check(&heard(&mut adas).await, &heard(&mut bobs).await, terminal);
}

/// A connection asks for the next change and for other things at once; whichever comes first ends the asking.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_gives_up_waiting_misses_nothing() {
    let team = Team::new().await;
    let mut adas = team.app.subscribe(team.ada, None).await.unwrap();
    let since = adas.seen();
    let impatient = async {
        let mut seqs = Vec::new();
        let mut ended = false;
        while !ended {
            let next = tokio::time::timeout(Duration::from_micros(300), adas.next()).await;
            let Ok(Ok(Delivery::Changes(changes))) = next else { continue };
            for change in changes {
                seqs.push(change.event.seq);
                ended |=
                    matches!(&change.resource, Some(Resource::Project(project)) if project.name == "The end");
            }
        }
        seqs
    };
    let (_, seqs) = tokio::join!(team.work(), tokio::time::timeout(Duration::from_secs(20), impatient));
    let seqs = seqs.unwrap();
    assert!(seqs.iter().copied().eq(since + 1..since + 1 + seqs.len() as i64), "{seqs:?}");
}

/// What a reader is told next.
async fn next(reader: &mut FeedReader) -> Delivery {
    tokio::time::timeout(Duration::from_secs(10), reader.next()).await.unwrap().unwrap()
}

fn projects(delivery: Delivery) -> Vec<ProjectId> {
    let Delivery::Changes(changes) = delivery else { panic!("the feed was reset") };
    changes.iter().filter_map(|change| change.event.project_id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_project_that_is_closed_to_somebody_they_hear_nothing_until_it_is_opened() {
    let team = Team::new().await;
    let act = |action| team.app.act(team.ada, action);
    team.store.set_member_role(&act("member.update"), team.bob.user(), Role::Member).await.unwrap();
    let bob = Actor::authenticated(team.bob.user(), vec![(team.bob.org(), Role::Member)]);
    let bob = bob.scope(team.bob.org()).unwrap();
    let make = async |name: &str| {
        team.store.create_project(&act("project.create"), name, &Default::default()).await.unwrap()
    };
    let (shop, mill) = (make("Shop").await, make("Mill").await);
    // Bob is first, so that what all share is loaded in his name.
    let mut bobs = team.app.subscribe(bob, None).await.unwrap();
    let mut adas = team.app.subscribe(team.ada, None).await.unwrap();
    let close = NewAccess { restricted: true, entries: Vec::new() };
    team.app.set_access(&act("access.update"), shop.id, shop.version, &close).await.unwrap();
    let Delivery::Reset(since) = next(&mut bobs).await else {
        panic!("Bob still has a project on his screen")
    };
    assert_eq!(since, team.app.feed_head(&bob).await.unwrap());
    assert_eq!(projects(next(&mut adas).await), [shop.id, shop.id]);
    let task = |title: &str| NewTask {
        title: title.to_owned(),
        description: String::new(),
        status: TaskStatus::Todo,
        priority: Priority::None,
        labels: Vec::new(),
        assignee: None,
    };
    let add = async |project: ProjectId| {
        team.store.create_task(&act("task.create"), project, &task("x")).await.unwrap();
    };
    add(shop.id).await;
    add(mill.id).await;
    assert_eq!(projects(next(&mut bobs).await), [mill.id]);
    let change = loop {
        let Delivery::Changes(changes) = next(&mut adas).await else { panic!() };
        if let Some(change) = changes.iter().find(|change| change.event.project_id == Some(shop.id)) {
            break Arc::clone(change);
        }
    };
    assert!(matches!(change.resource, Some(Resource::Task(_))), "what Bob may not see Ada is shown");
    // Who comes back from a time before is told to forget what they have.
    let mut later = team.app.subscribe(bob, Some(since - 2)).await.unwrap();
    assert!(matches!(next(&mut later).await, Delivery::Reset(_)));
    let version = team.app.access(&team.ada, shop.id).await.unwrap().version;
    let entries = vec![(Subject::User(bob.user()), ProjectRole::Viewer)];
    let open = NewAccess { restricted: true, entries };
    team.app.set_access(&act("access.update"), shop.id, version, &open).await.unwrap();
    assert!(matches!(next(&mut bobs).await, Delivery::Reset(_)), "a project came");
    add(shop.id).await;
    assert_eq!(projects(next(&mut bobs).await), [shop.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_subscriber_is_told_what_they_may_do_in_a_project() {
    let team = Team::new().await;
    let act = |action| team.app.act(team.ada, action);
    let shop = team.store.create_project(&act("project.create"), "Shop", &Default::default()).await.unwrap();
    team.store.set_member_role(&act("member.update"), team.bob.user(), Role::Member).await.unwrap();
    let bob = Actor::authenticated(team.bob.user(), vec![(team.bob.org(), Role::Member)]);
    let bob = bob.scope(team.bob.org()).unwrap();
    let named = vec![(Subject::User(bob.user()), ProjectRole::Viewer)];
    let access = NewAccess { restricted: true, entries: named };
    let version = team.app.set_access(&act("access.update"), shop.id, 1, &access).await.unwrap().version;
    let mut bobs = team.app.subscribe(bob, None).await.unwrap();
    let mut adas = team.app.subscribe(team.ada, None).await.unwrap();
    let patch = ProjectPatch { name: Some("Shops".to_owned()), ..ProjectPatch::default() };
    team.store.update_project(&act("project.update"), shop.id, version, &patch).await.unwrap();
    for (reader, role) in [(&mut bobs, ProjectRole::Viewer), (&mut adas, ProjectRole::Admin)] {
        let Delivery::Changes(changes) = next(reader).await else { panic!() };
        let Some(Resource::Project(told)) = &changes[0].resource else { panic!() };
        assert_eq!((told.name.as_str(), told.my_role), ("Shops", role));
    }
}
