//! What the program is told on its command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use switchyard_domain::UserId;
use switchyard_runner::host::{OnExit, Settings, Uids};
use switchyard_runner::remote::{Exception, Rules};

/// Switchyard's data plane: worktrees, git, agents, files.
#[derive(Parser)]
#[command(name = "switchyard-runner", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) role: Role,
}

#[derive(Subcommand)]
pub(crate) enum Role {
    /// Serve the runner contract on a Unix socket.
    Serve(Serve),
    /// Keep a runner for each of several users, apart from each other.
    Host(Host),
    /// Serve one of several users; a host starts this itself, with a socket as standard input.
    ServeUser(ServeUser),
    /// Supervise one program; a runner starts this itself, with a socket as standard input.
    Supervise,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// The Unix socket to serve on.
    #[arg(long)]
    pub(crate) socket: PathBuf,
    /// The folder for journals and the log.
    #[arg(long)]
    pub(crate) state: PathBuf,
    /// The folder below which users' workspaces lie.
    #[arg(long)]
    pub(crate) workspaces: PathBuf,
    #[command(flatten)]
    pub(crate) timing: Timing,
}

#[derive(Args)]
pub(crate) struct ServeUser {
    /// Whose runner this is.
    #[arg(long)]
    pub(crate) user: UserId,
    /// The user id of the server, which alone is served.
    #[arg(long)]
    pub(crate) server_uid: u32,
    /// The folder for journals and the log.
    #[arg(long)]
    pub(crate) state: PathBuf,
    /// The folder in which the user's root lies.
    #[arg(long)]
    pub(crate) workspaces: PathBuf,
    /// A further folder whose programs can be run.
    #[arg(long)]
    pub(crate) programs: Vec<PathBuf>,
    /// A host of the operator's own network that serves repositories: `host`, `host:port`, or `http://host:port`.
    #[arg(long)]
    pub(crate) private_remotes: Vec<Exception>,
    #[command(flatten)]
    pub(crate) timing: Timing,
}

#[derive(Args)]
pub(crate) struct Timing {
    /// Seconds without a server after which the runner ends, unless something is at work in it; that has 72 hours.
    #[arg(long, default_value_t = 1800)]
    pub(crate) grace_secs: u64,
    /// Seconds of silence in a turn before the transcript tells.
    #[arg(long, default_value_t = 120)]
    pub(crate) quiet_secs: u64,
    /// Seconds for which an agent's process is kept while nobody talks to it.
    #[arg(long, default_value_t = 600)]
    pub(crate) idle_secs: u64,
    /// Seconds for which a remote may send nothing.
    #[arg(long, default_value_t = 120)]
    pub(crate) remote_secs: u64,
    /// Most MiB that a clone may have.
    #[arg(long, default_value_t = 20_480)]
    pub(crate) clone_mib: u64,
    /// What the log tells: `warn`, `info`, `debug` …
    #[arg(long, default_value = "info")]
    pub(crate) log: String,
}

impl Timing {
    /// Which remotes may be reached by a runner of one of several users, or of one person who has everything.
    pub(crate) fn remotes(&self, apart: bool, exceptions: Vec<Exception>) -> Rules {
        let patience = Duration::from_secs(self.remote_secs.max(1));
        Rules { apart, exceptions, patience, most_bytes: self.clone_mib.saturating_mul(1 << 20) }
    }

    pub(crate) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_secs.max(1))
    }

    pub(crate) fn quiet(&self) -> Duration {
        Duration::from_secs(self.quiet_secs.max(1))
    }

    pub(crate) fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_secs.max(1))
    }
}

#[derive(Args)]
pub(crate) struct Host {
    /// The Unix socket to serve on; the users' sockets are made in the folder `runners` beside it.
    #[arg(long, env = "SWITCHYARD_RUNNER_SOCKET", default_value = "/run/switchyard/host.sock")]
    pub(crate) socket: PathBuf,
    /// The host's own folder: who has which user id, and each runner's journals.
    #[arg(long, env = "SWITCHYARD_RUNNER_STATE", default_value = "/var/lib/switchyard-runner")]
    pub(crate) state: PathBuf,
    /// The folder in which each user has a root.
    #[arg(long, env = "WORKSPACE_BASE_DIR", default_value = "/workspaces")]
    pub(crate) workspaces: PathBuf,
    /// The user ids that users are given, `FIRST-LAST`. Nobody else may have one of them, ever.
    #[arg(long, env = "SWITCHYARD_RUNNER_UIDS", default_value = "200000-299999")]
    pub(crate) uids: Uids,
    /// The user id that the server runs as, which alone is served.
    #[arg(long, env = "SWITCHYARD_SERVER_UID", default_value_t = 10001)]
    pub(crate) server_uid: u32,
    /// A further folder whose programs users can run, such as one with agents.
    #[arg(long, env = "SWITCHYARD_RUNNER_PROGRAMS", value_delimiter = ':')]
    pub(crate) programs: Vec<PathBuf>,
    /// Hosts of the operator's own network that serve repositories, separated by commas; others are reached only where
    /// they are public. `host`, `host:port`, or `http://host:port` for a test without encryption.
    #[arg(long, env = "SWITCHYARD_PRIVATE_REMOTES", value_delimiter = ',')]
    pub(crate) private_remotes: Vec<String>,
    /// Seconds for which a remote may send nothing before cloning is given up.
    #[arg(long, env = "SWITCHYARD_REMOTE_SECS", default_value_t = 120)]
    pub(crate) remote_secs: u64,
    /// Most MiB that a clone may have.
    #[arg(long, env = "SWITCHYARD_CLONE_MIB", default_value_t = 20_480)]
    pub(crate) clone_mib: u64,
    /// What becomes of the users' runners when the host ends.
    #[arg(long, env = "SWITCHYARD_ON_EXIT", value_enum, default_value_t)]
    pub(crate) on_exit: OnExit,
    /// Seconds without a call after which a user's runner ends, unless something is at work in it.
    #[arg(long, env = "SWITCHYARD_RUNNER_GRACE_SECS", default_value_t = 1800)]
    pub(crate) grace_secs: u64,
    /// Most processes and threads that each user may have at once.
    #[arg(long, env = "SWITCHYARD_RUNNER_PROCESSES", default_value_t = 4096)]
    pub(crate) most_processes: u32,
    /// What the logs tell: `warn`, `info`, `debug` …
    #[arg(long, env = "SWITCHYARD_RUNNER_LOG", default_value = "info")]
    pub(crate) log: String,
}

impl From<Host> for Settings {
    fn from(host: Host) -> Self {
        Self {
            socket: host.socket,
            state: host.state,
            workspaces: host.workspaces,
            uids: host.uids,
            server_uid: host.server_uid,
            programs: host.programs,
            on_exit: host.on_exit,
            grace_secs: host.grace_secs,
            most_processes: host.most_processes,
            private_remotes: host.private_remotes,
            remote_secs: host.remote_secs,
            clone_mib: host.clone_mib,
            log: host.log,
        }
    }
}
