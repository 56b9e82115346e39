//! The processes of one data folder, as the kernel lists them: server, runner, agents.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

/// Processes whose command line or environment-given paths name `folder`.
pub(crate) fn of(folder: &Path) -> Vec<Pid> {
    let folder = folder.to_string_lossy().into_owned();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let ours = |number: &i32| {
        ["cmdline", "environ"].iter().any(|file| {
            let text = fs::read(format!("/proc/{number}/{file}")).unwrap_or_default();
            String::from_utf8_lossy(&text).contains(&folder)
        })
    };
    numbers.filter(ours).filter(|number| !is_this_program(*number)).filter_map(Pid::from_raw).collect()
}

/// Resident memory in bytes; 0 once the process is gone.
pub(crate) fn memory(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// Memory in bytes with each shared page counted in equal parts by those who share it; 0 once the process is gone.
pub(crate) fn proportional_memory(pid: Pid) -> u64 {
    let rollup = format!("/proc/{}/smaps_rollup", pid.as_raw_nonzero());
    let rollup = fs::read_to_string(rollup).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// A process with what the kernel says of it.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) pid: Pid,
    parent: i32,
    /// Whether it has ended and nobody took notice.
    pub(crate) is_zombie: bool,
}

impl Process {
    /// Whether it runs one of the product's programs, under whatever arguments.
    pub(crate) fn is_ours(&self) -> bool {
        let program = fs::read_link(format!("/proc/{}/exe", self.pid.as_raw_nonzero())).unwrap_or_default();
        program.file_name().is_some_and(|name| name.to_string_lossy().starts_with("switchyard-"))
    }
}

/// Those processes and all that descend from them.
pub(crate) fn tree(roots: &[Pid]) -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut others: Vec<Process> = entries
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            // The name is in parentheses and may have anything in it, parentheses too.
            let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
            let is_zombie = fields.next()? == "Z";
            Some(Process { pid: Pid::from_raw(pid)?, parent: fields.next()?.parse().ok()?, is_zombie })
        })
        .collect();
    let mut found: Vec<Process> = others.extract_if(.., |process| roots.contains(&process.pid)).collect();
    let mut looked = 0;
    while let Some(process) = found.get(looked) {
        let parent = process.pid.as_raw_nonzero().get();
        found.extend(others.extract_if(.., |process| process.parent == parent));
        looked += 1;
    }
    found
}

/// Ends whatever is left of a data folder, so that one measurement never runs beside the next.
pub(crate) fn end(folder: &Path) {
    for pid in of(folder) {
        // Gone already is as good.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// In whole mebibytes with one digit after the point.
#[allow(clippy::cast_precision_loss, reason = "memory of a process, shown to one digit")]
pub(crate) fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))
}

fn is_this_program(number: i32) -> bool {
    number == rustix::process::getpid().as_raw_nonzero().get()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_child_that_ended_unnoticed_is_a_zombie_of_its_parents_tree() {
        let mut child = Command::new("true").spawn().unwrap();
        let pid = Pid::from_child(&child);
        let is_zombie = || {
            let tree = tree(&[rustix::process::getpid()]);
            tree.iter().any(|process| process.pid == pid && process.is_zombie)
        };
        while !is_zombie() {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert!(!is_zombie());
    }

    #[test]
    fn memory_of_this_process_is_known_both_ways() {
        let this = rustix::process::getpid();
        assert!(memory(this) > 0);
        assert!(proportional_memory(this) > 0);
        assert!(proportional_memory(this) <= memory(this) + (1 << 20));
    }
}
