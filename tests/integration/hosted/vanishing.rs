//! Who goes away leaves nothing running.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use switchyard_integration::{Hosted, Socket, Visitor, command, eventually, id, within};

use super::leases::workspace;
use super::organisations::own_id;

/// The most connections that a server keeps to its database: how many of them are open is its own
/// affair, before as after, and a leak of one descriptor for each client is twenty times as many.
const POOL: usize = 10;

/// What a server has open: connections, and whatever else has a descriptor.
fn descriptors(pid: i32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).expect("a process").count()
}

/// Opens a stream, again where the server is too busy with the others.
async fn open(visitor: &Visitor, path: &str) -> Socket {
    eventually(path, || async { visitor.try_open(path).await.ok() }).await
}

async fn feed(visitor: &Visitor) -> Socket {
    let mut socket = open(visitor, "/api/events").await;
    socket.send(json!({ "since": null })).await;
    socket.next().await.expect("where the feed stands");
    socket
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_clients_that_vanish_leave_nothing_behind() {
    let hosted = Hosted::start().await;
    let server = hosted.pid(hosted.ports()[0]);
    let ada = hosted.person("ada").await;
    let workspace = workspace(&hosted, &ada).await;
    let path = format!("/api/workspaces/{}", id(&workspace));
    let session = ada
        .post(&format!("{path}/sessions"), json!({ "agent": command("echo hello"), "prompt": "Go" }))
        .await
        .expect(201);
    let terminal = ada.post(&format!("{path}/terminals"), json!({})).await.expect(201);
    let runner = runner_of(&hosted, &own_id(&ada).await);
    // Everything that is opened once and stays has been opened.
    drop(all_of(&ada, &workspace, &session, &terminal, 8).await);
    let (quiet, quiet_runner) = settled(server, runner).await;
    let sockets = all_of(&ada, &workspace, &session, &terminal, 200).await;
    assert!(descriptors(server) >= quiet + 200);
    // No closing frame and no farewell: the connections break.
    drop(sockets);
    within(Duration::from_secs(30), "what they had open is closed", || async {
        let (now, runners) = (descriptors(server), descriptors(runner));
        (now <= quiet + POOL && runners <= quiet_runner + 4).then_some(())
    })
    .await;
    // No query of theirs goes on, and no transaction.
    hosted.sql(&format!(
        "DO $$ BEGIN
            ASSERT (SELECT count(*) <= {POOL} FROM pg_stat_activity
                    WHERE application_name = 'switchyard' AND datname = current_database());
            ASSERT (SELECT count(*) = 0 FROM pg_stat_activity
                    WHERE application_name = 'switchyard' AND datname = current_database()
                        AND xact_start < now() - INTERVAL '3 seconds');
        END $$",
    ));
    ada.get("/api/projects").await.expect(200);
}

/// Clients of every kind of stream, in turn.
async fn all_of(
    visitor: &Visitor,
    workspace: &serde_json::Value,
    session: &serde_json::Value,
    terminal: &serde_json::Value,
    number: usize,
) -> Vec<Socket> {
    let mut sockets = Vec::new();
    let paths = [
        format!("/api/sessions/{}/stream?after=0", id(session)),
        format!("/api/workspaces/{}/changes", id(workspace)),
        format!("/api/terminals/{}/attach", id(terminal)),
    ];
    while sockets.len() < number {
        let events = feed(visitor);
        let others = join_all(paths.iter().map(|path| open(visitor, path)));
        let (events, others) = tokio::join!(events, others);
        sockets.push(events);
        sockets.extend(others);
    }
    sockets
}

/// The runner of the user with this id.
fn runner_of(hosted: &Hosted, user: &str) -> i32 {
    let folder = format!("/state/runners/{user}");
    let found = hosted.processes().into_iter().find(|process| process.command.contains(&folder));
    found.expect("the user has a runner").pid
}

/// How many descriptors both have once the number stays the same for a while.
async fn settled(server: i32, runner: i32) -> (usize, usize) {
    let mut before = (0, 0);
    within(Duration::from_secs(30), "nothing is opened or closed any more", move || {
        let now = (descriptors(server), descriptors(runner));
        let same = now == before;
        before = now;
        async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            same.then_some(now)
        }
    })
    .await
    .0
}
