//! Parts for tests: real ones where that is possible, throwaway ones always.

#![allow(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod directive;
pub mod fake_github;
pub mod git_server;
pub mod passed_time;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod recorded_agent;
pub mod repo;
pub mod scripted_agent;
pub mod scripted_model;
