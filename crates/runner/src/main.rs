//! `switchyard-runner`: serves the data plane, keeps a runner for each of several users, or supervises one program.

mod arguments;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use switchyard_domain::{Error, Result};
use switchyard_runner::process::{
    Environment, Reach, close_inherited_on_exec, confine_children, confine_private_children, confine_self,
    settle_as_user, supervisor, take_socket_from_stdin,
};
use switchyard_runner::remote::{Exception, Rules};
use switchyard_runner::service::{Apart, Place, Settings, remotes_folder, serve};
use switchyard_runner::{git, host, log};

use arguments::{Arguments, Host, Role, Serve, ServeUser, Timing};

fn main() -> ExitCode {
    let outcome = match Arguments::parse().role {
        Role::Supervise => return supervisor::run(),
        Role::Serve(arguments) => run(arguments),
        Role::Host(arguments) => run_host(arguments),
        Role::ServeUser(arguments) => run_for_user(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the runner's own environment is read here, once")]
fn run(arguments: Serve) -> Result<()> {
    begin()?;
    let environment = Environment::build(std::env::vars_os());
    let Serve { socket, state, workspaces, timing } = arguments;
    let remotes = timing.remotes(false, Vec::new());
    start(
        settings(Place::Socket(socket), state, workspaces, &timing, remotes),
        &timing,
        environment,
        git::Environment::inherited(),
    )
}

fn run_host(arguments: Host) -> Result<()> {
    begin()?;
    // A fault here is told now, and not by each user's runner.
    for remote in arguments.private_remotes.iter().filter(|remote| !remote.trim().is_empty()) {
        remote.parse::<Exception>()?;
    }
    runtime()?.block_on(host::serve(arguments.into()))
}

/// A runner of one of several users: everything that it and its children may reach is settled before anything else.
fn run_for_user(arguments: ServeUser) -> Result<()> {
    begin()?;
    let isolation = |error: std::io::Error| {
        let text = "The runner cannot be kept apart from other users, and does not start.";
        Error::unavailable("isolation_unavailable", format!("{text} {error}"))
    };
    settle_as_user().map_err(isolation)?;
    let socket = take_socket_from_stdin().map_err(isolation)?;
    let ServeUser { user, server_uid, state, workspaces, programs, private_remotes, timing } = arguments;
    let root = workspaces.join(user.to_string());
    let home = root.clone();
    let temporary = root.join(".tmp");
    std::fs::create_dir_all(&temporary).map_err(Error::internal)?;
    confine_children(&Reach { programs: programs.clone(), own: vec![root.clone()] }).map_err(isolation)?;
    // Git that talks to remotes works in a folder that the user's programs do not reach.
    let scratch = remotes_folder(&state);
    std::fs::create_dir_all(&scratch).map_err(Error::internal)?;
    confine_private_children(&Reach { programs: programs.clone(), own: vec![root.clone(), scratch] })
        .map_err(isolation)?;
    // Supervisors are this very program, by the name that holds even when its file was replaced.
    let programs = programs.into_iter().chain(["/proc/self/exe".into()]).collect();
    confine_self(&Reach { programs, own: vec![root, state.clone()] }).map_err(isolation)?;
    let path = host::SEARCH_PATH;
    let environment = Environment::build([
        ("HOME".into(), home.clone().into()),
        ("PATH".into(), path.into()),
        ("LANG".into(), "C.UTF-8".into()),
        // No database of users knows the id, and programs want some name.
        ("USER".into(), "user".into()),
        ("LOGNAME".into(), "user".into()),
        ("TMPDIR".into(), temporary.into()),
        ("SHELL".into(), "/bin/bash".into()),
    ]);
    let git = git::Environment { path: path.into(), home, config_home: None, ssh_agent: None };
    let place = Place::Apart(Apart { socket, user, server_uid });
    let remotes = timing.remotes(true, private_remotes);
    start(settings(place, state, workspaces, &timing, remotes), &timing, environment, git)
}

/// What every role begins with: files that it makes are its user's alone, and nothing is inherited.
fn begin() -> Result<()> {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // What ends the server's terminal must not end the runner. The leader of a group cannot, and need not.
    let _ = rustix::process::setsid();
    close_inherited_on_exec().map_err(Error::internal)
}

fn settings(
    place: Place,
    state: std::path::PathBuf,
    workspaces: std::path::PathBuf,
    timing: &Timing,
    remotes: Rules,
) -> Settings {
    Settings {
        place,
        state,
        workspaces,
        remotes,
        grace: timing.grace(),
        quiet_after: timing.quiet(),
        idle_after: timing.idle(),
    }
}

fn start(settings: Settings, timing: &Timing, environment: Environment, git: git::Environment) -> Result<()> {
    log::start(&settings.state, &timing.log).map_err(Error::internal)?;
    runtime()?.block_on(serve(settings, environment, git))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::internal)
}

fn complain(error: &Error) {
    tracing::error!(?error, "the runner ends");
    // The log may be what cannot be written; whoever reads this may be gone.
    let _ = writeln!(std::io::stderr(), "switchyard-runner: {}", error.message);
}
