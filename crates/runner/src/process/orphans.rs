//! Processes that lost their supervisor or their parent and became the runner's children.

use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, getpid, set_child_subreaper, waitpid};
use tokio::time::Instant;

use super::descendants::{self, Process};
use super::tree::TREE_VARIABLE;

/// How long a dead child may wait for whoever started it before it counts as nobody's.
const STRAY_AFTER: Duration = Duration::from_secs(30);

/// Makes the runner the parent of whatever of its trees loses its own.
///
/// # Errors
/// What the system says.
pub fn become_reaper() -> std::io::Result<()> {
    Ok(set_child_subreaper(Some(getpid()))?)
}

/// Reaps dead children that nobody waits for, for as long as the runner runs.
pub async fn reap_strays() {
    let mut seen: Vec<i32> = Vec::new();
    loop {
        tokio::time::sleep(STRAY_AFTER).await;
        let dead: Vec<i32> = own_children().into_iter().filter(|p| p.zombie).map(|p| p.pid).collect();
        for pid in dead.iter().filter(|pid| seen.contains(pid)) {
            reap(*pid);
        }
        seen = dead;
    }
}

/// Kills all that is left of a tree whose supervisor (`session`: its process id) was killed.
pub(super) async fn end(session: Option<i32>, marker: &str) {
    let wanted = format!("{TREE_VARIABLE}={marker}");
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let left: Vec<Process> = descendants::of(me())
            .into_iter()
            .filter(|process| Some(process.session) == session || has_variable(process.pid, &wanted))
            .collect();
        for process in &left {
            descendants::signal(process, Signal::KILL);
            if process.zombie && process.parent == me() {
                reap(process.pid);
            }
        }
        if left.is_empty() || Instant::now() > deadline {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn me() -> i32 {
    getpid().as_raw_nonzero().get()
}

fn own_children() -> Vec<Process> {
    descendants::of(me()).into_iter().filter(|process| process.parent == me()).collect()
}

fn reap(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        // Somebody else may have been quicker.
        let _ = waitpid(Some(pid), WaitOptions::NOHANG);
    }
}

fn has_variable(pid: i32, wanted: &str) -> bool {
    std::fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes()))
}
