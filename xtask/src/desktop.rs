//! `cargo xtask desktop` and `cargo xtask bundle`: the desktop app, started from here or made into a package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::failure::{Failure, Result};
use crate::workspace::Workspace;
use crate::{debian, process, tools, ui};

/// The app and what it starts; in one call, so that both are found side by side.
const PACKAGES: [&str; 4] = ["--package", "switchyard-desktop", "--package", "switchyard-runner"];

/// How to build and start the desktop app.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build without optimisation: starts sooner after a change, runs slower.
    #[arg(long)]
    dev: bool,
    /// Passed on to the app.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    app: Vec<String>,
}

/// What to make a package of.
#[derive(clap::Args)]
pub(crate) struct BundleOptions {
    /// Kinds of package, as Tauri names them; those of this system when left out. `appimage` wants a download.
    #[arg(long, value_delimiter = ',')]
    bundles: Vec<String>,
    /// Without optimisation, and with the UI read from `ui/dist`: for tests on this machine alone.
    #[arg(long)]
    debug: bool,
}

/// Builds, starts, and stays until the app ends.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    prepare(workspace)?;
    println!("building the desktop app (the first build takes some minutes, later ones seconds)");
    let mut cargo = process::cargo(&workspace.root);
    cargo.arg("build").args(PACKAGES).arg("--bins");
    if !options.dev {
        cargo.arg("--release");
    }
    process::run(&mut cargo)?;
    let program = folder(workspace, options.dev).join("switchyard-desktop");
    let mut app = process::program(&program, &workspace.root);
    process::run(app.args(&options.app)).map(|()| ExitCode::SUCCESS)
}

/// Makes packages and tells where they are.
pub(crate) fn bundle(workspace: &Workspace, options: &BundleOptions) -> Result<ExitCode> {
    prepare(workspace)?;
    make_bundle(workspace, options)?;
    println!("the packages are in {}", folder(workspace, options.debug).join("bundle").display());
    Ok(ExitCode::SUCCESS)
}

/// The `.deb` of a debug build, for the tests.
pub(crate) fn debug_deb(workspace: &Workspace) -> Result<PathBuf> {
    let folder = folder(workspace, true).join("bundle/deb");
    // One of an earlier version must not be tested.
    let _ = fs::remove_dir_all(&folder);
    make_bundle(workspace, &BundleOptions { bundles: vec!["deb".to_owned()], debug: true })?;
    let files = fs::read_dir(&folder).map_err(Failure::at("list", &folder))?;
    let deb =
        files.flatten().map(|file| file.path()).find(|path| path.extension().is_some_and(|it| it == "deb"));
    deb.ok_or_else(|| Failure::new(format!("no package was made in {}", folder.display())))
}

fn prepare(workspace: &Workspace) -> Result<()> {
    tools::check_for_run(workspace)?;
    debian::provide_for_desktop(false)?;
    ui::install(workspace)?;
    ui::build(workspace)
}

fn make_bundle(workspace: &Workspace, options: &BundleOptions) -> Result<()> {
    let mut cargo = process::cargo(&workspace.root);
    cargo.args(["build", "--package", "switchyard-runner", "--bins"]);
    if !options.debug {
        cargo.arg("--release");
    }
    process::run(&mut cargo)?;
    let config = serde_json::json!({ "bundle": { "externalBin": [runner_of_this_system(workspace, options.debug)?] } });
    process::run(&mut tauri(workspace, options, &config.to_string()))
}

fn tauri(workspace: &Workspace, options: &BundleOptions, config: &str) -> Command {
    let mut tauri =
        process::program(workspace.ui().join("node_modules/.bin/tauri"), &workspace.root.join("src-tauri"));
    let kinds = match options.bundles.as_slice() {
        [] if cfg!(target_os = "macos") => "dmg".to_owned(),
        [] if cfg!(windows) => "msi".to_owned(),
        [] => "deb".to_owned(),
        chosen => chosen.join(","),
    };
    tauri.args(["build", "--ci", "--bundles", &kinds, "--config", config]);
    tauri.env("CARGO_TARGET_DIR", &workspace.target);
    if options.debug {
        tauri.arg("--debug");
    }
    tauri
}

/// Copies the runner to where the bundler finds it by the system's name. It is installed beside the app.
fn runner_of_this_system(workspace: &Workspace, debug: bool) -> Result<PathBuf> {
    let beside = workspace.target.join("sidecar");
    fs::create_dir_all(&beside).map_err(Failure::at("create", &beside))?;
    let named = beside.join(format!("switchyard-runner-{}", system(workspace)?));
    let built = folder(workspace, debug).join("switchyard-runner");
    fs::copy(&built, &named).map_err(Failure::at("copy", &built))?;
    Ok(beside.join("switchyard-runner"))
}

/// The system's name as the compiler has it.
fn system(workspace: &Workspace) -> Result<String> {
    let said = process::output(process::program("rustc", &workspace.root).args(["--print", "host-tuple"]))?;
    Ok(String::from_utf8_lossy(&said).trim().to_owned())
}

fn folder(workspace: &Workspace, debug: bool) -> PathBuf {
    workspace.target.join(if debug { "debug" } else { "release" })
}

/// The package as it would be on a person's machine, installed for as long as this is held: by the system's own tool,
/// which checks what it depends on, where that may be done unasked; else unpacked.
pub(crate) struct Installed {
    /// The app's program.
    pub(crate) program: PathBuf,
    by_system: bool,
}

impl Installed {
    /// Installs a `.deb`.
    pub(crate) fn from_deb(workspace: &Workspace, deb: &Path) -> Result<Self> {
        if debian::may_install() {
            debian::install_file(deb)?;
            return Ok(Self { program: PathBuf::from("/usr/bin/switchyard-desktop"), by_system: true });
        }
        let root = workspace.target.join("installed");
        let _ = fs::remove_dir_all(&root);
        process::run(process::program("dpkg-deb", &workspace.root).arg("--extract").arg(deb).arg(&root))?;
        Ok(Self { program: root.join("usr/bin/switchyard-desktop"), by_system: false })
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        if self.by_system
            && let Err(failure) = debian::remove("switchyard")
        {
            println!("the installed package stays: {failure}");
        }
    }
}
