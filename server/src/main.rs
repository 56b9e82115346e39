//! `switchyard-server`: the server of desktop mode for a browser, and its commands.

mod address;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use switchyard_core::Settings;

/// A kanban board that runs AI coding agents.
#[derive(Parser)]
#[command(name = "switchyard-server", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until told to end (what happens without a command).
    Serve,
    /// Print a fresh address of the running server, for one browser.
    Address,
    /// Print the OpenAPI document of the HTTP interface.
    Openapi,
}

fn main() -> ExitCode {
    match Arguments::parse().command.unwrap_or(Command::Serve) {
        Command::Openapi => tell(switchyard_core::openapi_document().trim_end()),
        Command::Address => with_settings(|settings| address::print(&settings)),
        Command::Serve => with_settings(|settings| serve::run(&settings)),
    }
}

/// Reads the environment and runs `command`, or names everything that is wrong with it.
#[allow(clippy::disallowed_methods, reason = "the environment is read here, once, and handed on typed")]
fn with_settings(command: impl FnOnce(Settings) -> Result<(), switchyard_core::Error>) -> ExitCode {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let settings = match Settings::from_environment(variables) {
        Ok(settings) => settings,
        Err(faults) => {
            for fault in faults {
                complain(&fault.to_string());
            }
            return ExitCode::from(2);
        }
    };
    match command(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.message);
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stdout, reason = "this is what the command is for")]
pub(crate) fn tell(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

#[allow(
    clippy::print_stderr,
    reason = "the log may not be set up yet, and this is for the person who started it"
)]
fn complain(text: &str) {
    eprintln!("switchyard-server: {text}");
}
