//! The processes that belong to an instance, as the kernel knows them.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

/// A process that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: i32,
    /// Its command line, separated by spaces.
    pub command: String,
}

/// All living processes that know of `folder`: by their environment (an instance's home lies there, and every child
/// inherits it), their command line or their working folder.
#[must_use]
pub fn processes_of(folder: &Path) -> Vec<Process> {
    let marker = folder.as_os_str().as_encoded_bytes();
    let entries = std::fs::read_dir("/proc").expect("/proc is there").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| u32::try_from(*pid) != Ok(std::process::id()))
        .filter_map(|pid| of_pid(pid, marker))
        .collect()
}

fn of_pid(pid: i32, marker: &[u8]) -> Option<Process> {
    let read = |name: &str| std::fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let command = read("cmdline");
    // A zombie has no command line any more; it is nobody who could do anything.
    if command.is_empty() {
        return None;
    }
    let folder = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
    let known = [command.as_slice(), &read("environ"), folder.as_os_str().as_encoded_bytes()];
    if !known.iter().any(|text| text.windows(marker.len()).any(|part| part == marker)) {
        return None;
    }
    let command = String::from_utf8_lossy(&command).replace('\0', " ").trim_end().to_owned();
    Some(Process { pid, command })
}

/// Sends a signal; a process that is gone already is fine.
pub fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}
