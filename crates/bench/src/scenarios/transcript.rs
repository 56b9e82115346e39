//! Entries from an agent to disk, and pages of a long transcript.

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Bench, workspaces};
use crate::client::{Connection, text};
use crate::failure::{Failure, Result};
use crate::processes;
use crate::product::{self, Server};
use crate::report::Figure;
use crate::repository::Repository;
use crate::statistics::Samples;

const ENTRIES: usize = 200_000;
const RATE_TARGET: f64 = 50_000.0;
const GROWTH_TARGET: u64 = 32 * 1024 * 1024;

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let repository = Repository::create(bench.folder("small-repository"), 20)?;
    let server = bench.server("transcript").await?;
    let mut connection = server.connect().await?;
    let project = workspaces::project_with(&mut connection, &repository).await?;
    let task = product::task(&mut connection, &project, "A long transcript").await?;
    let workspace = text(&workspaces::workspace(&mut connection, &task).await?, "id")?;

    let before = processes::memory(server.pid());
    let prompt = format!("[[flood-tools {}]]", bench.count(ENTRIES));
    let begun = Instant::now();
    let session = start(&mut connection, &workspace, &bench.scripted_agent(), &prompt).await?;
    let (ended, most) = until_turn_ends(&mut connection, &server, &session).await?;
    let took = begun.elapsed();
    let entries = ended["last_seq"].as_u64().unwrap_or_default();
    let (pages, after) = last_pages(bench, &server, &session).await?;
    server.stop().await?;

    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = entries as f64 / took.as_secs_f64();
    let growth = most.max(after).saturating_sub(before);
    Ok(vec![
        Figure::alone(
            format!("entries from an agent to disk ({entries}, agent's start included)"),
            format!("{rate:.0}/s"),
            "≥ 50000/s",
            rate >= RATE_TARGET,
        ),
        Figure::at_most(
            format!("last page of that session, new client, p95 of {}", pages.len()),
            pages.p95(),
            Duration::from_millis(20),
        ),
        Figure::alone(
            "growth of the server's memory throughout",
            processes::mib(growth),
            "≤ 32 MiB",
            growth <= GROWTH_TARGET,
        ),
    ])
}

/// Starts a session and returns its id.
pub(super) async fn start(
    connection: &mut Connection,
    workspace: &str,
    agent: &Value,
    prompt: &str,
) -> Result<String> {
    let body = json!({ "agent": agent, "prompt": prompt });
    text(&connection.post(&format!("/api/workspaces/{workspace}/sessions"), &body).await?, "id")
}

/// Waits for the end of the turn; returns the session, and the most memory that the server had meanwhile.
async fn until_turn_ends(
    connection: &mut Connection,
    server: &Server,
    session: &str,
) -> Result<(Value, u64)> {
    let path = format!("/api/sessions/{session}");
    let mut most = 0;
    loop {
        let now = connection.get(&path).await?;
        most = most.max(processes::memory(server.pid()));
        match now["status"].as_str() {
            Some("starting" | "running") => sleep(Duration::from_millis(10)).await,
            Some("idle" | "completed") => return Ok((now, most)),
            _ => return Err(Failure::new(format!("a session did not go well: {now}"))),
        }
    }
}

/// Opens the session with many new clients; returns how long each took, and the server's memory at the end.
async fn last_pages(bench: &Bench, server: &Server, session: &str) -> Result<(Samples, u64)> {
    let path = format!("/api/sessions/{session}/entries?limit=200");
    let mut samples = Samples::default();
    for _ in 0..bench.count(200) {
        let begun = Instant::now();
        let mut connection = server.connect().await?;
        let answer = connection.send(Method::GET, &path, None).await?;
        samples.push(begun.elapsed());
        if answer.status != 200 {
            return Err(Failure::new(format!("{path} answered {}", answer.status)));
        }
    }
    Ok((samples, processes::memory(server.pid())))
}
