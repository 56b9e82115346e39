//! Child processes: one function starts them, a supervisor per tree ends them.

mod account;
mod confinement;
mod descendants;
mod environment;
mod inherited;
mod orphans;
mod pty;
mod spawn;
pub mod supervisor;
mod tree;

pub use account::{Account, Capabilities, settle_as_user, start_as};
pub use confinement::{Reach, confine_children, confine_private_children, confine_self, gaps, landlock_abi};
pub use environment::Environment;
pub use inherited::{close_inherited_on_exec, take_socket_from_stdin};
pub use orphans::{become_reaper, reap_strays};
pub use pty::{Pty, open_pty};
pub use spawn::{Captured, Spawn, capture, spawn, spawn_privately};
pub use tree::{Ended, Launch, Launcher, Outcome, Tree};
