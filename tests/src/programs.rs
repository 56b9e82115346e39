//! The programs under test.

use std::path::{Path, PathBuf};

/// Path of one of the workspace's programs, which lie beside the running test's folder.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the running test has a path");
    // A test runs as {target}/{profile}/deps/{test}.
    let profile = test.parent().and_then(Path::parent).expect("a test lies in a target folder");
    let path = profile.join(name);
    assert!(
        path.is_file(),
        "{} is missing. Build the programs first: \
         cargo build -p switchyard-server -p switchyard-runner -p switchyard-testkit",
        path.display()
    );
    path
}

/// Puts a copy of a program at `to`. Not copied by ourselves: what another thread starts meanwhile would hold the copy
/// open for writing, and it could not be run ("text file busy").
///
/// # Panics
/// When it cannot be copied.
pub fn copy_program(name: &str, to: &Path) {
    let copied = std::process::Command::new("cp").arg(program(name)).arg(to).status();
    assert!(copied.expect("cp runs").success(), "{name} cannot be copied to {}", to.display());
}
