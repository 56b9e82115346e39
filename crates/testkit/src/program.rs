//! The project's own programs, for tests that run them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Programs that this process has built.
static BUILT: Mutex<Vec<(String, PathBuf)>> = Mutex::new(Vec::new());

/// Path of a program of this workspace, built if need be, with the profile of the running test and beside it.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn program(package: &str, name: &str) -> PathBuf {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, path)) = built.iter().find(|(known, _)| known == name) {
        return path.clone();
    }
    // A test runs as {target}/{profile}/deps/{test}.
    let test =
        std::env::current_exe().unwrap_or_else(|error| panic!("the test's own path is not known: {error}"));
    let profile = test.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    let target = profile.parent().unwrap_or(Path::new("/"));
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", package, "--bin", name, "--target-dir"]).arg(target);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let done = cargo.status().unwrap_or_else(|error| panic!("cargo could not be started: {error}"));
    assert!(done.success(), "{name} could not be built");
    let path = profile.join(name);
    built.push((name.to_owned(), path.clone()));
    path
}

/// Path of the scripted agent. See [`crate::scripted_agent`].
#[must_use]
pub fn scripted_agent() -> PathBuf {
    program("switchyard-testkit", "switchyard-scripted-agent")
}

/// Path of the recorded agent. See [`crate::recorded_agent`].
#[must_use]
pub fn recorded_agent() -> PathBuf {
    program("switchyard-testkit", "switchyard-recorded-agent")
}
