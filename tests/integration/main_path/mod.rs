//! The main path: from a task to a merged commit, with real agents and real git.

mod agents;
mod approvals;
mod checkpoints;
mod comments;
mod diff;
mod expiry;
mod files;
mod journey;
mod merging;
mod resuming;
mod retention;
mod streams;
mod trash;
