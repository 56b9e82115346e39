//! An app on a home folder of its own; whatever it started is gone when it is dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::processes::{self, Process};

/// The program under test: the installed one, or the one that was built beside these tests.
pub(crate) fn program() -> PathBuf {
    let installed = std::env::var_os("SWITCHYARD_DESKTOP").map(PathBuf::from);
    let program = installed.unwrap_or_else(|| {
        // A test runs as {target}/{profile}/deps/{test}.
        let test = std::env::current_exe().unwrap();
        test.parent().and_then(Path::parent).unwrap().join("switchyard-desktop")
    });
    assert!(program.is_file(), "{} is missing: cargo build -p switchyard-desktop", program.display());
    program
}

/// The agent that follows a script; it is built beside these tests.
pub(crate) fn scripted_agent() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let agent = test.parent().and_then(Path::parent).unwrap().join("switchyard-scripted-agent");
    assert!(agent.is_file(), "{} is missing: cargo build -p switchyard-testkit --bins", agent.display());
    agent
}

/// The home of one app.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        assert!(
            std::env::var_os("DISPLAY").is_some(),
            "there is no display. `cargo xtask test --only desktop` makes one and installs what else is needed."
        );
        let runner = program().with_file_name("switchyard-runner");
        assert!(runner.is_file(), "{} is missing: cargo build -p switchyard-runner", runner.display());
        let folder = tempfile::Builder::new().prefix("switchyard-desktop-").tempdir().unwrap();
        std::fs::write(
            folder.path().join(".gitconfig"),
            "[user]\nname = Robin Tester\nemail = robin@example.org\n",
        )
        .unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// A command with this home's environment.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null());
        for name in ["DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "LANG"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // A test may put programs of its own before the system's.
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.path().join("bin").display()));
        command
            .env("HOME", self.path())
            .env("SWITCHYARD_DATA_DIR", self.data())
            .env("USER", "robin")
            .env("SWITCHYARD_LOG", "warn");
        // Xvfb has no graphics card.
        command.env("LIBGL_ALWAYS_SOFTWARE", "1");
        command
    }

    /// The app's process, while it is there.
    pub(crate) fn app(&self) -> Option<Process> {
        let all = processes::with(&format!("SWITCHYARD_DATA_DIR={}", self.data().display()));
        all.into_iter().find(|process| process.name.starts_with("switchyard-desk"))
    }

    /// Presses keys in the app's window, as the window system sends them.
    pub(crate) fn press_keys(&self, keys: &[&str]) {
        self.xdotool(&format!("windowfocus --sync $w key --delay 50 {}", keys.join(" ")));
    }

    /// Gives the keys to the app's window.
    pub(crate) fn look_here(&self) {
        self.xdotool("windowfocus --sync $w");
    }

    /// Takes the keys from the app's window, as another program's that comes to the front does.
    pub(crate) fn look_elsewhere(&self) {
        // The pointer too: without a window manager the keys can follow it.
        self.xdotool("mousemove 1595 995 windowfocus $(xdotool search --maxdepth 0 --name '.*')");
    }

    /// What xdotool says to a command about the app's window, `$w`.
    pub(crate) fn xdotool(&self, arguments: &str) -> String {
        let app = self.app().expect("the app is there");
        let script = format!(
            "w=$(xdotool search --onlyvisible --pid {} --name '^Switchyard' | head -1) && xdotool {arguments}",
            app.pid
        );
        let done = self.command("sh").args(["-c", &script]).output().unwrap();
        assert!(done.status.success(), "xdotool (Debian's package of that name) {arguments}: {done:?}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Starts the app without a driver.
    pub(crate) fn start(&self) -> Child {
        self.command(program()).spawn().expect("the app starts")
    }

    /// A git repository with one commit, on `main`.
    pub(crate) fn repository(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("README.md"), "# Bakery\n").unwrap();
        self.git(&path, &["init", "--quiet", "--initial-branch=main"]);
        self.git(&path, &["add", "--all"]);
        self.git(&path, &["commit", "--quiet", "--message", "Begin"]);
        path
    }

    /// What a git command prints.
    pub(crate) fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.command("git").current_dir(folder).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        processes::end_all_with(&format!("SWITCHYARD_DATA_DIR={}", self.data().display()), self.path());
    }
}

/// Waits until `ready`, or fails saying what was waited for.
#[track_caller]
pub(crate) fn wait_until(what: &str, patience: Duration, mut ready: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < patience, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
