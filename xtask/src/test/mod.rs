//! `cargo xtask test`: every check and every test, on a machine where nothing was prepared.

mod agents;
mod report;
mod steps;
mod tally;

use std::process::ExitCode;

use clap::ValueEnum;

use self::report::Report;
use crate::failure::Result;
use crate::workspace::Workspace;

/// What to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run this part alone, without the checks of style.
    #[arg(long)]
    only: Option<Part>,
}

/// A part of the tests that can be run by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Each crate's own tests, but for the store's suite.
    Unit,
    /// The store's suite, on SQLite and on PostgreSQL.
    Store,
    /// The real programs together, over HTTP and WebSockets.
    Api,
    /// Kills, full disks, floods.
    Faults,
    /// The user interface: lint, unit tests, build, size.
    Ui,
    /// The whole product in a real Chromium.
    Browser,
    /// The desktop app: its own tests, and the main path in its real window, from the installed package.
    Desktop,
    /// Real agents with a scripted model: about 1 GB of packages, and therefore only when asked for.
    Agents,
}

/// Runs everything but the agents, or one part, and ends with the line `N passed, N failed`.
pub(crate) fn test(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut report = Report::default();
    match options.only {
        None => steps::everything(workspace, &mut report),
        Some(Part::Ui) => steps::ui_alone(workspace, &mut report),
        Some(Part::Browser) => steps::browser_alone(workspace, &mut report),
        Some(Part::Desktop) => steps::desktop_alone(workspace, &mut report),
        Some(Part::Agents) => steps::agents_alone(workspace, &mut report),
        Some(part) => steps::cargo_alone(workspace, part, &mut report),
    }
    Ok(report.conclude())
}
