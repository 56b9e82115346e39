//! The runner host as a server meets it: several users on one machine, each with a runner, agents and terminals that
//! reach nothing of another's. It takes root, and a kernel with Landlock.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "these are tests")]

mod accounts;
mod attacks;
mod ground;
mod owners;
mod refusals;
mod remotes;
mod work;
