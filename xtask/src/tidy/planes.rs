//! What each part of the control plane must not know: files, processes, the environment, the clock.

use super::Finding;
use super::tree::Tree;

/// Source folder, names that may not stand in it, and why.
struct Ban {
    folder: &'static str,
    names: &'static [&'static str],
    because: &'static str,
}

const BANS: [Ban; 3] = [
    Ban {
        folder: "crates/domain/src/",
        names: &["std::fs", "std::env", "std::process", "std::net", "SystemTime", "now_utc", "Instant::now"],
        because: "the domain has no file system, environment, processes, network or clock: take a value or use a port",
    },
    Ban {
        folder: "crates/app/src/",
        names: &[
            "std::fs",
            "tokio::fs",
            "std::env",
            "std::process",
            "tokio::process",
            "SystemTime",
            "now_utc",
        ],
        because: "use cases reach the world through the domain's ports alone",
    },
    Ban {
        folder: "crates/api/src/",
        names: &[
            "std::fs",
            "tokio::fs",
            "std::env",
            "std::process",
            "tokio::process",
            "rusqlite",
            "tokio_postgres",
        ],
        because: "the api floor translates between the wire and the use cases, and does nothing else",
    },
];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for ban in &BANS {
        for file in tree.below(ban.folder, &[".rs"]).filter(|file| !file.is_test()) {
            for (number, line) in file.product_lines() {
                if let Some(name) = ban.names.iter().find(|name| line.contains(**name)) {
                    findings.push(file.finding(Some(number), format!("names `{name}`; {}", ban.because)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_case_that_reads_a_file_is_caught() {
        let found = Tree::sample(&[("crates/app/src/repo.rs", "fn f() {\n    std::fs::read(path);\n}\n")])
            .found(check);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/app/src/repo.rs:2: names `std::fs`"), "{found:?}");
    }

    #[test]
    fn a_clock_in_the_domain_is_caught() {
        let found =
            Tree::sample(&[("crates/domain/src/task.rs", "let now = SystemTime::now();\n")]).found(check);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn comments_and_tests_may_speak_of_anything() {
        let tests = "// std::fs\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        let tree =
            Tree::sample(&[("crates/app/src/repo.rs", tests), ("crates/app/tests/it.rs", "use std::fs;\n")]);
        assert_eq!(tree.found(check), [""; 0]);
    }
}
