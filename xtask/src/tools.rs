//! The programs that this project needs on the machine, and how new they must be.

use std::process::Stdio;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// A version as far as we compare it.
type Version = (u32, u32);

struct Tool {
    program: &'static str,
    arguments: &'static [&'static str],
    at_least: Version,
    remedy: &'static str,
}

const GIT: Tool = Tool {
    program: "git",
    arguments: &["--version"],
    at_least: (2, 40),
    remedy: "Install it from your system's packages or https://git-scm.com.",
};
const NODE: Tool = Tool {
    program: "node",
    arguments: &["--version"],
    at_least: (20, 19),
    remedy: "Install Node.js 20.19 or newer: https://nodejs.org.",
};
const NPM: Tool = Tool {
    program: "npm",
    arguments: &["--version"],
    at_least: (9, 0),
    remedy: "It comes with Node.js: https://nodejs.org.",
};
const RUSTFMT: Tool = Tool {
    program: "cargo",
    arguments: &["fmt", "--version"],
    at_least: (1, 0),
    remedy: "Install it: rustup component add rustfmt",
};
const CLIPPY: Tool = Tool {
    program: "cargo",
    arguments: &["clippy", "--version"],
    at_least: (0, 1),
    remedy: "Install it: rustup component add clippy",
};

/// What building and running takes.
pub(crate) fn check_for_run(workspace: &Workspace) -> Result<()> {
    check(workspace, &[GIT, NODE, NPM])
}

/// What the checks take on top of that.
pub(crate) fn check_for_test(workspace: &Workspace) -> Result<()> {
    check(workspace, &[GIT, NODE, NPM, RUSTFMT, CLIPPY])
}

/// Names every fault at once, so that nobody installs one tool only to learn of the next.
fn check(workspace: &Workspace, tools: &[Tool]) -> Result<()> {
    let faults: Vec<String> = tools.iter().filter_map(|tool| fault(workspace, tool)).collect();
    if faults.is_empty() { Ok(()) } else { Err(Failure::new(faults.join("\n       "))) }
}

fn fault(workspace: &Workspace, tool: &Tool) -> Option<String> {
    let name = std::iter::once(tool.program)
        .chain(tool.arguments.iter().copied().filter(|argument| !argument.starts_with('-')))
        .collect::<Vec<_>>()
        .join(" ");
    let (major, minor) = tool.at_least;
    let mut command = match tool.program {
        "cargo" => process::cargo(&workspace.root),
        other => process::program(other, &workspace.root),
    };
    let output = command.args(tool.arguments).stdin(Stdio::null()).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        return Some(format!(
            "`{name}` is missing (version {major}.{minor} or newer is needed). {}",
            tool.remedy
        ));
    };
    let said = String::from_utf8_lossy(&output.stdout);
    match version(&said) {
        Some(found) if found >= tool.at_least => None,
        Some(found) => Some(format!(
            "`{name}` is version {}.{}; {major}.{minor} or newer is needed. {}",
            found.0, found.1, tool.remedy
        )),
        None => Some(format!("`{name}` does not tell its version, it says: {}", said.trim())),
    }
}

/// The first `number.number` in what a program says of itself.
fn version(said: &str) -> Option<Version> {
    said.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let mut parts = word.split('.').map(str::parse::<u32>);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_say() {
        assert_eq!(version("git version 2.47.3"), Some((2, 47)));
        assert_eq!(version("git version 2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(version("clippy 0.1.95 (59807616e1 2026-04-14)"), Some((0, 1)));
        assert_eq!(version("no version"), None);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let workspace = Workspace::load().unwrap();
        let absent =
            Tool { program: "no-such-tool", arguments: &["--version"], at_least: (1, 0), remedy: "Get it." };
        let too_new = Tool { at_least: (9999, 0), ..GIT };
        let failure = check(&workspace, &[absent, too_new]).unwrap_err().to_string();
        assert!(
            failure.contains("`no-such-tool` is missing (version 1.0 or newer is needed). Get it."),
            "{failure}"
        );
        assert!(failure.contains("9999.0 or newer is needed"), "{failure}");
    }
}
