//! Authority comes from authentication: nobody else makes an `Actor`.

use super::Finding;
use super::tree::Tree;

const MAKES_AN_ACTOR: &str = "Actor::authenticated(";

/// Where an actor may be made: the api floor's authentication, and wiring, which makes the local one.
const MAY_MAKE_ONE: [&str; 3] = ["crates/api/src/auth/", "crates/api/src/auth.rs", "crates/core/src/"];

/// Crates that are never shipped.
const DEVELOPMENT: [&str; 4] = ["crates/testkit/", "crates/bench/", "tests/", "xtask/"];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let is_free = |path: &str| MAY_MAKE_ONE.iter().chain(&DEVELOPMENT).any(|folder| path.starts_with(folder));
    for file in tree.below("", &[".rs"]).filter(|file| !file.is_test() && !is_free(&file.path)) {
        for (number, _) in file.product_lines().filter(|(_, line)| line.contains(MAKES_AN_ACTOR)) {
            findings.push(file.finding(
                Some(number),
                "makes an actor; only authentication (crates/api/src/auth) and wiring (crates/core) do. Take one as an \
                 argument.",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_that_makes_its_own_actor_is_caught() {
        let line = "let actor = Actor::authenticated(user, vec![]);\n";
        let found = Tree::sample(&[("crates/api/src/tasks/create.rs", line)]).found(check);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn authentication_and_tests_make_actors() {
        let line = "let actor = Actor::authenticated(user, vec![]);\n";
        let places = [
            "crates/api/src/auth/cookie.rs",
            "crates/core/src/local.rs",
            "crates/store/tests/contract/main.rs",
        ];
        assert_eq!(Tree::sample(&places.map(|path| (path, line))).found(check), [""; 0]);
    }
}
