//! The log: text for people, or JSON lines (OB-1).

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, Settings};

/// Sets the log up for the rest of the process; called once.
pub fn start_log(settings: &Settings) {
    let filter = EnvFilter::try_new(&settings.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).compact().with_target(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
