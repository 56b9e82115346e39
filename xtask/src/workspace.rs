//! What cargo knows of this repository: where it is, where builds go, and which packages it has.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Failure, Result};
use crate::process;

/// The repository and its packages.
pub(crate) struct Workspace {
    /// Root folder of the repository.
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds.
    pub(crate) target: PathBuf,
    /// The workspace's own packages.
    pub(crate) packages: Vec<Package>,
}

/// A package of this workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Relative to the root, with forward slashes.
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<Dependency>,
    /// Names of its integration test binaries.
    pub(crate) tests: Vec<String>,
}

/// A dependency as a manifest declares it.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: DependencyKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DependencyKind {
    Normal,
    Build,
    Dev,
}

impl Workspace {
    /// Asks cargo; needs no network and no lock file.
    pub(crate) fn load() -> Result<Self> {
        // Asked at run time: with a target folder that several clones share, the program may have been built in another.
        let here =
            process::variable("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&here).parent().unwrap_or(Path::new(&here)).to_path_buf();
        let mut cargo = process::cargo(&root);
        let text =
            process::output(cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]))?;
        let metadata: Value = serde_json::from_slice(&text)
            .map_err(|cause| Failure::new(format!("`cargo metadata` answered no JSON: {cause}")))?;
        let target = PathBuf::from(metadata["target_directory"].as_str().unwrap_or("target"));
        let packages = list(&metadata["packages"]).map(|package| read_package(package, &root)).collect();
        Ok(Self { root, target, packages })
    }

    /// Folder of the user interface.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// Integration test binaries of the packages that `choose` picks by name.
    pub(crate) fn tests_of(&self, choose: impl Fn(&str) -> bool) -> Vec<&str> {
        let chosen = self.packages.iter().filter(|package| choose(&package.name));
        chosen.flat_map(|package| package.tests.iter().map(String::as_str)).collect()
    }
}

fn read_package(package: &Value, root: &Path) -> Package {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok()).unwrap_or(Path::new(""));
    let tests = list(&package["targets"]).filter(|target| list(&target["kind"]).any(|kind| kind == "test"));
    Package {
        name: text(&package["name"]),
        folder: folder.to_string_lossy().replace('\\', "/"),
        dependencies: list(&package["dependencies"]).map(read_dependency).collect(),
        tests: tests.map(|target| text(&target["name"])).collect(),
    }
}

fn read_dependency(dependency: &Value) -> Dependency {
    let kind = match dependency["kind"].as_str() {
        Some("dev") => DependencyKind::Dev,
        Some("build") => DependencyKind::Build,
        _ => DependencyKind::Normal,
    };
    Dependency { name: text(&dependency["name"]), kind }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_read_with_its_packages_and_their_dependencies() {
        let workspace = Workspace::load().unwrap();
        let here = workspace.packages.iter().find(|package| package.name == "switchyard-xtask").unwrap();
        assert_eq!(here.folder, "xtask");
        assert!(here.dependencies.iter().any(|it| it.name == "clap" && it.kind == DependencyKind::Normal));
    }
}
