//! The harness of the integration tests: real instances of Switchyard, and what clients do with them.
//!
//! An [`Instance`] is a server with its runner on a data folder of its own. Its [`Client`] speaks HTTP and opens
//! WebSockets. Nothing here reaches into the programs: tests see what a user, a script or the machine sees.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what does not work in the harness fails the test"
)]

mod board;
mod canaries;
mod client;
mod hosted;
mod instance;
mod patience;
mod processes;
mod programs;
mod random;
mod runner_host;
mod socket;
mod terminal;
mod visitor;

pub use board::{Expect, acp, command, kinds, said};
pub use canaries::Canaries;
pub use client::{Answer, Client, HeaderMap, Method, Request, StatusCode, id, request, text};
pub use hosted::{ENCRYPTION_KEY, Hosted, JWT_SECRET, PASSWORD};
pub use instance::{Instance, Setup};
pub use patience::{NOISE, eventually, within};
pub use processes::{Process, processes_of, signal};
pub use programs::{copy_program, program};
pub use random::Random;
pub use socket::{Feed, Socket};
pub use terminal::Terminal;
pub use visitor::Visitor;
