//! Agents: the catalogue of known ones, and the two ways of talking to one.

pub(crate) mod acp;
pub mod catalogue;
pub(crate) mod command;
mod lines;
mod output;
mod quiet;

pub(crate) use output::Output;
