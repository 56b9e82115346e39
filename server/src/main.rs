//! `switchyard-server`: the server, for one local user or for many people, and its commands.

mod address;
mod admin;
mod health;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use switchyard_core::{OperatorSettings, SettingFault, Settings};

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
    /// Ask the server on this machine whether it answers; for a container's health check.
    Health,
    /// Look after a hosted instance: users, passwords, logins, keys, tables.
    ///
    /// The commands speak to the database; no server needs to run. Each takes from the environment what it uses, under
    /// the names that the server has for it, and nothing else.
    Admin {
        #[command(subcommand)]
        command: admin::Command,
    },
    /// Print the OpenAPI document of the HTTP interface.
    Openapi,
}

fn main() -> ExitCode {
    match Arguments::parse().command.unwrap_or(Command::Serve) {
        Command::Openapi => tell(switchyard_core::openapi_document().trim_end()),
        Command::Address => with_settings(|settings| address::print(&settings)),
        Command::Health => with_settings(|settings| health::check(&settings)),
        Command::Admin { command } => admin::run(command, OperatorSettings::new(environment())),
        Command::Serve => with_settings(|settings| serve::run(&settings)),
    }
}

#[allow(clippy::disallowed_methods, reason = "the environment is read here, once, and handed on typed")]
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Reads the environment and runs `command`, or names everything that is wrong with it.
fn with_settings(command: impl FnOnce(Settings) -> Result<(), switchyard_core::Error>) -> ExitCode {
    let settings = match Settings::from_environment(environment()) {
        Ok(settings) => settings,
        Err(faults) => return refuse(&faults),
    };
    match command(settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.message);
            ExitCode::FAILURE
        }
    }
}

/// Names everything that is wrong with the environment.
fn refuse(faults: &[SettingFault]) -> ExitCode {
    for fault in faults {
        complain(&fault.to_string());
    }
    ExitCode::from(2)
}

/// Prints; whoever does not read to the end, as `head` does, is not an error of ours.
pub(crate) fn tell(text: &str) -> ExitCode {
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[allow(
    clippy::print_stderr,
    reason = "the log may not be set up yet, and this is for the person who started it"
)]
fn complain(text: &str) {
    eprintln!("switchyard-server: {text}");
}
