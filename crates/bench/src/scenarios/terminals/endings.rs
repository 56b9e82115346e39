//! What is left of terminals that were opened and closed.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{Ground, close};
use crate::failure::Result;
use crate::processes;
use crate::report::Figure;

const TERMINALS: usize = 1000;
/// Opened and closed at the same time, as many clients would.
const AT_ONCE: usize = 4;

/// Opens and closes many terminals: every second one is told to, the others' shells exit by themselves.
pub(super) async fn measure(ground: &Ground<'_>) -> Result<Vec<Figure>> {
    let before = processes::tree(&ground.server.processes()).len();
    let count = ground.bench.count(TERMINALS);
    let begun = Instant::now();
    let clients = (0..AT_ONCE).map(|_| open_and_close(ground, count / AT_ONCE));
    futures_util::future::try_join_all(clients).await?;
    let took = begun.elapsed();
    // What the kernel is about to tell a parent is no zombie.
    sleep(Duration::from_secs(1)).await;
    let after = processes::tree(&ground.server.processes());
    let zombies = after.iter().filter(|process| process.is_zombie).count();
    let left = after.len().saturating_sub(before);
    Ok(vec![Figure::alone(
        format!("zombies and processes left of {count} terminals (closed in {:.1} s)", took.as_secs_f64()),
        format!("{zombies} and {left}"),
        "0 and 0",
        zombies == 0 && left == 0,
    )])
}

async fn open_and_close(ground: &Ground<'_>, count: usize) -> Result<()> {
    let mut connection = ground.server.connect().await?;
    for number in 0..count {
        let id = ground.open(&mut connection).await?;
        if number % 2 == 0 {
            close(&mut connection, &id).await?;
        } else {
            let mut viewer = ground.server.attach(&id).await?;
            viewer.type_line("exit").await?;
            viewer.until_closed().await?;
        }
    }
    Ok(())
}
