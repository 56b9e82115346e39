//! The change feed: latency, and whether anything is lost.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Bench;
use crate::failure::{Result, told};
use crate::feed::Socket;
use crate::product::{self, Server};
use crate::report::Figure;
use crate::statistics::Samples;

/// The most that a bulk change takes at once.
const BULK: usize = 1000;

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let server = bench.server("feed").await?;
    let latency = latency(bench, &server).await?;
    let (expected, received) = losses(bench, &server).await?;
    server.stop().await?;
    Ok(vec![
        Figure::at_most("a change reaches a subscribed board, p95", latency.p95(), Duration::from_millis(5)),
        Figure::alone(
            format!("changes lost of {expected}"),
            expected.saturating_sub(received).to_string(),
            "0",
            received >= expected,
        ),
    ])
}

/// From sending a change to its arrival at a subscriber, commit to disk included.
async fn latency(bench: &Bench, server: &Server) -> Result<Samples> {
    let mut connection = server.connect().await?;
    let project = product::project(&mut connection, "Watched").await?;
    let mut socket = server.subscribe().await?;
    let changes = bench.count(500);
    let arrivals = tokio::spawn(async move {
        let mut arrivals = HashMap::new();
        while arrivals.len() < changes {
            let event = socket.next().await?;
            if event["type"] == "task.created" {
                arrivals.insert(event["id"].as_str().unwrap_or_default().to_owned(), Instant::now());
            }
        }
        Ok::<_, crate::failure::Failure>(arrivals)
    });
    let mut sent = HashMap::new();
    for number in 0..changes {
        let begun = Instant::now();
        let task = product::task(&mut connection, &project, &format!("Change {number}")).await?;
        sent.insert(task, begun);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let arrivals = told("wait for the subscriber", arrivals.await)??;
    let mut samples = Samples::default();
    for (task, begun) in sent {
        if let Some(arrived) = arrivals.get(&task) {
            samples.push(arrived.saturating_duration_since(begun));
        }
    }
    Ok(samples)
}

/// Sends many changes as fast as they go and returns how many there were and how many came, in order.
async fn losses(bench: &Bench, server: &Server) -> Result<(usize, usize)> {
    let mut connection = server.connect().await?;
    let project = product::project(&mut connection, "Flooded").await?;
    let mut tasks = Vec::new();
    for number in 0..bench.count(BULK) {
        tasks.push(product::task(&mut connection, &project, &format!("Task {number}")).await?);
    }
    let rounds = 100;
    let expected = rounds * tasks.len();
    let socket = server.subscribe().await?;
    let received = tokio::spawn(count_in_order(socket, expected));
    for round in 0..rounds {
        let priority = if round % 2 == 0 { "high" } else { "low" };
        let body = json!({ "ids": tasks, "set": { "priority": priority } });
        connection.post(&format!("/api/projects/{project}/tasks/bulk"), &body).await?;
    }
    Ok((expected, told("wait for the subscriber", received.await)?))
}

/// Counts until all have come, one is missing, or nothing comes any more.
async fn count_in_order(mut socket: Socket, expected: usize) -> usize {
    let (mut received, mut last) = (0, None);
    while received < expected {
        let Ok(event) = socket.next().await else { break };
        let number = event["seq"].as_i64();
        let follows = last.is_none() || number == last.map(|last: i64| last + 1);
        if event["reset"] == Value::Bool(true) || number.is_none() || !follows {
            break;
        }
        last = number;
        received += 1;
    }
    received
}
