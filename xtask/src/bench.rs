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
    let mut packages = vec!["server", "runner", "testkit", "bench"];
    if names_desktop(&options.measure) {
        debian::provide_for_desktop(true)?;
        packages.push("desktop");
    }
    process::run(cargo.args(packages.iter().map(|name| format!("--package=switchyard-{name}"))))?;

    let programs = workspace.target.join("release");
    let mut bench = process::program(programs.join("switchyard-bench"), &workspace.root);
    bench.arg("--programs").arg(&programs).args(&options.measure);
    if let Some(chromium) = debian::chromium() {
        bench.env("SWITCHYARD_CHROMIUM", chromium);
    }
    process::run(&mut bench)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the desktop app is to be measured, which takes minutes to build.
fn names_desktop(measure: &[String]) -> bool {
    let named = measure.iter().flat_map(|argument| argument.trim_start_matches("--only=").split(','));
    measure.iter().any(|argument| argument.starts_with("--only"))
        && named.into_iter().any(|it| it == "desktop")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_app_is_built_only_where_it_is_named() {
        let named =
            |line: &str| names_desktop(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert!(named("--only desktop"));
        assert!(named("--quick --only=start,desktop"));
        assert!(!named(""));
        assert!(!named("--only start,scroll"));
        assert!(!named("--output desktop"));
    }
}
