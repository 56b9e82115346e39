//! What `/proc` tells of processes.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

/// A process that is there.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) name: String,
}

/// All processes whose command line or environment holds `text`.
pub(crate) fn with(text: &str) -> Vec<Process> {
    let holds = |pid: i32, file: &str| {
        fs::read(format!("/proc/{pid}/{file}"))
            .is_ok_and(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
    };
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| holds(*pid, "environ") || holds(*pid, "cmdline"))
        .map(|pid| Process { pid, name: fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default() })
        .collect()
}

/// The runner of a data folder, which has no environment of ours: it is known by its arguments.
pub(crate) fn runner_of(data: &Path) -> Option<Process> {
    let of_runner = |process: &Process| process.name.starts_with("switchyard-runn");
    with(&data.display().to_string()).into_iter().find(of_runner)
}

/// Kills all that belongs to an app: by the variable that each inherits, and by the folder in their arguments.
pub(crate) fn end_all_with(variable: &str, home: &Path) {
    for process in with(variable).into_iter().chain(with(&home.display().to_string())) {
        end(process.pid, Signal::KILL);
    }
}

pub(crate) fn end(pid: i32, signal: Signal) {
    // One that is gone already is what was wanted.
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}

/// Whether a process is there and has not ended.
pub(crate) fn is_there(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

/// The memory that is a process's alone plus its share of what it has in common with others, in bytes.
pub(crate) fn memory(pid: i32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("Pss:")).unwrap_or("Pss: 0 kB");
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// The TCP ports that any of these processes listens on.
pub(crate) fn listening(processes: &[Process]) -> Vec<String> {
    let mut sockets = HashSet::new();
    for process in processes {
        for descriptor in fs::read_dir(format!("/proc/{}/fd", process.pid)).into_iter().flatten().flatten() {
            if let Ok(target) = fs::read_link(descriptor.path()) {
                let target = target.to_string_lossy().into_owned();
                if let Some(inode) = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')) {
                    sockets.insert(inode.to_owned());
                }
            }
        }
    }
    let tables =
        ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default());
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    let columns = rows.map(|row| row.split_whitespace().collect::<Vec<_>>());
    const LISTENING: &str = "0A";
    columns
        .filter(|row| row.len() > 9 && row[3] == LISTENING && sockets.contains(row[9]))
        .map(|row| row[1].to_owned())
        .collect()
}
