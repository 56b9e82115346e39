//! Parts for tests: real ones where that is possible, throwaway ones always.

pub mod postgres;
pub mod program;
pub mod repo;
pub mod scripted_agent;
