//! Finding and signalling all descendants of a process.

use std::collections::HashMap;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// A process as `/proc` shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Process {
    /// Its id.
    pub(super) pid: i32,
    /// Its parent's id.
    pub(super) parent: i32,
    /// Its session's id.
    pub(super) session: i32,
    /// Whether it has ended and only waits to be reaped.
    pub(super) zombie: bool,
    /// Clock ticks from boot to its start: with the id, it names a process for good.
    started: u64,
}

/// All descendants of `root`, zombies included.
pub(super) fn of(root: i32) -> Vec<Process> {
    let mut children: HashMap<i32, Vec<Process>> = HashMap::new();
    for process in all() {
        children.entry(process.parent).or_default().push(process);
    }
    let (mut found, mut next) = (Vec::new(), vec![root]);
    while let Some(parent) = next.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            next.push(child.pid);
            found.push(child);
        }
    }
    found
}

/// Signals a process that was seen, and never another one that got its id since.
pub(super) fn signal(seen: &Process, signal: Signal) {
    let Some(pid) = Pid::from_raw(seen.pid) else { return };
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    if read(seen.pid).is_some_and(|now| now.started == seen.started) {
        // It may have ended meanwhile, which is what we want.
        let _ = pidfd_send_signal(&handle, signal);
    }
}

fn all() -> impl Iterator<Item = Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter_map(read)
}

/// One process; `None` when it is gone.
fn read(pid: i32) -> Option<Process> {
    parse(pid, &std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse(pid: i32, stat: &str) -> Option<Process> {
    // The name in parentheses may hold anything; the fields begin behind the last one.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    let started = fields.nth(15)?.parse().ok()?;
    Some(Process { pid, parent, session, zombie: matches!(state, "Z" | "X"), started })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_confuse_the_fields() {
        let stat = "7 (a) b (c) S 3 7 5 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987 100 1";
        let process = parse(7, stat).unwrap();
        assert_eq!((process.parent, process.session, process.zombie, process.started), (3, 5, false, 987));
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a child to be found")]
    fn children_of_children_are_found() {
        let mut child = std::process::Command::new("sh").args(["-c", "sleep 30 & wait"]).spawn().unwrap();
        let me = std::process::id() as i32;
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let mine = loop {
            let mine: Vec<_> = of(child.id() as i32);
            if !mine.is_empty() || std::time::Instant::now() > deadline {
                break mine;
            }
        };
        assert_eq!(mine.len(), 1);
        assert!(of(me).iter().any(|process| process.pid == mine[0].pid));
        signal(&mine[0], Signal::KILL);
        child.wait().unwrap();
    }
}
