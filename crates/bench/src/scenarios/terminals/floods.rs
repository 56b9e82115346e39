//! Much output: how fast it comes, and how fast it is interrupted.

use std::process::Command;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::Ground;
use crate::bare_pty::{BarePty, END};
use crate::failure::{Result, told};
use crate::report::Figure;
use crate::statistics::Samples;
use crate::viewer::Viewer;

/// Bytes altogether, printed in so many rounds.
const BYTES: usize = 256 << 20;
const ROUNDS: usize = 4;
const INTERRUPTS: usize = 20;

/// One program that prints lines as fast as they are taken, with one viewer.
pub(super) async fn bulk(ground: &Ground<'_>) -> Result<Figure> {
    let this = told("find this program", std::env::current_exe())?;
    let bytes = (ground.bench.count(BYTES) / ROUNDS).to_string();
    let (_, mut viewer) = ground.open_and_attach().await?;
    let line = format!("'{}' print-lines {bytes}", this.display());
    let (mut ours, mut bare) = (Rate::default(), Rate::default());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let mut pty = BarePty::running(Command::new(&this).arg("print-lines").arg(&bytes))?;
        bare.add(pty.until(END)?, begun);
        let begun = Instant::now();
        viewer.type_line(&line).await?;
        ours.add(viewer.until(END).await?, begun);
    }
    ground.close_all().await?;
    Ok(Figure::rate("output of one program, with one viewer", ours.per_second(), bare.per_second(), 0.6))
}

/// From Ctrl-C to the shell's prompt while a program prints as fast as it is read.
pub(super) async fn interrupt(ground: &Ground<'_>) -> Result<Figure> {
    let (_, mut viewer) = ground.open_and_attach().await?;
    viewer.type_line("PS1='#rea''dy#'").await?;
    viewer.until(b"#ready#").await?;
    let mut samples = Samples::default();
    for _ in 0..INTERRUPTS {
        viewer.type_line("yes").await?;
        read_for(&mut viewer, Duration::from_millis(300)).await?;
        let begun = Instant::now();
        viewer.type_in(b"\x03").await?;
        viewer.until(b"#ready#").await?;
        samples.push(begun.elapsed());
    }
    ground.close_all().await?;
    let name = format!("Ctrl-C while `yes` prints, until the prompt, p95 of {INTERRUPTS}");
    Ok(Figure::at_most(name, samples.p95(), Duration::from_millis(100)))
}

pub(super) async fn read_for(viewer: &mut Viewer, time: Duration) -> Result<()> {
    let mut over = std::pin::pin!(sleep(time));
    loop {
        tokio::select! {
            () = &mut over => return Ok(()),
            output = viewer.output() => { output?; }
        }
    }
}

#[derive(Default)]
struct Rate {
    bytes: u64,
    took: Duration,
}

impl Rate {
    fn add(&mut self, bytes: u64, begun: Instant) {
        self.bytes += bytes;
        self.took += begun.elapsed();
    }

    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    fn per_second(&self) -> f64 {
        self.bytes as f64 / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}
