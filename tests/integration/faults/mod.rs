//! Bad input and faults: each with a clear message that says what to do, and nothing lost.

mod agents;
mod disk;
mod flood;
mod kill_git;
mod kill_runner;
mod kill_server;
mod messages;
mod repositories;
mod worktrees;
