//! A crate uses only crates on floors below its own, and only `core` names the adapters.

use super::Finding;
use super::tree::Tree;
use crate::workspace::{Dependency, DependencyKind, Package};

const PREFIX: &str = "switchyard-";

/// Floors from the ground up. What stands in no row is on no floor, which is a finding.
const FLOORS: [(&str, Floor); 17] = [
    ("domain", Floor::Product(0)),
    ("store", Floor::Product(1)),
    ("vault", Floor::Product(1)),
    ("github", Floor::Product(1)),
    ("runner-api", Floor::Product(1)),
    ("runner", Floor::Product(1)),
    ("app", Floor::Product(2)),
    ("api", Floor::Product(3)),
    ("core", Floor::Product(4)),
    ("server", Floor::Product(5)),
    ("desktop", Floor::Product(5)),
    ("operator", Floor::Product(5)),
    ("testkit", Floor::Development),
    ("integration", Floor::Development),
    ("desktop-tests", Floor::Development),
    ("bench", Floor::Development),
    ("xtask", Floor::Development),
];

/// Implementations of ports: the floors above know the ports alone, and `core` wires them.
const ADAPTERS: [&str; 4] = ["store", "vault", "github", "runner-api"];
const WIRING: &str = "core";

/// What may stand in the ground floor's manifest. It is a list of what is allowed, since what is not cannot be listed.
const GROUND_MAY_USE: [&str; 6] = ["async-trait", "futures-util", "serde", "thiserror", "time", "uuid"];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Floor {
    /// Part of the product, on this floor.
    Product(u8),
    /// Never shipped; may use everything, and nothing shipped uses it.
    Development,
}

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for package in &tree.packages {
        let mut report = |message: String| {
            findings.push(Finding { path: format!("{}/Cargo.toml", package.folder), line: None, message });
        };
        match floor(&package.name) {
            None => {
                report(format!("{} is on no floor: give it one in xtask/src/tidy/floors.rs", package.name))
            }
            Some(own) => {
                package.dependencies.iter().filter_map(|it| fault(package, own, it)).for_each(report)
            }
        }
    }
}

fn fault(package: &Package, own: Floor, dependency: &Dependency) -> Option<String> {
    let name = &dependency.name;
    let shipped = dependency.kind != DependencyKind::Dev;
    let Some(other) = floor(name) else {
        let foreign = own == Floor::Product(0) && shipped && !GROUND_MAY_USE.contains(&name.as_str());
        return foreign
            .then(|| format!("the ground floor uses {name}; it knows nothing but {GROUND_MAY_USE:?}"));
    };
    let short = name.strip_prefix(PREFIX).unwrap_or(name);
    let own_short = package.name.strip_prefix(PREFIX).unwrap_or(&package.name);
    // A crate names itself to turn on its own features in its tests.
    let itself = short == own_short && !shipped;
    if itself || own == Floor::Development || (other == Floor::Development && !shipped) {
        None
    } else if other == Floor::Development {
        Some(format!("uses {name} outside of tests; development crates are never shipped"))
    } else if other >= own {
        Some(format!("uses {name}, which is not on a floor below its own"))
    } else if ADAPTERS.contains(&short) && own_short != WIRING && shipped {
        Some(format!("names the adapter {name}; only {PREFIX}{WIRING} may, others use the domain's port"))
    } else {
        None
    }
}

fn floor(package: &str) -> Option<Floor> {
    let short = package.strip_prefix(PREFIX)?;
    FLOORS.iter().find(|(name, _)| *name == short).map(|(_, floor)| *floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(package: &str, dependency: &str, kind: DependencyKind) -> Tree {
        let dependencies = vec![Dependency { name: dependency.to_owned(), kind }];
        let package =
            Package { name: package.to_owned(), folder: "here".to_owned(), dependencies, tests: Vec::new() };
        Tree { packages: vec![package], ..Tree::sample(&[]) }
    }

    #[track_caller]
    fn refused(package: &str, dependency: &str, kind: DependencyKind, because: &str) {
        let found = tree(package, dependency, kind).found(check);
        assert!(found.len() == 1 && found[0].contains(because), "{found:?}");
    }

    #[track_caller]
    fn accepted(package: &str, dependency: &str, kind: DependencyKind) {
        assert_eq!(tree(package, dependency, kind).found(check), [""; 0]);
    }

    #[test]
    fn a_crate_may_use_a_floor_below() {
        accepted("switchyard-api", "switchyard-app", DependencyKind::Normal);
        accepted("switchyard-api", "axum", DependencyKind::Normal);
    }

    #[test]
    fn a_crate_may_not_use_its_own_floor_or_one_above() {
        refused("switchyard-app", "switchyard-api", DependencyKind::Normal, "not on a floor below");
        refused("switchyard-store", "switchyard-runner", DependencyKind::Normal, "not on a floor below");
        refused("switchyard-app", "switchyard-core", DependencyKind::Dev, "not on a floor below");
    }

    #[test]
    fn only_the_wiring_names_an_adapter() {
        refused("switchyard-app", "switchyard-store", DependencyKind::Normal, "names the adapter");
        refused("switchyard-server", "switchyard-runner-api", DependencyKind::Normal, "names the adapter");
        accepted("switchyard-core", "switchyard-store", DependencyKind::Normal);
    }

    #[test]
    fn development_crates_are_for_tests() {
        accepted("switchyard-store", "switchyard-testkit", DependencyKind::Dev);
        refused("switchyard-store", "switchyard-testkit", DependencyKind::Normal, "never shipped");
        accepted("switchyard-integration", "switchyard-core", DependencyKind::Normal);
    }

    #[test]
    fn the_ground_floor_knows_no_framework() {
        refused("switchyard-domain", "tokio", DependencyKind::Normal, "the ground floor uses tokio");
        refused("switchyard-domain", "serde_json", DependencyKind::Build, "the ground floor uses serde_json");
        accepted("switchyard-domain", "serde_json", DependencyKind::Dev);
    }

    #[test]
    fn a_crate_on_no_floor_is_a_finding() {
        refused("switchyard-new", "clap", DependencyKind::Normal, "is on no floor");
    }
}
