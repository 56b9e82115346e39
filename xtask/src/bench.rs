//! `cargo xtask bench`: builds what is measured and what measures, and starts the measuring.

use std::process::ExitCode;

use crate::failure::Result;
use crate::workspace::Workspace;
use crate::{debian, process, tools, ui};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Passed on to `switchyard-bench`; `--help` lists what there is.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    measure: Vec<String>,
}

/// Measures a release build; the table goes to `docs/benchmarks.md`.
pub(crate) fn bench(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    tools::check_for_run(workspace)?;
    debian::provide(&[debian::Need::Browser])?;
    ui::install(workspace)?;
    ui::build(workspace)?;
    let mut cargo = process::cargo(&workspace.root);
    cargo.args(["build", "--release", "--bins"]);
    process::run(
        cargo.args(
            ["server", "runner", "testkit", "bench"].map(|name| format!("--package=switchyard-{name}")),
        ),
    )?;

    let programs = workspace.target.join("release");
    let mut bench = process::program(programs.join("switchyard-bench"), &workspace.root);
    bench.arg("--programs").arg(&programs).args(&options.measure);
    if let Some(chromium) = debian::chromium() {
        bench.env("SWITCHYARD_CHROMIUM", chromium);
    }
    process::run(&mut bench)?;
    Ok(ExitCode::SUCCESS)
}
