//! How long a keystroke takes to come back.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{Ground, runtime};
use crate::bare_pty::BarePty;
use crate::failure::{Failure, Result};
use crate::report::Figure;
use crate::statistics::Samples;
use crate::viewer::Viewer;

/// Keystrokes in one line; the system keeps at most 4 KiB of a line that is being typed.
const KEYSTROKES: usize = 1000;
/// Between two keystrokes, so that all is as idle as it is when a person types.
const PAUSE: Duration = Duration::from_millis(4);
const FLOODS: usize = 10;
/// What the floods are given to get going.
const WARM_UP: Duration = Duration::from_secs(1);

/// In one terminal, with nothing else at work.
pub(super) async fn alone(ground: &Ground<'_>) -> Result<Vec<Figure>> {
    let (ours, bare) = keystrokes(ground, KEYSTROKES).await?;
    ground.close_all().await?;
    Ok(vec![
        Figure::more("a keystroke's echo, p50", ours.p50(), bare.p50(), Duration::from_micros(500)),
        Figure::at_most("a keystroke's echo, p95", ours.p95(), Duration::from_millis(2)).beside(bare.p95()),
    ])
}

/// In one terminal, while others print as fast as they are read.
pub(super) async fn beside_floods(ground: &Ground<'_>) -> Result<Figure> {
    let mut floods = Vec::new();
    for _ in 0..FLOODS {
        let (_, mut viewer) = ground.open_and_attach().await?;
        viewer.type_line("yes").await?;
        viewer.until(b"y\r\ny\r\n").await?;
        drop(viewer);
    }
    let mut connection = ground.server.connect().await?;
    let terminals = connection.get("/api/terminals").await?;
    for terminal in terminals["items"].as_array().into_iter().flatten() {
        floods.push(crate::client::text(terminal, "id")?);
    }
    let over = AtomicBool::new(false);
    let measured = std::thread::scope(|scope| {
        let viewing = scope.spawn(|| runtime()?.block_on(view_all(ground, &floods, &over)));
        let measured = scope.spawn(|| {
            runtime()?.block_on(async {
                sleep(WARM_UP).await;
                keystrokes(ground, ground.bench.count(KEYSTROKES / 2)).await
            })
        });
        let measured = measured.join();
        over.store(true, Ordering::Relaxed);
        let viewed = viewing.join();
        let panicked = || Failure::new("measuring beside floods panicked");
        viewed.map_err(|_| panicked())??;
        measured.map_err(|_| panicked())?
    });
    let (ours, bare) = measured?;
    ground.close_all().await?;
    let name = format!("a keystroke's echo while {FLOODS} other terminals flood, p95");
    Ok(Figure::at_most(name, ours.p95(), Duration::from_millis(10)).beside(bare.p95()))
}

/// Reads all of them until it is over; fails if one does not flood.
async fn view_all(ground: &Ground<'_>, terminals: &[String], over: &AtomicBool) -> Result<()> {
    let view = async |terminal: &String| {
        let mut viewer = ground.server.attach(terminal).await?;
        let mut came = 0;
        while !over.load(Ordering::Relaxed) {
            came += viewer.output().await?.map_or(0, |bytes| bytes.len());
        }
        Ok::<_, Failure>(came)
    };
    let came = futures_util::future::try_join_all(terminals.iter().map(view)).await?;
    match came.iter().min() {
        Some(least) if *least > 1 << 20 => Ok(()),
        least => Err(Failure::new(format!("a terminal did not flood: {least:?} bytes came of it"))),
    }
}

/// Types one byte after the other at a program that lets the terminal echo it, in ours and the bare one by turns.
async fn keystrokes(ground: &Ground<'_>, count: usize) -> Result<(Samples, Samples)> {
    let mut pty = BarePty::running(&mut Command::new("cat"))?;
    let (_, mut viewer) = ground.open_and_attach().await?;
    viewer.type_line("echo '#rea''dy#'; exec cat").await?;
    viewer.until(b"#ready#").await?;
    let (mut ours, mut bare) = (Samples::default(), Samples::default());
    for _ in 0..count {
        sleep(PAUSE).await;
        bare.push(bare_echo(&mut pty)?);
        sleep(PAUSE).await;
        ours.push(echo(&mut viewer).await?);
    }
    Ok((ours, bare))
}

async fn echo(viewer: &mut Viewer) -> Result<Duration> {
    let begun = Instant::now();
    viewer.type_in(b"k").await?;
    viewer.until(b"k").await?;
    Ok(begun.elapsed())
}

fn bare_echo(pty: &mut BarePty) -> Result<Duration> {
    let begun = Instant::now();
    pty.type_in(b"k")?;
    pty.until(b"k")?;
    Ok(begun.elapsed())
}
