//! A module is named after what it is about. Names that fit anything collect everything.

use super::Finding;
use super::tree::Tree;

const VAGUE: [&str; 11] = [
    "util", "utils", "helper", "helpers", "manager", "managers", "misc", "common", "service", "services",
    "stuff",
];

/// In gRPC a service is a thing: the runner's implementation of the contract's services.
const SERVICE_OF_THE_CONTRACT: &str = "crates/runner/src/service";

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let mut seen = Vec::new();
    for file in tree.below("", &[".rs", ".ts", ".tsx"]) {
        if file.path.starts_with(SERVICE_OF_THE_CONTRACT) {
            continue;
        }
        let Some(vague) = vague_part(&file.path) else { continue };
        if !seen.contains(&vague) {
            findings.push(
                file.finding(None, format!("`{vague}` says nothing: name the module after what it is about")),
            );
            seen.push(vague);
        }
    }
}

/// The path up to its first vague folder or file name.
fn vague_part(path: &str) -> Option<&str> {
    let mut end = 0;
    for part in path.split('/') {
        end += part.len();
        let name = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
        if VAGUE.contains(&name.as_str()) {
            return Some(&path[..end]);
        }
        end += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_modules_are_caught_once_each() {
        let found = Tree::sample(&[
            ("crates/store/src/utils.rs", ""),
            ("ui/src/shared/helpers/a.ts", ""),
            ("ui/src/shared/helpers/b.ts", ""),
        ])
        .found(check);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn the_contracts_service_may_be_called_so() {
        assert_eq!(Tree::sample(&[("crates/runner/src/service/mod.rs", "")]).found(check), [""; 0]);
        assert_eq!(Tree::sample(&[("crates/api/src/service.rs", "")]).found(check).len(), 1);
    }
}
