//! Switchyard as its users meet it: real programs, real git, real agents, over HTTP and WebSockets.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stderr, reason = "these are tests")]

mod api;
mod faults;
mod ground;
mod hosted;
mod main_path;
mod real_agents;
mod terminals;
