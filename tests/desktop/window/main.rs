//! The real program in a real window: on a display (Xvfb will do), driven through WebKit's own WebDriver.
//!
//! `cargo xtask test --only desktop` brings what this needs, and runs it on the installed package.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests start the real program with an environment of their own"
)]

mod app;
mod driver;
mod figures;
mod main_path;
mod notifications;
mod processes;
mod quitting;
mod remembered;
mod shell;
mod system;
mod terminal;
mod tray;
