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
