//! Both engines have the same migrations: same numbers, same names, without gaps.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::Tree;

const ENGINES: [&str; 2] = ["migrations/sqlite/", "migrations/postgres/"];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let [sqlite, postgres] = ENGINES.map(|folder| names(tree, folder));
    for (folder, own, other) in [(ENGINES[0], &sqlite, &postgres), (ENGINES[1], &postgres, &sqlite)] {
        let mut report = |name: &str, message: String| {
            findings.push(Finding { path: format!("{folder}{name}"), line: None, message });
        };
        for missing in other.difference(own) {
            report(missing, "is missing: each migration is written for both engines".to_owned());
        }
        for (name, expected) in own.iter().zip(1..) {
            let number = name.split_once('_').and_then(|(number, _)| number.parse::<u32>().ok());
            if number != Some(expected) {
                report(name, format!("should begin with `{expected:04}_`: numbers go up by one"));
                break;
            }
        }
    }
}

fn names(tree: &Tree, folder: &str) -> BTreeSet<String> {
    tree.below(folder, &[".sql"]).map(|file| file.path[folder.len()..].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_for_one_engine_alone_is_caught() {
        let found = Tree::sample(&[("migrations/sqlite/0001_init.sql", "")]).found(check);
        assert!(
            found.len() == 1 && found[0].starts_with("migrations/postgres/0001_init.sql: is missing"),
            "{found:?}"
        );
    }

    #[test]
    fn a_gap_in_the_numbers_is_caught() {
        let files = ["sqlite/0001_init", "postgres/0001_init", "sqlite/0003_later", "postgres/0003_later"];
        let paths = files.map(|name| format!("migrations/{name}.sql"));
        let tree = Tree::sample(&[(&paths[0], ""), (&paths[1], ""), (&paths[2], ""), (&paths[3], "")]);
        let found = tree.found(check);
        assert!(found.len() == 2 && found[0].contains("should begin with `0002_`"), "{found:?}");
    }
}
