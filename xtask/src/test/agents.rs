//! Real agents, in versions that are known to work with Node.js 20, for the tests that run them.

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// Packages and versions. Their licences forbid some of them to be handed on, so they are fetched and never kept here.
const PACKAGES: [(&str, &str); 7] = [
    ("@agentclientprotocol/claude-agent-acp", "0.49.0"),
    ("@agentclientprotocol/codex-acp", "2.6.0"),
    ("@anthropic-ai/claude-code", "2.1.197"),
    ("@google/gemini-cli", "0.61.0"),
    ("@openai/codex", "0.169.0"),
    ("@qwen-code/qwen-code", "0.15.10"),
    ("opencode-ai", "1.18.33"),
];

/// Installs them below the target folder, unless that was done, and returns the folder of their programs.
pub(super) fn install(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("agents");
    let programs = folder.join("node_modules/.bin");
    let manifest = folder.join("package.json");
    let wanted = wanted();
    // npm writes this file last, so it also tells an installation that was cut short.
    let whole = folder.join("node_modules/.package-lock.json").is_file();
    if whole && fs::read_to_string(&manifest).is_ok_and(|installed| installed == wanted) {
        println!("the agents are installed already");
        return Ok(programs);
    }
    println!("installing {} agents' packages into {} (about 1 GB)", PACKAGES.len(), folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::at("remove", &folder))?;
    }
    fs::create_dir_all(&folder).map_err(Failure::at("make", &folder))?;
    fs::write(&manifest, &wanted).map_err(Failure::at("write", &manifest))?;
    let mut npm = process::program("npm", &folder);
    process::run(npm.args(["install", "--no-audit", "--no-fund", "--no-update-notifier"]))?;
    Ok(programs)
}

fn wanted() -> String {
    let packages: Map<String, Value> =
        PACKAGES.iter().map(|(name, version)| ((*name).to_owned(), (*version).into())).collect();
    json!({"private": true, "dependencies": packages}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_is_wanted_in_one_version_and_no_range() {
        let wanted: Value = serde_json::from_str(&wanted()).unwrap();
        let packages = wanted["dependencies"].as_object().unwrap();
        assert_eq!(packages.len(), PACKAGES.len());
        let exact =
            |version: &Value| version.as_str().unwrap().split('.').all(|part| part.parse::<u32>().is_ok());
        assert!(packages.values().all(exact), "{wanted}");
    }
}
