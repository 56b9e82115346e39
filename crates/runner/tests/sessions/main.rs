//! Sessions with real agents and real processes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and is the source of its own environment"
)]

mod acp;
mod command;
mod faults;
mod harness;
mod processes;
mod reborn;
mod recordings;
mod replay;
