//! What terminals and viewers cost in memory.

use std::time::Duration;

use tokio::time::sleep;

use super::Ground;
use super::floods::read_for;
use crate::failure::Result;
use crate::processes::{self, mib};
use crate::report::Figure;

const TERMINALS: usize = 200;
const TERMINAL_TARGET: u64 = 1024 * 1024;
const STOPPED: usize = 8;
const VIEWER_TARGET: u64 = 256 * 1024;
/// What is read before the scrollback is surely as full as it gets.
const FILLING: Duration = Duration::from_secs(3);
/// Longer than a viewer is waited for that acknowledges nothing.
const STALLING: Duration = Duration::from_secs(4);

/// Open terminals in which nothing happens, each shown in a client.
pub(super) async fn idle(ground: &Ground<'_>) -> Result<Vec<Figure>> {
    let count = ground.bench.count(TERMINALS);
    let mut connection = ground.server.connect().await?;
    let before = used(ground);
    let mut viewers = Vec::new();
    for _ in 0..count {
        let id = ground.open(&mut connection).await?;
        let mut viewer = ground.server.attach(&id).await?;
        viewer.type_line("echo '#rea''dy#'").await?;
        viewer.until(b"#ready#").await?;
        viewers.push(viewer);
    }
    sleep(Duration::from_secs(1)).await;
    let with_viewers = used(ground);
    drop(viewers);
    sleep(Duration::from_secs(1)).await;
    let without = used(ground);
    ground.close_all().await?;
    let per_terminal = |now: &Used| (now.ours.saturating_sub(before.ours)) / count as u64;
    let shell = with_viewers.others / count as u64;
    let figure = |name: String, each: u64| {
        Figure::alone(name, mib(each), format!("≤ {}", mib(TERMINAL_TARGET)), each <= TERMINAL_TARGET)
    };
    Ok(vec![
        figure(
            format!(
                "memory of each of {count} idle terminals with a viewer (its shell's {} apart)",
                mib(shell)
            ),
            per_terminal(&with_viewers),
        ),
        figure(
            format!("memory of each of {count} idle terminals that nobody looks at"),
            per_terminal(&without),
        ),
    ])
}

/// Viewers that stop reading beside one that reads a flood.
pub(super) async fn stopped_viewer(ground: &Ground<'_>) -> Result<Figure> {
    let (id, mut viewer) = ground.open_and_attach().await?;
    viewer.type_line("yes").await?;
    read_for(&mut viewer, FILLING).await?;
    let before = most_used(ground, &mut viewer).await?;
    let mut stopped = Vec::new();
    for _ in 0..STOPPED {
        stopped.push(ground.server.attach(&id).await?);
    }
    read_for(&mut viewer, STALLING).await?;
    let after = most_used(ground, &mut viewer).await?;
    drop(stopped);
    ground.close_all().await?;
    let each = after.saturating_sub(before) / STOPPED as u64;
    Ok(Figure::alone(
        format!("memory of each of {STOPPED} viewers that stopped reading a flood"),
        format!("{} KiB", each / 1024),
        format!("≤ {} KiB", VIEWER_TARGET / 1024),
        each <= VIEWER_TARGET,
    ))
}

/// The most memory that the server and the runner have in a while, with the flood being read.
async fn most_used(ground: &Ground<'_>, viewer: &mut crate::viewer::Viewer) -> Result<u64> {
    let mut most = 0;
    for _ in 0..40 {
        read_for(viewer, Duration::from_millis(50)).await?;
        most = most.max(used(ground).ours);
    }
    Ok(most)
}

/// Memory of the product's processes, and of those that it started for its users.
struct Used {
    ours: u64,
    others: u64,
}

fn used(ground: &Ground<'_>) -> Used {
    let mut used = Used { ours: 0, others: 0 };
    for process in processes::tree(&ground.server.processes()) {
        let memory = processes::proportional_memory(process.pid);
        *(if process.is_ours() { &mut used.ours } else { &mut used.others }) += memory;
    }
    used
}
