//! Listing and creating tasks, alone and by many clients.

use std::path::Path;
use std::time::{Duration, Instant};

use hyper::Method;
use switchyard_domain::project::ProjectSettings;
use switchyard_domain::store::{Act, Projects, Recovery, Tasks};
use switchyard_domain::task::{NewTask, Priority, TaskStatus};
use switchyard_domain::{Actor, ProjectId, Role, Scope};
use switchyard_store::{Database, SqliteConfig};
use time::OffsetDateTime;
use tokio::task::JoinSet;

use super::Bench;
use crate::client::Connection;
use crate::failure::{Failure, Result, told};
use crate::peer::{BareServer, BareTable};
use crate::product::{self, Server};
use crate::report::Figure;
use crate::statistics::Samples;

const LISTED: usize = 1000;
const CLIENTS: usize = 32;

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let server = bench.server("tasks").await?;
    let mut connection = server.connect().await?;
    let listed = product::project(&mut connection, "Listed").await?;
    for number in 0..LISTED {
        product::task(&mut connection, &listed, &format!("Task {number} of a board with many cards")).await?;
    }
    let mut figures = list(bench, &mut connection, &listed).await?;

    let created = product::project(&mut connection, "Created").await?;
    figures.extend(create_alone(bench, &mut connection, &created).await?);
    figures.extend(create_together(bench, &server, &created).await?);
    server.stop().await?;
    Ok(figures)
}

async fn list(bench: &Bench, ours: &mut Connection, project: &str) -> Result<Vec<Figure>> {
    let path = format!("/api/projects/{project}/tasks?limit={LISTED}");
    let body = ours.send(Method::GET, &path, None).await?.body;
    let bare = BareServer::serving(&body, bench.work.path()).await?;
    let mut theirs = Connection::open(bare.port, "").await?;

    let (mut our_samples, mut their_samples) = (Samples::default(), Samples::default());
    for _ in 0..bench.count(20) {
        our_samples.extend(read_often(ours, &path, body.len(), 50).await?);
        their_samples.extend(read_often(&mut theirs, "/", body.len(), 50).await?);
    }
    let name = format!("list 1,000 tasks ({} KB)", body.len() / 1000);
    Ok(vec![
        Figure::times(format!("{name}, p50"), our_samples.p50(), their_samples.p50(), 3.0),
        Figure::times(format!("{name}, p99"), our_samples.p99(), their_samples.p99(), 6.0),
    ])
}

async fn read_often(connection: &mut Connection, path: &str, length: usize, times: usize) -> Result<Samples> {
    let mut samples = Samples::default();
    for _ in 0..times {
        let begun = Instant::now();
        let answer = connection.send(Method::GET, path, None).await?;
        samples.push(begun.elapsed());
        if answer.status != 200 || answer.body.len() != length {
            return Err(Failure::new(format!(
                "{path} answered {} with {} bytes",
                answer.status,
                answer.body.len()
            )));
        }
    }
    Ok(samples)
}

/// Ours does more than the peers: it checks the caller, and writes the event and the audit entry. The store is measured
/// beside a bare insert, and the product beside a bare handler that inserts: HTTP alone takes as long as the insert.
async fn create_alone(bench: &Bench, connection: &mut Connection, project: &str) -> Result<Vec<Figure>> {
    let bare = BareTable::create(bench.work.path(), "bare.db")?;
    let store = OwnStore::open(&bench.work.path().join("store.db")).await?;
    let server = BareServer::inserting(bench.work.path()).await?;
    let mut behind_http = Connection::open(server.port, "").await?;
    let (mut inserts, mut stored) = (Samples::default(), Samples::default());
    let (mut posts, mut ours) = (Samples::default(), Samples::default());
    for number in 0..bench.count(400) {
        let title = format!("Created {number}");
        let body = product::task_body(&title);
        let description = body["description"].to_string();
        inserts.push(bare.insert(&title, &description)?);
        stored.push(store.create(&title, &description).await?);
        let begun = Instant::now();
        behind_http.post("/", &body).await?;
        posts.push(begun.elapsed());
        let begun = Instant::now();
        product::task(connection, project, &title).await?;
        ours.push(begun.elapsed());
    }
    let handler = "create a task over HTTP, p50, beside a bare handler that inserts";
    Ok(vec![
        Figure::times(
            "create a task in the store, p50, beside a bare insert",
            stored.p50(),
            inserts.p50(),
            1.5,
        ),
        Figure::times(handler, ours.p50(), posts.p50(), 1.5),
        Figure::times(
            "create a task over HTTP, p50, beside a bare insert without HTTP",
            ours.p50(),
            inserts.p50(),
            1.5,
        ),
    ])
}

/// The product's store, in this process.
struct OwnStore {
    store: Database,
    scope: Scope,
    project: ProjectId,
}

impl OwnStore {
    async fn open(path: &Path) -> Result<Self> {
        let store = told("open the store", Database::open_sqlite(&SqliteConfig::new(path)).await)?;
        let now = OffsetDateTime::now_utc();
        let (user, org) = told("make the local user", store.local_identity(now).await)?;
        let scope =
            told("act for the local user", Actor::authenticated(user, vec![(org, Role::Admin)]).scope(org))?;
        let act = Act { scope, at: now, action: "project.create", idempotency_key: None, held: None };
        let made = store.create_project(&act, "Created", &ProjectSettings::default()).await;
        Ok(Self { project: told("make a project", made)?.id, store, scope })
    }

    async fn create(&self, title: &str, description: &str) -> Result<Duration> {
        let new = NewTask {
            title: title.to_owned(),
            description: description.to_owned(),
            status: TaskStatus::Todo,
            priority: Priority::None,
            labels: Vec::new(),
            assignee: None,
        };
        let at = OffsetDateTime::now_utc();
        let act = Act { scope: self.scope, at, action: "task.create", idempotency_key: None, held: None };
        let begun = Instant::now();
        told("create a task", self.store.create_task(&act, self.project, &new).await)?;
        Ok(begun.elapsed())
    }
}

async fn create_together(bench: &Bench, server: &Server, project: &str) -> Result<Vec<Figure>> {
    let each = bench.count(100);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let mut connection = server.connect().await?;
        let path = format!("/api/projects/{project}/tasks");
        clients.spawn(async move {
            let (mut samples, mut refused) = (Samples::default(), 0);
            for number in 0..each {
                let body = product::task_body(&format!("Client {client}, task {number}"));
                let begun = Instant::now();
                let answer = connection.send(Method::POST, &path, Some(&body)).await?;
                samples.push(begun.elapsed());
                refused += usize::from(answer.status != 201);
            }
            Ok::<_, Failure>((samples, refused))
        });
    }
    let begun = Instant::now();
    let (mut samples, mut refused) = (Samples::default(), 0);
    while let Some(client) = clients.join_next().await {
        let (its, failed) = told("run a client", client)??;
        samples.extend(its);
        refused += failed;
    }
    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = samples.len() as f64 / begun.elapsed().as_secs_f64();
    let failed = format!("{refused} of {} ({rate:.0} creations/s)", samples.len());
    Ok(vec![
        Figure::at_most("32 clients creating at once, p99", samples.p99(), Duration::from_millis(50)),
        Figure::alone("32 clients creating at once, failures", failed, "0", refused == 0),
    ])
}
