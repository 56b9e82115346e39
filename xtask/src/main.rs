//! The project's tasks: run, desktop, bundle, test, tidy, gen and bench. `cargo xtask --help` lists them.
//!
//! Kept light on purpose (few dependencies), so that the first `cargo xtask` of a fresh clone answers in seconds.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to the person at the terminal"
)]

mod address;
mod bench;
mod debian;
mod desktop;
mod failure;
mod generate;
mod process;
mod run;
mod test;
mod tidy;
mod tools;
mod ui;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Result;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Switchyard's development tasks", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything, start Switchyard in desktop mode, and open it in the browser.
    Run(run::Options),
    /// Build the desktop app and start it.
    Desktop(desktop::Options),
    /// Make a package of the desktop app: `.deb`, or what else this system installs.
    Bundle(desktop::BundleOptions),
    /// Check and test everything, installing what the tests need where that is possible.
    Test(test::Options),
    /// Check the rules of the house that no compiler knows.
    Tidy,
    /// Write the generated files anew: the OpenAPI document and the UI's typed client.
    Gen {
        /// Change nothing; fail if a generated file is out of date.
        #[arg(long)]
        check: bool,
    },
    /// Measure a release build and write docs/benchmarks.md.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    match task {
        Task::Run(options) => run::run(&workspace, &options),
        Task::Desktop(options) => desktop::run(&workspace, &options),
        Task::Bundle(options) => desktop::bundle(&workspace, &options),
        Task::Test(options) => test::test(&workspace, &options),
        Task::Tidy => tidy::report(&workspace),
        Task::Gen { check } => {
            generate::build_server(&workspace)?;
            generate::generate(&workspace, check).map(|()| ExitCode::SUCCESS)
        }
        Task::Bench(options) => bench::bench(&workspace, &options),
    }
}
