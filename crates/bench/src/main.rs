//! Measures a release build of Switchyard against its peers on the same machine, in the same run.
//!
//! A figure is a ratio wherever there is something to compare with: a bare handler for the API, bare SQLite for the
//! store, git itself for workspaces and diffs. Peer and product take turns, so that a busy moment of the machine
//! falls on both. `cargo xtask bench` builds what is needed and starts this program.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to the person at the terminal"
)]

mod bare_pty;
mod client;
mod failure;
mod feed;
mod hosted;
mod machine;
mod peer;
mod processes;
mod product;
mod report;
mod repository;
mod scenarios;
mod statistics;
mod table;
mod viewer;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Result;
use crate::scenarios::{Bench, Scenario};

#[derive(Parser)]
#[command(name = "cargo xtask bench --", about = "Measures a release build of Switchyard")]
struct Arguments {
    /// Folder with switchyard-server, switchyard-runner and switchyard-scripted-agent.
    #[arg(long, value_name = "FOLDER")]
    programs: Option<PathBuf>,
    /// Where the table goes.
    #[arg(long, value_name = "FILE", default_value = "docs/benchmarks.md")]
    output: PathBuf,
    /// Folder for data and repositories; its file system is part of what is measured.
    #[arg(long, value_name = "FOLDER", default_value = "target")]
    work: PathBuf,
    /// Measure these alone; the table is then printed, not written.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Scenario>,
    /// Less of everything: shows that the measuring works, its figures mean little; printed, not written.
    #[arg(long)]
    quick: bool,
    #[command(subcommand)]
    peer: Option<Peer>,
}

#[derive(Subcommand)]
enum Peer {
    /// Serve the bytes of a file at `/`, from memory, and print the port (the peer of a list).
    #[command(hide = true)]
    ServeBytes {
        /// The file.
        file: PathBuf,
    },
    /// Insert each task that is posted to `/` into a bare SQLite table, and print the port (the peer of creating).
    #[command(hide = true)]
    ServeInserts {
        /// Where the table's file goes.
        folder: PathBuf,
    },
    /// Print so many bytes of lines (what is printed into a terminal and on its peer).
    #[command(hide = true)]
    PrintLines {
        /// How many.
        bytes: usize,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.peer {
        Some(Peer::ServeBytes { file }) => peer::serve_bytes(file).await,
        Some(Peer::ServeInserts { folder }) => peer::serve_inserts(folder).await,
        Some(Peer::PrintLines { bytes }) => bare_pty::print_lines(*bytes),
        None => measure(&arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let programs = match &arguments.programs {
        Some(folder) => folder.clone(),
        None => failure::told("find this program's folder", std::env::current_exe())?.with_file_name(""),
    };
    let bench = Bench::new(programs, &arguments.work, arguments.quick)?;
    let chosen = if arguments.only.is_empty() { Scenario::usual() } else { arguments.only.clone() };
    let mut figures = Vec::new();
    for scenario in chosen {
        println!("measuring {}", scenario.title());
        let measured = scenario.measure(&bench).await?;
        for figure in &measured {
            println!("  {figure}");
        }
        figures.extend(measured);
    }
    let text = report::render(&machine::Machine::read(), &figures);
    if arguments.only.is_empty() && !arguments.quick {
        failure::told("write the table", std::fs::write(&arguments.output, text))?;
        println!("written: {}", arguments.output.display());
    } else {
        println!("\n{text}");
    }
    let met = figures.iter().filter(|figure| figure.met).count();
    println!("{met} of {} figures met", figures.len());
    Ok(())
}
