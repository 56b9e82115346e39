//! Authority comes from authentication: nobody else makes an `Actor`, and few let one see closed projects.

use super::Finding;
use super::tree::Tree;

const MAKES_AN_ACTOR: &str = "Actor::authenticated(";

/// Where an actor may be made: the api floor's authentication, and wiring, which makes the local one.
const MAY_MAKE_ONE: [&str; 3] = ["crates/api/src/auth/", "crates/api/src/auth.rs", "crates/core/src/"];

const REACHES_ALL_PROJECTS: &str = ".unattended()";

/// Where access lists of projects may be passed over: what goes on in the background, the feed, which asks about each
/// subscriber, and what takes somebody who is gone off every list.
const MAY_REACH_ALL_PROJECTS: [&str; 8] = [
    "crates/app/src/feed.rs",
    "crates/app/src/recovery.rs",
    "crates/app/src/session_driver.rs",
    "crates/app/src/withdrawal.rs",
    "crates/app/src/workspace.rs",
    "crates/store/src/api_keys.rs",
    "crates/store/src/groups.rs",
    "crates/store/src/organisations.rs",
];

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
        if MAY_REACH_ALL_PROJECTS.contains(&file.path.as_str()) {
            continue;
        }
        for (number, _) in file.product_lines().filter(|(_, line)| line.contains(REACHES_ALL_PROJECTS)) {
            findings.push(file.finding(
                Some(number),
                "passes over who may see a project. Only what goes on by itself does; ask in the person's own scope.",
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
    fn a_handler_that_passes_over_access_lists_is_caught() {
        let line = "let task = app.task(&caller.scope.unattended(), id).await?;\n";
        let found = |path| Tree::sample(&[(path, line)]).found(check).len();
        assert_eq!((found("crates/api/src/routes/task.rs"), found("crates/app/src/task.rs")), (1, 1));
        assert_eq!(found("crates/app/src/session_driver.rs"), 0);
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
