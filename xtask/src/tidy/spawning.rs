//! Processes begin in few places: each builds the environment and closes descriptors, so each is one to trust.

use super::Finding;
use super::tree::{Source, Tree};

/// Places that may start processes, and how many files of each may.
const PLACES: [(&str, usize); 2] =
    [("crates/runner/src/process/", usize::MAX), ("crates/core/src/runner", 1)];

/// Crates that are never shipped.
const DEVELOPMENT: [&str; 4] = ["crates/testkit/", "crates/bench/", "tests/", "xtask/"];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let mut used = PLACES.map(|(_, files)| files);
    for file in tree.below("", &[".rs"]) {
        if file.is_test() || DEVELOPMENT.iter().any(|folder| file.path.starts_with(folder)) {
            continue;
        }
        let Some(line) = first_use(file) else { continue };
        match PLACES.iter().position(|(folder, _)| file.path.starts_with(folder)) {
            Some(place) if used[place] > 0 => used[place] -= 1,
            Some(place) => findings.push(file.finding(
                Some(line),
                format!(
                    "is one more file in {} that starts processes; one place there does",
                    PLACES[place].0
                ),
            )),
            None => findings.push(file.finding(
                Some(line),
                "starts processes; only crates/runner/src/process does (and core, to launch the runner)",
            )),
        }
    }
}

/// Where the file first names the standard library's or tokio's way to start a process.
fn first_use(file: &Source) -> Option<usize> {
    let names_it = |line: &str| {
        ["std::process::", "tokio::process::"].iter().any(|module| {
            line.split(module).skip(1).any(|rest| {
                let listed =
                    rest.strip_prefix('{').and_then(|list| list.split('}').next()).unwrap_or_default();
                rest.starts_with("Command") || listed.split(',').any(|name| name.trim() == "Command")
            })
        })
    };
    file.product_lines().find(|(_, line)| names_it(line)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_started_anywhere_else_is_caught() {
        let found = Tree::sample(&[
            ("crates/store/src/engine.rs", "use std::process::{Command, Stdio};\n"),
            ("crates/api/src/tasks.rs", "\ntokio::process::Command::new(\"git\");\n"),
        ])
        .found(check);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].starts_with("crates/api/src/tasks.rs:2"), "{found:?}");
    }

    #[test]
    fn the_runner_has_one_place_and_tests_are_free() {
        let line = "use tokio::process::Command;\n";
        let places =
            ["crates/runner/src/process/spawn.rs", "crates/runner/tests/git/main.rs", "xtask/src/process.rs"];
        assert_eq!(Tree::sample(&places.map(|path| (path, line))).found(check), [""; 0]);
    }

    #[test]
    fn a_second_place_for_git_or_core_is_caught() {
        let line = "use tokio::process::Command;\n";
        let places = [
            "crates/core/src/runner_process.rs",
            "crates/core/src/runner_upgrade.rs",
            "crates/runner/src/git/run.rs",
        ];
        let found = Tree::sample(&places.map(|path| (path, line))).found(check);
        assert!(found.len() == 2, "{found:?}");
        assert!(found[0].starts_with("crates/core/src/runner_upgrade.rs:1"), "{found:?}");
        assert!(found[1].starts_with("crates/runner/src/git/run.rs:1"), "{found:?}");
    }

    #[test]
    fn exit_codes_and_ids_are_no_processes() {
        let lines = "use std::process::{ExitCode, id};\nstd::process::exit(1);\n";
        assert_eq!(Tree::sample(&[("server/src/main.rs", lines)]).found(check), [""; 0]);
    }
}
