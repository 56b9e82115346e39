//! The machine that was measured on. A figure without it says nothing.

use std::fs;

use time::OffsetDateTime;
use time::macros::format_description;

/// What matters of a machine.
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    pub(crate) kernel: String,
    pub(crate) date: String,
}

impl Machine {
    /// As the kernel tells it; `unknown` where it does not.
    pub(crate) fn read() -> Self {
        let field = |file: &str, name: &str| -> Option<String> {
            let text = fs::read_to_string(file).ok()?;
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let kilobytes =
            field("/proc/meminfo", "MemTotal").and_then(|it| it.split(' ').next()?.parse::<u64>().ok());
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
        let today = OffsetDateTime::now_utc().format(format_description!("[year]-[month]-[day]"));
        Self {
            processor: field("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: kilobytes.unwrap_or_default().div_ceil(1024 * 1024),
            kernel: kernel.map_or_else(|_| unknown(), |text| text.trim().to_owned()),
            date: today.unwrap_or_else(|_| unknown()),
        }
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}
