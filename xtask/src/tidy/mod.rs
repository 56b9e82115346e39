//! Rules of the house that no compiler knows, each in a file of its own. `cargo test` checks them too.

mod authority;
mod documents;
mod floors;
mod leftovers;
mod length;
mod migrations;
mod names;
mod planes;
mod spawning;
mod tree;
mod ui;
mod unsafety;

use std::fmt;
use std::process::ExitCode;

use self::tree::Tree;
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// Relative to the root.
    path: String,
    /// From 1; `None` when the file as a whole is meant.
    line: Option<usize>,
    /// What is wrong and what to do.
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

type Rule = fn(&Tree, &mut Vec<Finding>);

const RULES: [Rule; 12] = [
    floors::check,
    planes::check,
    authority::check,
    spawning::check,
    unsafety::check,
    length::check,
    names::check,
    leftovers::check_marks,
    leftovers::check_machine_paths,
    migrations::check,
    documents::check,
    ui::check,
];

/// Checks every rule and tells what it found.
pub(crate) fn report(workspace: &Workspace) -> Result<ExitCode> {
    check(workspace)?;
    println!("tidy: {} rules hold", RULES.len());
    Ok(ExitCode::SUCCESS)
}

/// Fails, naming every place that breaks a rule.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let findings = findings(&Tree::read(workspace)?);
    if findings.is_empty() {
        return Ok(());
    }
    let list = findings.iter().map(|finding| format!("\n  {finding}")).collect::<String>();
    Err(Failure::new(format!("tidy: {} places break a rule{list}", findings.len())))
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        rule(tree, &mut findings);
    }
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_keeps_its_rules() {
        let workspace = Workspace::load().unwrap();
        if let Err(failure) = check(&workspace) {
            panic!("{failure}");
        }
    }

    #[test]
    fn a_finding_is_shown_so_that_an_editor_can_jump_to_it() {
        let finding = Finding { path: "a/b.rs".to_owned(), line: Some(3), message: "no".to_owned() };
        assert_eq!(finding.to_string(), "a/b.rs:3: no");
    }
}
