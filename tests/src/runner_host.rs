//! A runner host: root's part of a hosted instance.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::hosted::Hosted;
use crate::patience::NOISE;
use crate::programs::program;

/// How many user ids an instance has for its users.
const UIDS: u32 = 100;

/// How to start a runner host.
pub(crate) struct RunnerHost {
    folder: PathBuf,
    server_uid: u32,
    remote: Option<String>,
    /// The first of its users' ids.
    first: u32,
}

impl RunnerHost {
    /// One below `folder` that serves `server_uid` alone, and whose runners reach `remote` without encryption, where there
    /// is one.
    pub(crate) fn below(folder: &Path, server_uid: u32, remote: Option<&str>) -> Self {
        static HOSTS: AtomicU32 = AtomicU32::new(0);
        let number = HOSTS.fetch_add(1, Ordering::Relaxed);
        // Apart from other test processes, and from the tests of the host itself.
        let first = 20_000_000 + (std::process::id() % 10_000) * 10_000 + number * UIDS;
        for name in ["host", "workspaces"] {
            std::fs::create_dir(folder.join(name)).expect("a folder");
            open_to_pass(&folder.join(name));
        }
        Self { folder: folder.to_owned(), server_uid, remote: remote.map(str::to_owned), first }
    }

    /// Starts it, also after one that was killed, and waits until it listens.
    pub(crate) fn start(&self) -> Child {
        let (folder, first) = (&self.folder, self.first);
        let socket = folder.join("host/host.sock");
        let log = File::create(folder.join("host.log")).expect("a log");
        let mut host = Command::new(program("switchyard-runner"));
        host.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").arg("host");
        host.arg("--socket").arg(&socket).arg("--state").arg(folder.join("state"));
        host.arg("--workspaces").arg(folder.join("workspaces")).args(["--on-exit", "stop"]);
        host.args(["--uids", &format!("{first}-{}", first + UIDS - 1)]);
        host.args(["--server-uid", &self.server_uid.to_string()]);
        if let Some(remote) = &self.remote {
            host.args(["--private-remotes", &format!("http://{remote}")]);
        }
        host.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = host.spawn().expect("the runner host starts");
        let begun = Instant::now();
        while UnixStream::connect(&socket).is_err() {
            let said = std::fs::read_to_string(folder.join("host.log")).unwrap_or_default();
            assert!(begun.elapsed() < NOISE, "the runner host does not come up:\n{said}");
            std::thread::sleep(Duration::from_millis(10));
        }
        child
    }
}

impl Hosted {
    /// Kills the runner host where it stands; the users' runners go on.
    pub fn kill9_host(&mut self) {
        self.host.kill().expect("it can be killed");
        self.host.wait().expect("it can be waited for");
    }

    /// Starts the runner host that was killed.
    pub fn launch_host(&mut self) {
        self.host = self.runner_host.start();
    }
}

/// Others may pass through, and see nothing.
pub(crate) fn open_to_pass(folder: &Path) {
    std::fs::set_permissions(folder, Permissions::from_mode(0o711)).expect("permissions");
}
