//! What was acknowledged stays, whatever happens to the process or the disk.
//!
//! The process that is to die, or to run out of disk, is this test binary again, told by an environment variable
//! where its database lies.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use switchyard_domain::event::FeedSlice;
use switchyard_domain::store::*;
use switchyard_domain::task::{NewTask, TaskFilter};
use switchyard_domain::{Actor, ErrorKind, PageRequest, ProjectId, Role, Scope, TaskId, Timestamp};
use switchyard_store::{Database, SqliteConfig};

use crate::fixture::{all, new_task};

const KILLED: &str = "SWITCHYARD_TEST_KILLED";
const CRAMPED: &str = "SWITCHYARD_TEST_CRAMPED";
const ROUNDS: usize = 5;

async fn open(folder: &Path) -> (Arc<Database>, Scope) {
    let db = Database::open_sqlite(&SqliteConfig::new(folder.join("switchyard.db"))).await.unwrap();
    let (user, org) = db.local_identity(Timestamp::UNIX_EPOCH).await.unwrap();
    let scope = Actor::authenticated(user, vec![(org, Role::Admin)]).scope(org).unwrap();
    (Arc::new(db), scope)
}

fn act(scope: Scope) -> Act {
    Act { scope, at: Timestamp::UNIX_EPOCH, action: "test.write", idempotency_key: None, held: None }
}

async fn the_project(db: &Database, scope: &Scope) -> ProjectId {
    match db.projects(scope, false, &all()).await.unwrap().items.first() {
        Some(project) => project.id,
        None => db.create_project(&act(*scope), "Shop", &Default::default()).await.unwrap().id,
    }
}

/// This test binary, told to run one test of this module.
fn again(test: &str) -> Vec<String> {
    let binary = std::env::current_exe().unwrap().display().to_string();
    vec![binary, "--exact".to_owned(), format!("durability::{test}"), "--nocapture".to_owned()]
}

#[tokio::test]
async fn acknowledged_writes_survive_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<TaskId> = Vec::new();
    for round in 0..ROUNDS {
        let command = again("writes_until_it_is_killed_when_told_to");
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .env(KILLED, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        for line in lines.map_while(Result::ok) {
            // What was printed before the kill may still lie in the pipe, so it is read to the end.
            if let Some(id) = line.strip_prefix("stored ") {
                acknowledged.push(id.parse().unwrap());
                seen += 1;
                if seen == 40 + round * 37 {
                    child.kill().unwrap();
                }
            }
        }
        assert!(!child.wait().unwrap().success());
        check(folder.path(), &acknowledged).await;
    }
}

/// Everything acknowledged is there, no row is torn, the feed has no gap.
async fn check(folder: &Path, acknowledged: &[TaskId]) {
    let (db, scope) = open(folder).await;
    let found = db.tasks_by_id(&scope, acknowledged).await.unwrap();
    assert_eq!(found.len(), acknowledged.len());
    assert!(found.iter().all(|task| task.description.len() == 2000));
    let FeedSlice::Events(events) = db.events(&scope, 0, 1_000_000).await.unwrap() else { panic!("reset") };
    assert!(events.iter().map(|event| event.seq).eq(1..=events.len() as i64));
    db.close().await;
    let connection = rusqlite::Connection::open(folder.join("switchyard.db")).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let tasks: i64 = connection.query_row("SELECT count(*) FROM tasks", [], |row| row.get(0)).unwrap();
    assert_eq!(tasks + 1, events.len() as i64, "each task has its event, and no event is without its task");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_until_it_is_killed_when_told_to() {
    let Some(folder) = std::env::var_os(KILLED) else { return };
    let (db, scope) = open(Path::new(&folder)).await;
    let project = the_project(&db, &scope).await;
    let write = || async {
        loop {
            let new = NewTask { description: "x".repeat(2000), ..new_task("survivor") };
            let task = db.create_task(&act(scope), project, &new).await.unwrap();
            let mut out = std::io::stdout().lock();
            writeln!(out, "\nstored {}", task.id).unwrap();
            out.flush().unwrap();
        }
    };
    futures_util::future::join_all((0..8).map(|_| write())).await;
}

/// The disk is a small file system in memory, mounted in a namespace of the child's own.
#[test]
fn a_full_disk_refuses_writes_loses_nothing_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=6m tmpfs "$SWITCHYARD_TEST_CRAMPED" && exec "$@""#;
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .args(again("fills_its_disk_when_told_to"))
        .env(CRAMPED, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("recovered"), "{said}\n{complained}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fills_its_disk_when_told_to() {
    let Some(folder) = std::env::var_os(CRAMPED) else { return };
    let folder = Path::new(&folder);
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![0; 2 << 20]).unwrap();
    let (db, scope) = open(folder).await;
    let project = the_project(&db, &scope).await;
    let new = NewTask { description: "x".repeat(20_000), ..new_task("big") };
    let mut stored = 0;
    let error = loop {
        match db.create_task(&act(scope), project, &new).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(stored > 10, "{stored}");
    assert_eq!((error.kind, error.code), (ErrorKind::Unavailable, "disk_full"), "{error:?}");
    assert!(error.message.contains("make room"), "{error}");

    // Many at once fail each with the same answer; what is there can still be read.
    let attempts = (0..20).map(|_| async { db.create_task(&act(scope), project, &new).await });
    for refused in futures_util::future::join_all(attempts).await {
        assert_eq!(refused.unwrap_err().code, "disk_full");
    }
    let filter = TaskFilter::default();
    let page = db.tasks(&scope, project, &filter, &PageRequest::new(Some(1000), None)).await.unwrap();
    assert_eq!(page.items.len(), stored);

    std::fs::remove_file(ballast).unwrap();
    for _ in 0..10 {
        db.create_task(&act(scope), project, &new).await.unwrap();
    }
    assert_eq!(db.tasks(&scope, project, &filter, &all()).await.unwrap().items.len(), stored + 10);
    assert_eq!(db.feed_head(&scope).await.unwrap(), stored as i64 + 11);
    db.close().await;
    let mut out = std::io::stdout();
    writeln!(out, "recovered").unwrap();
}
