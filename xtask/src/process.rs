//! Starting other programs. All of this program's children begin in [`program`].

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::failure::{Failure, Result};

/// A command that runs in `folder`, without the variables that `cargo run` set for this program alone.
///
/// Build scripts watch some of them: with them left in, dependencies would be built anew each time cargo is called
/// from here after it was called from a shell.
#[allow(clippy::disallowed_methods, reason = "this is the one place of this program that starts others")]
pub(crate) fn program(name: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text == "CARGO_PRIMARY_PACKAGE"
        {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that runs this program, or the one on the path.
pub(crate) fn cargo(folder: &Path) -> Command {
    program(variable("CARGO").unwrap_or_else(|| "cargo".to_owned()), folder)
}

/// A variable of this program's environment, unless empty.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the one place of this program that reads the environment"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where a program of that name is found on the path.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = variable("PATH")?;
    folders.split(':').map(|folder| Path::new(folder).join(name)).find(|file| file.is_file())
}

/// Runs a command with this program's own input and output; anything but success is a failure.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|cause| could_not_start(command, &cause))?;
    succeeded(command, status)
}

/// Runs a command and returns what it printed to its standard output.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|cause| could_not_start(command, &cause))?;
    succeeded(command, output.status)?;
    Ok(output.stdout)
}

/// Runs a command, passes its standard output on, and shows each line to `look`. Success or not is for the caller.
pub(crate) fn watch(command: &mut Command, look: impl FnMut(&str)) -> Result<ExitStatus> {
    watch_child(command, look, |_| ())
}

/// Like [`watch`], and tells `started` of the child before its first line.
pub(crate) fn watch_child(
    command: &mut Command,
    mut look: impl FnMut(&str),
    started: impl FnOnce(&Child),
) -> Result<ExitStatus> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|cause| could_not_start(command, &cause))?;
    started(&child);
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let Ok(line) = line else { break };
            let mut screen = std::io::stdout().lock();
            // A closed terminal must not end the tests half-way: what counts is told by the exit code.
            let _ = screen.write_all(&line).and_then(|()| screen.write_all(b"\n"));
            look(&String::from_utf8_lossy(&line));
        }
    }
    child.wait().map_err(|cause| could_not_start(command, &cause))
}

/// Fails, naming the command, unless `status` is success.
fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed ({status}); its own words are above", shown(command))))
}

/// A failure to start at all, which mostly means that the program is missing.
fn could_not_start(command: &Command, cause: &std::io::Error) -> Failure {
    Failure::new(format!("could not run `{}`: {cause}", shown(command)))
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_in_the_failure() {
        let failure = run(program("sh", Path::new("/")).args(["-c", "exit 3"])).unwrap_err().to_string();
        assert!(failure.contains("`sh -c exit 3` failed"), "{failure}");
    }

    #[test]
    fn a_missing_program_is_named_in_the_failure() {
        let failure = run(&mut program("no-such-program-here", Path::new("/"))).unwrap_err().to_string();
        assert!(failure.contains("could not run `no-such-program-here`"), "{failure}");
    }

    #[test]
    fn watching_shows_each_line_and_leaves_the_verdict_to_the_caller() {
        let mut lines = Vec::new();
        let mut command = program("sh", Path::new("/"));
        let status =
            watch(command.args(["-c", "echo one; echo two; exit 1"]), |line| lines.push(line.to_owned()));
        assert_eq!(lines, ["one", "two"]);
        assert!(!status.unwrap().success());
    }
}
