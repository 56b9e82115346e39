//! Terminals with real shells and real processes.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and is the source of its own environment"
)]

mod endings;
mod harness;
mod scripts;
mod shells;
mod viewers;
