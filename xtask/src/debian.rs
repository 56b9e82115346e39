//! What comes from the system's packages: for tests a PostgreSQL server and a Chromium, for the desktop app what its
//! window is built from. Installed where that can be done unasked (Debian, as root); elsewhere the person is told what
//! to install.

use std::path::{Path, PathBuf};
use std::process::Command;

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

const MESSAGE_BUS: Requirement = Requirement {
    name: "a message bus",
    package: "dbus",
    present: || process::on_path("dbus-run-session").is_some(),
};
const KEYCHAIN: Requirement = Requirement {
    name: "a keychain",
    package: "gnome-keyring",
    present: || process::on_path("gnome-keyring-daemon").is_some(),
};
const WRONG_CLOCK: Requirement = Requirement {
    name: "a clock that is wrong (libfaketime)",
    package: "libfaketime",
    present: || {
        let places = ["x86_64-linux-gnu/", "aarch64-linux-gnu/", ""];
        places.iter().any(|at| Path::new(&format!("/usr/lib/{at}faketime/libfaketime.so.1")).is_file())
    },
};

/// What some of the tests need.
#[derive(Clone, Copy)]
pub(crate) enum Need {
    /// The store's suite starts a PostgreSQL server.
    Postgresql,
    /// The browser tests drive a browser.
    Browser,
    /// The integration tests keep credentials in a keychain.
    Keychain,
    /// The integration tests start a server whose clock is wrong.
    WrongClock,
}

/// Makes sure that they can.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    require(needs.iter().flat_map(|need| match need {
        Need::Postgresql => vec![POSTGRESQL],
        Need::Browser => vec![CHROMIUM],
        Need::Keychain if cfg!(target_os = "linux") => vec![MESSAGE_BUS, KEYCHAIN],
        Need::WrongClock if cfg!(target_os = "linux") => vec![WRONG_CLOCK],
        Need::Keychain | Need::WrongClock => vec![],
    }))
}

/// What the desktop app is built from, and with `tests` what its window is driven with.
const DESKTOP: [Requirement; 5] = [
    Requirement {
        name: "WebKitGTK",
        package: "libwebkit2gtk-4.1-dev",
        present: || has_library("webkit2gtk-4.1"),
    },
    Requirement { name: "xdo", package: "libxdo-dev", present: || Path::new("/usr/include/xdo.h").is_file() },
    Requirement {
        name: "the tray's library",
        package: "libayatana-appindicator3-dev",
        present: || has_library("ayatana-appindicator3-0.1"),
    },
    Requirement { name: "librsvg", package: "librsvg2-dev", present: || has_library("librsvg-2.0") },
    Requirement { name: "dpkg-deb", package: "dpkg", present: || process::on_path("dpkg-deb").is_some() },
];
const DESKTOP_TESTS: [Requirement; 5] = [
    Requirement {
        name: "WebKitWebDriver",
        package: "webkit2gtk-driver",
        present: || process::on_path("WebKitWebDriver").is_some(),
    },
    Requirement { name: "Xvfb", package: "xvfb", present: || process::on_path("xvfb-run").is_some() },
    Requirement { name: "xauth", package: "xauth", present: || process::on_path("xauth").is_some() },
    MESSAGE_BUS,
    Requirement { name: "xdotool", package: "xdotool", present: || process::on_path("xdotool").is_some() },
];

/// Makes sure that the desktop app can be built, and with `tests` driven.
pub(crate) fn provide_for_desktop(tests: bool) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    require(DESKTOP.into_iter().chain(DESKTOP_TESTS.into_iter().filter(|_| tests)))
}

fn has_library(name: &str) -> bool {
    process::output(process::program("pkg-config", Path::new("/")).args(["--modversion", name])).is_ok()
}

fn require(wanted: impl Iterator<Item = Requirement>) -> Result<()> {
    let missing: Vec<_> = wanted.filter(|it| !(it.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|it| it.name).collect::<Vec<_>>().join(", ");
    let packages: Vec<_> = missing.iter().map(|it| it.package).collect();
    if !may_install() {
        return Err(Failure::new(format!(
            "this needs {names}. On Debian or Ubuntu: sudo apt-get install --no-install-recommends {}",
            packages.join(" ")
        )));
    }
    println!("installing {} (this needs {names})", packages.join(", "));
    install(&packages)
}

/// Whether packages can be installed without asking anybody.
pub(crate) fn may_install() -> bool {
    rustix::process::geteuid().is_root() && process::on_path("apt-get").is_some()
}

/// Installs a package's file, with what it depends on.
pub(crate) fn install_file(deb: &Path) -> Result<()> {
    process::run(apt().args(["install", "--yes", "--no-install-recommends", "--reinstall"]).arg(deb))
}

/// Removes an installed package.
pub(crate) fn remove(package: &str) -> Result<()> {
    process::run(apt().args(["remove", "--yes", package]))
}

fn install(packages: &[&str]) -> Result<()> {
    process::run(apt().arg("update"))?;
    process::run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt() -> Command {
    let mut apt = process::program("apt-get", Path::new("/"));
    apt.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet=2");
    apt
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
