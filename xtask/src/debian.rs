//! Programs that only tests need: a PostgreSQL server and a Chromium. Installed where that can be done unasked
//! (Debian, as root); elsewhere the person is told what to install.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::process;

/// Something that tests need and a Debian package brings.
struct Requirement {
    name: &'static str,
    package: &'static str,
    present: fn() -> bool,
}

const POSTGRESQL: Requirement =
    Requirement { name: "a PostgreSQL server (initdb)", package: "postgresql", present: postgresql_present };
const CHROMIUM: Requirement =
    Requirement { name: "Chromium", package: "chromium", present: || chromium().is_some() };

/// Makes sure that the store's suite can start a PostgreSQL server, and the browser tests a browser.
pub(crate) fn provide(postgresql: bool, browser: bool) -> Result<()> {
    let wanted = [(postgresql, POSTGRESQL), (browser, CHROMIUM)];
    let missing: Vec<_> =
        wanted.into_iter().filter(|(wanted, it)| *wanted && !(it.present)()).map(|(_, it)| it).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|it| it.name).collect::<Vec<_>>().join(" and ");
    let packages: Vec<_> = missing.iter().map(|it| it.package).collect();
    if !rustix::process::geteuid().is_root() || process::on_path("apt-get").is_none() {
        return Err(Failure::new(format!(
            "the tests need {names}. On Debian or Ubuntu: sudo apt-get install --no-install-recommends {}",
            packages.join(" ")
        )));
    }
    println!("installing {} (the tests need {names})", packages.join(", "));
    install(&packages)
}

fn install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let mut apt = process::program("apt-get", Path::new("/"));
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet=2");
        apt
    };
    process::run(apt().arg("update"))?;
    process::run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// Debian keeps the server's programs off the path, in a folder per version.
fn postgresql_present() -> bool {
    let versions = Path::new("/usr/lib/postgresql").read_dir();
    let packaged =
        versions.into_iter().flatten().flatten().any(|version| version.path().join("bin/initdb").is_file());
    packaged || process::on_path("initdb").is_some()
}

/// The browser that the browser tests drive.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(named) = process::variable("SWITCHYARD_CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
        .into_iter()
        .find_map(process::on_path)
}
