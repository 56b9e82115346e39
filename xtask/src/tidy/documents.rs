//! What exists is written down: each crate's purpose, its place in the architecture, each operation of the API.

use serde_json::Value;

use super::Finding;
use super::tree::Tree;

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const OPENAPI: &str = "docs/openapi.json";

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    purposes(tree, findings);
    architecture(tree, findings);
    operations(tree, findings);
}

/// Each crate begins with what it is for.
fn purposes(tree: &Tree, findings: &mut Vec<Finding>) {
    for package in &tree.packages {
        for root in ["lib.rs", "main.rs"] {
            let Some(file) = tree.file(&format!("{}/src/{root}", package.folder)) else { continue };
            if !file.text.starts_with("//!") {
                findings
                    .push(file.finding(Some(1), "begins without a `//!` that says what the crate is for"));
            }
        }
    }
}

/// Each crate stands in the architecture, by its folder.
fn architecture(tree: &Tree, findings: &mut Vec<Finding>) {
    let text = tree.file(ARCHITECTURE).map_or("", |file| &file.text);
    for package in tree.packages.iter().filter(|package| !text.contains(&format!("`{}`", package.folder))) {
        let message = format!("says nothing of `{}`: its purpose, and what it must not know", package.folder);
        findings.push(Finding { path: ARCHITECTURE.to_owned(), line: None, message });
    }
}

/// Each operation of the API has a name and a summary.
fn operations(tree: &Tree, findings: &mut Vec<Finding>) {
    let Some(file) = tree.file(OPENAPI) else { return };
    let Ok(document) = serde_json::from_str::<Value>(&file.text) else {
        findings.push(file.finding(None, "is no JSON: run `cargo xtask gen`"));
        return;
    };
    let paths = document["paths"].as_object();
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let is_operation = ["get", "put", "post", "patch", "delete"].contains(&method.as_str());
            let has_text = |key: &str| operation[key].as_str().is_some_and(|text| !text.trim().is_empty());
            if is_operation && !(has_text("operationId") && has_text("summary")) {
                let message = format!("{} {path} has no operationId or no summary", method.to_uppercase());
                findings.push(file.finding(None, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    fn with_store(files: &[(&str, &str)]) -> Tree {
        let package = Package {
            name: "switchyard-store".to_owned(),
            folder: "crates/store".to_owned(),
            dependencies: Vec::new(),
            tests: Vec::new(),
        };
        Tree { packages: vec![package], ..Tree::sample(files) }
    }

    #[test]
    fn a_crate_without_purpose_is_caught() {
        let files = [("crates/store/src/lib.rs", "pub mod tasks;\n"), (ARCHITECTURE, "`crates/store`")];
        let found = with_store(&files).found(check);
        assert!(found.len() == 1 && found[0].starts_with("crates/store/src/lib.rs:1"), "{found:?}");
    }

    #[test]
    fn a_crate_that_the_architecture_does_not_name_is_caught() {
        let files = [("crates/store/src/lib.rs", "//! Keeps.\n"), (ARCHITECTURE, "`crates/storage`")];
        let found = with_store(&files).found(check);
        assert!(found.len() == 1 && found[0].contains("says nothing of `crates/store`"), "{found:?}");
    }

    #[test]
    fn an_operation_without_summary_is_caught() {
        let document = r#"{"paths": {"/api/tasks": {"parameters": [],
            "get": {"operationId": "list_tasks", "summary": "Tasks"}, "post": {"operationId": "create_task"}}}}"#;
        let found = Tree::sample(&[(OPENAPI, document)]).found(check);
        assert!(found.len() == 1 && found[0].contains("POST /api/tasks"), "{found:?}");
    }
}
