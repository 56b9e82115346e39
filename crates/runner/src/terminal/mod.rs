//! Terminals: a shell or a script on a pseudo-terminal each, with its last output kept for whoever attaches.
//!
//! The program is started under a supervisor, as agents are, so that all that it starts ends with it.

mod device;
mod ports;
mod registry;
mod scrollback;
mod typing;
mod viewer;
mod viewing;

pub use registry::Terminals;
