//! A file past 400 lines owes an explanation.

use super::Finding;
use super::tree::{Source, Tree};

const MOST_LINES: usize = 400;
const KINDS: [&str; 4] = [".rs", ".ts", ".tsx", ".css"];

/// Files that may be longer, each with the reason. It should only ever shrink.
const EXCEPTIONS: &str = "xtask/src/tidy/long_files.txt";

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let list = include_str!("long_files.txt");
    check_against(tree, list, findings);
}

fn check_against(tree: &Tree, list: &str, findings: &mut Vec<Finding>) {
    let exceptions =
        list.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let mut excused = Vec::new();
    for (index, line) in exceptions {
        let (path, reason) = line.split_once(':').unwrap_or((line, ""));
        let is_long = tree.file(path).is_some_and(|file| length(file) > MOST_LINES);
        let fault = if reason.trim().is_empty() {
            "gives no reason: write `path: reason`"
        } else if !is_long {
            "is not needed any more: take the line out"
        } else {
            excused.push(path);
            continue;
        };
        findings.push(Finding {
            path: EXCEPTIONS.to_owned(),
            line: Some(index + 1),
            message: format!("{path} {fault}"),
        });
    }
    for file in tree.below("", &KINDS) {
        let lines = length(file);
        if lines > MOST_LINES && !is_generated(&file.path) && !excused.contains(&file.path.as_str()) {
            findings.push(file.finding(
                None,
                format!("has {lines} lines; split it by noun or verb, or explain it in {EXCEPTIONS}"),
            ));
        }
    }
}

fn length(file: &Source) -> usize {
    file.text.lines().count()
}

fn is_generated(path: &str) -> bool {
    path.contains(".gen.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: &str, files: &[(&str, usize)]) -> Vec<String> {
        let texts: Vec<_> = files.iter().map(|(path, lines)| (*path, "x\n".repeat(*lines))).collect();
        let texts: Vec<_> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let mut findings = Vec::new();
        check_against(&Tree::sample(&texts), list, &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_long_file_is_caught() {
        let found = found("", &[("a.rs", 401), ("b.rs", 400), ("c.gen.ts", 5000), ("d.md", 5000)]);
        assert!(found.len() == 1 && found[0].starts_with("a.rs: has 401 lines"), "{found:?}");
    }

    #[test]
    fn an_explained_file_may_be_long() {
        assert_eq!(found("# files\na.rs: one table\n", &[("a.rs", 401)]), [""; 0]);
    }

    #[test]
    fn an_exception_without_reason_or_need_is_caught() {
        let found = found("a.rs:\nb.rs: was long once\n", &[("a.rs", 401), ("b.rs", 10)]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[1].contains("long_files.txt:2: b.rs is not needed any more"), "{found:?}");
    }
}
