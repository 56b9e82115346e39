//! The user interface's packages and build, done only when something they depend on changed.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// What the build is made from, relative to the UI's folder.
const SOURCES: [&str; 7] =
    ["src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"];

/// `npm` in the UI's folder.
pub(crate) fn npm(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut npm = process::program("npm", &workspace.ui());
    npm.args(arguments).env("NPM_CONFIG_FUND", "false").env("NPM_CONFIG_AUDIT", "false");
    npm
}

/// Installs the packages that the lock file names, unless that was done since it last changed.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    let ui = workspace.ui();
    // npm writes this file last, so it also tells an installation that was cut short.
    if is_newer(&ui.join("node_modules/.package-lock.json"), &ui.join("package-lock.json")) {
        println!("the UI's packages are installed already");
        return Ok(());
    }
    println!("installing the UI's packages (npm ci)");
    process::run(&mut npm(workspace, &["ci"]))
}

/// Builds the UI into `ui/dist`, unless it was built from the same sources already.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let ui = workspace.ui();
    let stamp = ui.join("node_modules/.switchyard-build");
    let fingerprint = fingerprint(&ui)?;
    if ui.join("dist/index.html").is_file()
        && fs::read_to_string(&stamp).is_ok_and(|built| built == fingerprint)
    {
        println!("the UI is built already");
        return Ok(());
    }
    println!("building the UI (npm run build)");
    process::run(&mut npm(workspace, &["run", "build"]))?;
    fs::write(&stamp, fingerprint).map_err(Failure::at("write", &stamp))
}

/// Whether `package.json` has a script of that name.
pub(crate) fn has_script(workspace: &Workspace, name: &str) -> Result<bool> {
    let path = workspace.ui().join("package.json");
    let text = fs::read(&path).map_err(Failure::at("read", &path))?;
    let manifest: serde_json::Value =
        serde_json::from_slice(&text).map_err(Failure::at("understand", &path))?;
    Ok(manifest["scripts"][name].is_string())
}

/// Changes whenever a source of the build does: names and contents, not times, which a checkout sets anew.
fn fingerprint(ui: &Path) -> Result<String> {
    let mut files = BTreeMap::new();
    for source in SOURCES {
        collect(&ui.join(source), &mut files)?;
    }
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    if path.is_file() {
        files.insert(path.to_path_buf(), fs::read(path).map_err(Failure::at("read", path))?);
    } else if path.is_dir() {
        for entry in fs::read_dir(path).map_err(Failure::at("list", path))? {
            collect(&entry.map_err(Failure::at("list", path))?.path(), files)?;
        }
    }
    Ok(())
}

/// Whether both files are there and the first was written no earlier than the second.
fn is_newer(first: &Path, second: &Path) -> bool {
    let written = |path: &Path| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    written(first).zip(written(second)).is_some_and(|(first, second)| first >= second)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_fingerprint_follows_names_and_contents_not_times() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("src/app/App.tsx");
        fs::create_dir_all(source.parent().unwrap()).unwrap();
        fs::write(&source, "one").unwrap();
        let first = fingerprint(folder.path()).unwrap();
        fs::write(folder.path().join("notes.md"), "no source").unwrap();
        fs::File::options().append(true).open(&source).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(fingerprint(folder.path()).unwrap(), first);
        fs::write(&source, "two").unwrap();
        assert_ne!(fingerprint(folder.path()).unwrap(), first);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "file times are compared with one another")]
    fn an_installation_older_than_the_lock_file_is_not_current() {
        let folder = tempfile::tempdir().unwrap();
        let (installed, lock) = (folder.path().join("installed"), folder.path().join("lock"));
        fs::write(&lock, "").unwrap();
        assert!(!is_newer(&installed, &lock), "nothing is installed");
        fs::write(&installed, "").unwrap();
        assert!(is_newer(&installed, &lock));
        let file = fs::File::options().append(true).open(&installed).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
        assert!(!is_newer(&installed, &lock), "the lock file changed since");
    }
}
