//! A flood beside other sessions, and ending with agents at work.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Bench, transcript, workspaces};
use crate::client::{Connection, text};
use crate::failure::Result;
use crate::feed::Socket;
use crate::product::{self, Server};
use crate::report::Figure;
use crate::repository::Repository;
use crate::statistics::Samples;

const LIVE_AGENTS: usize = 6;

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let repository = Repository::create(bench.folder("agents-repository"), 20)?;
    let server = bench.server("agents").await?;
    let mut connection = server.connect().await?;
    let project = workspaces::project_with(&mut connection, &repository).await?;
    let flood = flood(bench, &server, &mut connection, &project).await?;

    for number in 0..LIVE_AGENTS {
        let workspace = new_workspace(&mut connection, &project, &format!("Live {number}")).await?;
        let agent = bench.scripted_agent();
        let session =
            transcript::start(&mut connection, &workspace, &agent, "[[say up]] [[sleep 600000]]").await?;
        until(&mut server.follow(&session).await?, |entry| entry["kind"] == "agent_message").await?;
    }
    let took = server.stop().await?;
    Ok(vec![flood, Figure::at_most("ending with six agents at work", took, Duration::from_secs(3))])
}

/// Turns of a quiet session, before and during a flood of another one.
async fn flood(bench: &Bench, server: &Server, connection: &mut Connection, project: &str) -> Result<Figure> {
    let workspace = new_workspace(connection, project, "Quiet").await?;
    let quiet = transcript::start(connection, &workspace, &bench.scripted_agent(), "[[say ready]]").await?;
    let mut socket = server.follow(&quiet).await?;
    until(&mut socket, is_turn_end).await?;
    let turns = bench.count(60);
    turn_latency(connection, &mut socket, &quiet, turns.div_ceil(4)).await?;
    let before = turn_latency(connection, &mut socket, &quiet, turns).await?;

    let bytes = bench.count(1 << 30);
    let command = format!("yes 'a line of output that an agent prints again and again' | head -c {bytes}");
    let workspace = new_workspace(connection, project, "Flood").await?;
    let agent = json!({ "id": "command", "command": command });
    let flooding = transcript::start(connection, &workspace, &agent, "flood").await?;
    until(&mut server.follow(&flooding).await?, |entry| entry["kind"] == "agent_message").await?;
    let during = turn_latency(connection, &mut socket, &quiet, turns).await?;
    let state = connection.get(&format!("/api/sessions/{flooding}")).await?;
    let note = if state["status"] == "running" { "" } else { " (the flood ended meanwhile)" };
    connection.post(&format!("/api/sessions/{flooding}/stop"), &json!({})).await?;
    Ok(Figure::times(
        format!("a turn of another session during a 1 GiB flood, p50{note}"),
        during.p50(),
        before.p50(),
        1.2,
    ))
}

/// From sending a message to the end of its turn at a subscriber.
async fn turn_latency(
    connection: &mut Connection,
    socket: &mut Socket,
    session: &str,
    turns: usize,
) -> Result<Samples> {
    let mut samples = Samples::default();
    for _ in 0..turns {
        let begun = Instant::now();
        connection
            .post(&format!("/api/sessions/{session}/messages"), &json!({ "text": "[[say ready]]" }))
            .await?;
        until(socket, is_turn_end).await?;
        samples.push(begun.elapsed());
    }
    Ok(samples)
}

/// Reads the transcript until an entry is found.
async fn until(socket: &mut Socket, found: impl Fn(&Value) -> bool) -> Result<()> {
    loop {
        let frame = socket.next().await?;
        if frame["entries"].as_array().is_some_and(|entries| entries.iter().any(&found)) {
            return Ok(());
        }
    }
}

fn is_turn_end(entry: &Value) -> bool {
    entry["kind"] == "system" && entry["event"] == "turn_ended"
}

async fn new_workspace(connection: &mut Connection, project: &str, title: &str) -> Result<String> {
    let task = product::task(connection, project, title).await?;
    text(&workspaces::workspace(connection, &task).await?, "id")
}
