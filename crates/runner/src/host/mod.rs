//! The host: keeps a runner for each of several users, each under a user id of its own that nobody else ever has.
//!
//! It alone is privileged, and does little with that: it gives out user ids, makes each user's folders, and starts each
//! user's runner, which then gives up whatever it could do beyond its user. The host looks at no repository, starts no
//! agent and holds no secret of the server's. It asks the kernel who connects, and answers the server alone.

mod folders;
mod runners;
mod serve;
mod sockets;
mod uids;

use std::path::PathBuf;

pub use serve::serve;
pub use uids::{UidMap, Uids};

/// Where the programs of a user's runner, agents and terminals are looked for.
pub const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// What becomes of the users' runners when the host ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OnExit {
    /// They end, and with them what is at work in them; sessions can be resumed.
    #[default]
    Stop,
    /// They go on; the next host finds them.
    Keep,
}

/// What a host is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub socket: PathBuf,
    /// Its own folder.
    pub state: PathBuf,
    /// Where users have their roots.
    pub workspaces: PathBuf,
    /// The user ids that it gives out.
    pub uids: Uids,
    /// The user id of the server, which alone is served.
    pub server_uid: u32,
    /// Further folders whose programs users can run.
    pub programs: Vec<PathBuf>,
    /// Hosts of the operator's own network that serve repositories, as [`crate::remote::Exception`] reads them.
    pub private_remotes: Vec<String>,
    /// Seconds for which a remote may send nothing.
    pub remote_secs: u64,
    /// Most MiB that a clone may have.
    pub clone_mib: u64,
    /// What becomes of the users' runners when it ends.
    pub on_exit: OnExit,
    /// Seconds without a call after which a user's runner ends.
    pub grace_secs: u64,
    /// Most processes and threads that each user may have at once.
    pub most_processes: u32,
    /// What the logs tell.
    pub log: String,
}
