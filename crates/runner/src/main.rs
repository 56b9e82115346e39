//! `switchyard-runner`: serves the data plane, or supervises one program for a runner.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use switchyard_domain::{Error, Result};
use switchyard_runner::process::{Environment, close_inherited_on_exec, supervisor};
use switchyard_runner::service::{Settings, serve};
use switchyard_runner::{git, log};

/// Switchyard's data plane: worktrees, git, agents, files.
#[derive(Parser)]
#[command(name = "switchyard-runner", version)]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Serve the runner contract on a Unix socket.
    Serve(Serve),
    /// Supervise one program; a runner starts this itself, with a socket as standard input.
    Supervise,
}

#[derive(Args)]
struct Serve {
    /// The Unix socket to serve on.
    #[arg(long)]
    socket: PathBuf,
    /// The folder for journals and the log.
    #[arg(long)]
    state: PathBuf,
    /// The folder below which users' workspaces lie.
    #[arg(long)]
    workspaces: PathBuf,
    /// Seconds without a server after which the runner ends, unless something is at work in it; that has 72 hours.
    #[arg(long, default_value_t = 1800)]
    grace_secs: u64,
    /// Seconds of silence in a turn before the transcript tells.
    #[arg(long, default_value_t = 120)]
    quiet_secs: u64,
    /// Seconds for which an agent's process is kept while nobody talks to it.
    #[arg(long, default_value_t = 600)]
    idle_secs: u64,
    /// What the log tells: `warn`, `info`, `debug` …
    #[arg(long, default_value = "info")]
    log: String,
}

fn main() -> ExitCode {
    match Arguments::parse().role {
        Role::Supervise => supervisor::run(),
        Role::Serve(arguments) => match run(arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                complain(&error);
                ExitCode::FAILURE
            }
        },
    }
}

#[allow(clippy::disallowed_methods, reason = "the runner's own environment is read here, once")]
fn run(arguments: Serve) -> Result<()> {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // What ends the server's terminal must not end the runner. The leader of a group cannot, and need not.
    let _ = rustix::process::setsid();
    close_inherited_on_exec().map_err(Error::internal)?;
    log::start(&arguments.state, &arguments.log).map_err(Error::internal)?;
    let settings = Settings {
        socket: arguments.socket,
        state: arguments.state,
        workspaces: arguments.workspaces,
        grace: Duration::from_secs(arguments.grace_secs.max(1)),
        quiet_after: Duration::from_secs(arguments.quiet_secs.max(1)),
        idle_after: Duration::from_secs(arguments.idle_secs.max(1)),
    };
    let environment = Environment::build(std::env::vars_os());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(Error::internal)?.block_on(serve(settings, environment, git::Environment::inherited()))
}

#[allow(clippy::print_stderr, reason = "the log may be what cannot be written")]
fn complain(error: &Error) {
    tracing::error!(?error, "the runner ends");
    eprintln!("switchyard-runner: {}", error.message);
}
