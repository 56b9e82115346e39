//! `cargo xtask run`: from a clone to Switchyard in the browser.

use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;
use crate::{address, process, tools, ui};

/// How to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build without optimisation: starts sooner after a change, runs slower.
    #[arg(long)]
    dev: bool,
    /// Do not open the browser.
    #[arg(long)]
    no_open: bool,
    /// Passed on to `switchyard-server serve`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    server: Vec<String>,
}

/// Builds, starts, and stays until the server ends.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    tools::check_for_run(workspace)?;
    ui::install(workspace)?;
    ui::build(workspace)?;
    println!("building Switchyard (the first build takes some minutes, later ones seconds)");
    process::run(&mut build(workspace, options.dev))?;

    let server =
        workspace.target.join(if options.dev { "debug" } else { "release" }).join("switchyard-server");
    let mut command = process::program(&server, &workspace.root);
    command.arg("serve").args(&options.server);
    serve(workspace, command, options.no_open)
}

/// Server and runner in one call, so that both are found side by side.
fn build(workspace: &Workspace, dev: bool) -> Command {
    let mut cargo = process::cargo(&workspace.root);
    cargo.args(["build", "--package", "switchyard-server", "--package", "switchyard-runner", "--bins"]);
    if !dev {
        cargo.arg("--release");
    }
    cargo
}

fn serve(workspace: &Workspace, mut command: Command, no_open: bool) -> Result<ExitCode> {
    let mut opened = no_open;
    let status = watch_until_end(&mut command, |line| {
        if let Some(address) = address::in_line(line).filter(|_| !opened) {
            address::open(workspace, address);
            opened = true;
        }
    })?;
    Ok(ExitCode::from(status))
}

/// Runs the server, showing each line that it prints to `look`, and returns its exit code.
///
/// Ctrl-C reaches the server by itself, being sent to all of the terminal's programs; this one only waits, so that
/// the shell's prompt comes back when everything has ended. Any other request to end is handed on.
fn watch_until_end(command: &mut Command, look: impl FnMut(&str)) -> Result<u8> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|cause| Failure::new(format!("could not listen for Ctrl-C: {cause}")))?;
    let handle = signals.handle();
    let status = process::watch_child(command, look, |child: &Child| {
        let pid = Pid::from_child(child);
        thread::spawn(move || {
            for signal in signals.forever().filter(|signal| *signal != SIGINT) {
                let passed_on = if signal == SIGTERM { Signal::TERM } else { Signal::HUP };
                // An error means that it has ended already, which is what was asked for.
                let _ = kill_process(pid, passed_on);
            }
        });
    });
    handle.close();
    let status = status?;
    match status.code() {
        Some(code) => Ok(u8::try_from(code).unwrap_or(1)),
        None => Err(Failure::new(format!("{} was ended by a signal ({status})", name(command)))),
    }
}

fn name(command: &Command) -> String {
    Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// A signal reaches the whole process, and so each child that is being watched.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    #[test]
    fn the_exit_code_of_the_server_is_ours() {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Vec::new();
        let mut command = process::program("sh", Path::new("/"));
        let code =
            watch_until_end(command.args(["-c", "echo ready; exit 7"]), |line| lines.push(line.to_owned()));
        assert_eq!((code.unwrap(), lines), (7, vec!["ready".to_owned()]));
    }

    #[test]
    fn a_request_to_end_is_handed_on_to_the_server() {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = process::program("sh", Path::new("/"));
        command.args(["-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done"]);
        let code = watch_until_end(&mut command, |line| {
            assert_eq!(line, "ready");
            kill_process(rustix::process::getpid(), Signal::TERM).unwrap();
        });
        assert_eq!(code.unwrap(), 0);
    }
}
