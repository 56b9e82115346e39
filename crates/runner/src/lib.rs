//! The data plane: everything that touches a workspace.

pub mod agent;
pub mod files;
pub mod git;
pub mod host;
pub mod journal;
pub mod log;
pub mod process;
pub mod remote;
pub mod service;
pub mod session;
pub mod terminal;
pub mod workspace;
