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

/// What a process holds, in bytes: what is its alone, plus its share of what it has in common with others.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) whole: u64,
    /// Of it, what the web view brings into the process: the libraries that it, GTK and their drivers are made of (the
    /// product is linked into its program), and what it shares with its own processes.
    pub(crate) web_view: u64,
}

pub(crate) fn memory(pid: i32) -> Memory {
    let mut memory = Memory::default();
    let mut of_web_view = false;
    for line in fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap_or_default().lines() {
        if let Some(kilobytes) = line.strip_prefix("Pss:") {
            let bytes = kilobytes.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024;
            memory.whole += bytes;
            memory.web_view += if of_web_view { bytes } else { 0 };
        } else if line.starts_with(|first: char| first.is_ascii_digit() || ('a'..='f').contains(&first)) {
            // A mapping begins: its addresses, then five words, then what is mapped.
            let mapped = line.splitn(6, ' ').last().unwrap_or_default().trim();
            let library = mapped.rsplit('/').next().filter(|name| name.contains(".so"));
            let of_all = |name: &str| {
                ["libc.", "libm.", "libgcc_s.", "ld-linux"].iter().any(|it| name.starts_with(it))
            };
            of_web_view = library.is_some_and(|name| !of_all(name))
                || mapped.starts_with("/memfd:WebKit")
                || mapped.starts_with("/SYSV");
        }
    }
    memory
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
