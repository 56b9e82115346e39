//! Nothing half-done is landed, and nothing of the machine that it was made on.

use super::Finding;
use super::tree::Tree;

/// Spelt in pieces, so that this file does not break its own rule.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("dbg", "!(")];

/// Files that are verbatim or made by others.
const NOT_OURS: [&str; 3] = ["ui/package-lock.json", "Cargo.lock", "LICENSE"];

const CODE: [&str; 8] = [".rs", ".ts", ".tsx", ".mjs", ".css", ".sql", ".proto", ".toml"];

/// Marks of unfinished work.
pub(super) fn check_marks(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in tree.below("", &CODE) {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(mark) = MARKS.iter().find(|mark| has_word(line, mark)) {
                findings
                    .push(file.finding(Some(index + 1), format!("`{mark}`: finish it, or write an issue")));
            }
        }
    }
}

/// The folder that the repository was checked out to.
pub(super) fn check_machine_paths(tree: &Tree, findings: &mut Vec<Finding>) {
    // A checkout right below the root (`/app`) has a name that may well stand for something else.
    if tree.root.matches('/').count() < 2 {
        return;
    }
    for file in tree.files.iter().filter(|file| !NOT_OURS.contains(&file.path.as_str())) {
        for (index, _) in file.text.lines().enumerate().filter(|(_, line)| line.contains(&tree.root)) {
            findings.push(
                file.finding(Some(index + 1), "names the folder that this repository was checked out to"),
            );
        }
    }
}

/// Whether `mark` stands in the line, not as a part of a longer word.
fn has_word(line: &str, mark: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_letter);
        let after = line[at + mark.len()..].chars().next().is_some_and(is_letter);
        !before && (!after || mark.ends_with('('))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_caught() {
        let text = format!("{}: later\nlet {}S = 1;\n{}x);\n", MARKS[0], MARKS[0], MARKS[2]);
        let found = Tree::sample(&[("a.rs", &text)]).found(check_marks);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.rs:1") && found[1].starts_with("a.rs:3"), "{found:?}");
    }

    #[test]
    fn a_path_of_this_machine_is_caught() {
        let mut tree = Tree::sample(&[("README.md", "see\n/home/ada/switchyard/docs\n")]);
        tree.root = "/home/ada/switchyard".to_owned();
        let found = tree.found(check_machine_paths);
        assert!(found.len() == 1 && found[0].starts_with("README.md:2"), "{found:?}");
    }

    #[test]
    fn a_checkout_with_a_short_name_is_let_be() {
        let mut tree = Tree::sample(&[("a.ts", "import '@/app/router'\n")]);
        tree.root = "/app".to_owned();
        assert_eq!(tree.found(check_machine_paths), [""; 0]);
    }
}
