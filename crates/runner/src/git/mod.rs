//! Git, by way of the installed `git` program, hardened.
//!
//! A repository is input that somebody else wrote: its configuration, attributes and hooks can name programs to run.
//! Every command is therefore built by [`Git::command`], which passes a built environment, switches off what a
//! repository could use to run code, and never lets a path or name be taken for an option. Filters and merge drivers
//! that the repository itself configures are replaced (see `overrides`); those of the user and of the system stay.

mod command;
mod environment;
pub(crate) mod failure;
pub mod half_made;
pub mod identity;
pub mod merge_tree;
pub mod names;
mod overrides;
pub mod patch;
pub mod quoting;
pub mod repository;
mod run;
pub mod snapshot;
pub mod status;
mod version;

pub use command::{Git, GitCommand};
pub use environment::Environment;
pub use failure::redacted;
pub use repository::{Head, Repository};
pub use run::Output;
