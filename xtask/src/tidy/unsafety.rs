//! `unsafe` is denied to all crates; what has no safe interface stands in the runner's process module.

use super::Finding;
use super::tree::Tree;

const MAY_ALLOW_IT: &str = "crates/runner/src/process/";

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in tree.below("", &[".rs"]).filter(|file| !file.path.starts_with(MAY_ALLOW_IT)) {
        for (number, _) in file.product_lines().filter(|(_, line)| allows_it(line)) {
            let message =
                format!("allows unsafe code; only {MAY_ALLOW_IT} does, where no safe interface exists");
            findings.push(file.finding(Some(number), message));
        }
    }
}

fn allows_it(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#')
        && line.contains("(unsafe_code")
        && !line.contains("deny")
        && !line.contains("forbid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_code_outside_of_the_process_module_is_caught() {
        let line = "#[allow(unsafe_code)]\n";
        let places = ["crates/runner/src/process/inherited.rs", "crates/store/src/row.rs"];
        let found = Tree::sample(&places.map(|path| (path, line))).found(check);
        assert!(found.len() == 1 && found[0].starts_with("crates/store/src/row.rs:1"), "{found:?}");
    }

    #[test]
    fn denying_it_is_fine() {
        assert_eq!(
            Tree::sample(&[("server/src/main.rs", "#![forbid(unsafe_code)]\n")]).found(check),
            [""; 0]
        );
    }
}
