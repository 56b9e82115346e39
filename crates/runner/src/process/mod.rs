//! Child processes: one function starts them, a supervisor per tree ends them.

mod descendants;
mod environment;
mod inherited;
mod orphans;
mod pty;
mod spawn;
pub mod supervisor;
mod tree;

pub use environment::Environment;
pub use inherited::close_inherited_on_exec;
pub use orphans::{become_reaper, reap_strays};
pub use pty::{Pty, open_pty};
pub use spawn::{Captured, Spawn, capture, spawn};
pub use tree::{Ended, Launch, Launcher, Outcome, Tree};
