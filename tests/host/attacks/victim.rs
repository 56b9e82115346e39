//! What is attacked: another user with files, programs and sockets, the host, and the attacker's own runner.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use switchyard_integration::eventually;

use crate::ground::{Ground, Person, SERVER_UID, processes_in, socket};

/// What no attacker is to see.
pub(super) const CANARY: &str = "canary-of-the-other";

/// Listens on a socket with a name in the root, and on one without a name on disk; has shared memory; waits.
const PROGRAM: &str = r#"use Socket; unlink "app.sock";
socket(A, AF_UNIX, SOCK_STREAM, 0) or die; bind(A, pack_sockaddr_un("$ENV{HOME}/app.sock")) or die; listen(A, 9);
socket(B, AF_UNIX, SOCK_STREAM, 0) or die; bind(B, pack_sockaddr_un("\0$ENV{MARKER}")) or die; listen(B, 9);
$id = shmget($ENV{KEY}, 64, 01600) // die; shmwrite($id, $ENV{SECRET}, 0, 64) or die;
chmod 0777, "$ENV{HOME}/app.sock"; $0 = "at-work-$ENV{MARKER}"; sleep 600"#;

pub(super) struct Victim {
    root: PathBuf,
    uid: u32,
    open: PathBuf,
    names: Vec<(&'static str, String)>,
    processes: Vec<i32>,
    key: u32,
}

impl Victim {
    pub(super) async fn beside(attacker: &Person<'_>, other: &Person<'_>, ground: &Ground) -> Self {
        let site = other.workspace().await;
        let own_site = attacker.workspace().await;
        let marker = other.id.to_string();
        // A number of its own, which is no secret.
        let key = (other.id.0.as_u128() as u32) >> 1 | 1;
        let begin = format!(
            "export MARKER={marker} KEY={key} SECRET={CANARY}; exec perl -e '{}'",
            PROGRAM.replace('\n', " ")
        );
        other.begins(&site, &begin).await;
        let own_marker = format!("elsewhere-{}", attacker.id);
        attacker.begins(&own_site, &format!("exec perl -e '$0 = \"{own_marker}\"; sleep 600'")).await;
        let found = |told: String| async move {
            eventually("the program is at work", || {
                let pids = processes_in(Path::new(&told));
                async move { (pids.len() == 1).then(|| pids[0]) }
            })
            .await
        };
        let program = found(format!("at-work-{marker}")).await;
        let own_other = found(own_marker).await;
        let terminal = fs::read_link(format!("/proc/{program}/fd/0")).unwrap();
        let open = ground.folder.join("open");
        let host = i32::try_from(ground.host.id()).unwrap();
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let names = vec![
            ("BASE", path(&ground.workspaces())),
            ("B", path(&other.root())),
            ("B_UID", other.uid().to_string()),
            ("B_PID", program.to_string()),
            ("B_SUPERVISOR", parent(program).to_string()),
            ("B_RUNNER", other.runner_pid().to_string()),
            ("B_SOCKET", path(&other.socket())),
            ("B_STATE", path(&other.state())),
            ("B_PTS", path(&terminal)),
            ("B_MARKER", marker),
            ("B_KEY", key.to_string()),
            ("MINE", path(&attacker.root())),
            ("MY_OTHER", own_other.to_string()),
            ("MY_SUPERVISOR", parent(own_other).to_string()),
            ("MY_RUNNER", attacker.runner_pid().to_string()),
            ("MY_SOCKET", path(&attacker.socket())),
            ("MY_STATE", path(&attacker.state())),
            ("HOST", host.to_string()),
            ("HOST_SOCKET", path(&socket(&ground.folder))),
            ("STATE", path(&ground.folder.join("state"))),
            ("RUN", path(&ground.folder.join("run"))),
            ("OPEN", path(&open)),
            ("SERVER_UID", SERVER_UID.to_string()),
            ("RUNNERS_GID", ground.first_uid.to_string()),
        ];
        let processes = vec![program, parent(program), own_other, parent(own_other), host];
        Self { root: other.root(), uid: other.uid(), open, names, processes, key }
    }

    /// What scripts call things by.
    pub(super) fn names(&self) -> String {
        let names = self.names.iter().map(|(name, value)| format!("{name}={value}\n"));
        // Programs that would ask on a terminal whether they should do not get to.
        names.chain(["exec < /dev/null\n".to_owned()]).collect()
    }

    pub(super) fn processes(&self) -> &[i32] {
        &self.processes
    }

    /// Puts the files back that a try may have changed. All are open to everybody: the folders around them are not.
    pub(super) fn restore(&self) {
        let folder = self.root.join("folder");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(&self.open).unwrap();
        mode(&self.open, 0o777);
        let program = format!("#!/bin/sh\necho {CANARY}\n");
        for (path, content, owner) in [
            (self.root.join("secret"), CANARY, self.uid),
            (folder.join("inner"), CANARY, self.uid),
            (self.root.join("program"), program.as_str(), self.uid),
            (self.open.join("secret"), CANARY, 0),
            (self.open.join("program"), program.as_str(), 0),
        ] {
            fs::write(&path, content).unwrap();
            mode(&path, 0o777);
            chown(&path, Some(owner), Some(owner)).unwrap();
        }
        chown(&folder, Some(self.uid), Some(self.uid)).unwrap();
        mode(&folder, 0o777);
        chown(&self.root, Some(self.uid), Some(self.uid)).unwrap();
        mode(&self.root, 0o700);
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // Shared memory outlives the programs that share it.
        let _ = std::process::Command::new("ipcrm").args(["-M", &self.key.to_string()]).output();
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

fn parent(pid: i32) -> i32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim().parse().unwrap()
}
