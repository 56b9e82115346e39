//! An agent that prints without end: memory stays flat, other sessions go on.

use std::time::{Duration, Instant};

use switchyard_integration::{Expect, acp, command, id, processes_of};

use crate::ground::Ground;

/// What the flood prints, in MiB.
const FLOOD: u64 = 80;
/// What server and runner together may take more than before, in MiB; the flood would not fit in.
const GROWTH: u64 = 40;

/// Memory of server and runner, in MiB.
fn memory(ground: &Ground) -> u64 {
    let ours = processes_of(ground.instance.folder()).into_iter().filter(|process| {
        process.command.ends_with("switchyard-server") || process.command.contains("switchyard-runner serve")
    });
    let pages = ours.map(|process| {
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.pid)).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
    });
    pages.sum::<u64>() / 1024
}

#[tokio::test]
async fn a_flood_costs_disk_and_not_memory_and_other_sessions_go_on() {
    let ground = Ground::new().await;
    let client = ground.client();
    let (loud, quiet) = (ground.workspace("Loud").await, ground.workspace("Quiet").await);
    client.run_agent(&quiet, acp(), "[[say warm up]]").await;
    let before = memory(&ground);
    let line = format!("head -c {} /dev/zero | tr '\\0' 'x' | fold -w 100; echo the end", FLOOD << 20);
    let flood = client.start_agent(&loud, command(&line), "go").await;
    client.wait(&flood, Expect::Status("running")).await;
    let (mut highest, mut slowest, mut turns) = (0, Duration::ZERO, 0);
    let begun = Instant::now();
    loop {
        let turn = Instant::now();
        let session = client.start_agent(&quiet, acp(), "[[say hello]] [[write x.txt|x]]").await;
        client.wait(&session, Expect::Status("idle")).await;
        let path = format!("/api/sessions/{}/stop", id(&session));
        client.post(&path, serde_json::json!({})).await.expect(202);
        (slowest, turns) = (slowest.max(turn.elapsed()), turns + 1);
        highest = highest.max(memory(&ground));
        if client.now("sessions", &flood).await["status"] != "running" {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(400), "the flood does not end");
    }
    let flood = client.wait(&flood, Expect::Status("completed")).await;
    eprintln!(
        "{FLOOD} MiB in {:?}; memory {before} → {highest} MiB; {turns} other turns, slowest {slowest:?}",
        begun.elapsed()
    );
    assert!(highest < before + GROWTH, "memory grew from {before} to {highest} MiB");
    let path = format!("/api/sessions/{}/entries?limit=10", id(&flood));
    let page = client.get(&path).await.expect(200);
    assert!(page.to_string().contains("the end"), "the last words are there: {page}");
    let printed = printed(&ground, &flood).await;
    assert!(printed >= FLOOD << 20, "{printed} bytes are kept");
}

/// How many characters the agent said, page by page.
async fn printed(ground: &Ground, session: &serde_json::Value) -> u64 {
    let (mut after, mut bytes) = (0, 0);
    loop {
        let path = format!("/api/sessions/{}/entries?after={after}&limit=500", id(session));
        let page = ground.client().get(&path).await.expect(200);
        let items = page["items"].as_array().expect("entries");
        bytes += items.iter().map(|entry| entry["text"].as_str().map_or(0, str::len) as u64).sum::<u64>();
        match items.last() {
            Some(last) => after = last["seq"].as_i64().expect("a number"),
            None => return bytes,
        }
    }
}
