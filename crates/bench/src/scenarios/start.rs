//! Start of the server, and memory once it idles.

use std::time::Duration;

use super::Bench;
use crate::failure::Result;
use crate::processes;
use crate::report::Figure;
use crate::statistics::Samples;

const MEMORY_TARGET: u64 = 40 * 1024 * 1024;

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let mut empty = Samples::default();
    for round in 0..bench.count(10) {
        let server = bench.server(&format!("empty{round}")).await?;
        empty.push(server.started_in);
        server.stop().await?;
    }
    let mut existing = Samples::default();
    for _ in 0..bench.count(20) {
        let server = bench.server("empty0").await?;
        existing.push(server.started_in);
        server.stop().await?;
    }

    let server = bench.server("idle").await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let memory: u64 = server.processes().into_iter().map(processes::memory).sum();
    server.stop().await?;

    Ok(vec![
        Figure::at_most("start to /health, empty data folder (p50)", empty.p50(), Duration::from_millis(150)),
        Figure::at_most(
            "start to /health, existing data folder (p50)",
            existing.p50(),
            Duration::from_millis(40),
        ),
        Figure::alone(
            "idle memory, server and runner (resident)",
            processes::mib(memory),
            "≤ 40 MiB",
            memory <= MEMORY_TARGET,
        ),
    ])
}
