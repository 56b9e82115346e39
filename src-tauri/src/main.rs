//! `switchyard-desktop`: Switchyard in a window of its own.
//!
//! The shell translates and decides nothing: it starts the same core as the server does, in this process and without a
//! port, and lends the page what only a program on the desktop can do.

mod app;
mod external;
mod instance;
mod link;
mod menu;
mod notices;
mod notification;
mod picker;
mod quit;
mod running;
mod scheme;
mod stream;
mod tray;
mod window;
mod zoom;

use std::process::ExitCode;

use switchyard_core::{DataFolder, Error, Result, Settings, start_log};

use crate::instance::Start;
use crate::link::Link;

/// Worker threads: requests are short and the database has threads of its own.
const WORKERS: usize = 2;

#[allow(clippy::disallowed_methods, reason = "the environment is read here, once, and handed on typed")]
fn main() -> ExitCode {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let settings = match Settings::from_environment(variables) {
        Ok(settings) => settings,
        Err(faults) => {
            faults.iter().for_each(|fault| complain(&fault.to_string()));
            return ExitCode::from(2);
        }
    };
    let link = std::env::args().nth(1).and_then(|argument| Link::parse(&argument));
    match run(settings, link) {
        Ok(code) => code,
        Err(error) => {
            complain(&error.message);
            ExitCode::FAILURE
        }
    }
}

fn run(settings: Settings, link: Option<Link>) -> Result<ExitCode> {
    start_log(&settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let runtime = runtime.map_err(Error::internal)?;
    tauri::async_runtime::set(runtime.handle().clone());
    let folder = DataFolder::open(&settings.data_dir)?;
    match runtime.block_on(instance::start(&folder, link.as_ref()))? {
        Start::First(first) => app::run(settings, folder, first, link),
        Start::HandedOver => Ok(ExitCode::SUCCESS),
    }
}

#[allow(
    clippy::print_stderr,
    reason = "the window may not be there, and this is for the person who started it"
)]
fn complain(text: &str) {
    eprintln!("switchyard-desktop: {text}");
}
