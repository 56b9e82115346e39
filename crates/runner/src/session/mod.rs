//! Sessions: conversations with agents, each run by a task of its own and told by its journal.

mod actor;
mod context;
mod failure;
mod meta;
mod pace;
mod recorder;
mod recovery;
mod registry;
mod script;
mod setup;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::{Clock, Result, SessionId};

pub(crate) use context::{Command, Context, Reply, answer};
pub(crate) use recorder::{Recorder, Voice};
pub(crate) use registry::working_folder;
pub use registry::{Known, Sessions};

use crate::process::{Environment, Launcher};

/// Saves a workspace's files at the end of a turn.
pub trait Checkpoints: Send + Sync {
    /// Takes a checkpoint and answers its number.
    fn take<'a>(
        &'a self,
        site: &'a WorkspaceSite,
        session: SessionId,
        turn: u32,
    ) -> BoxFuture<'a, Result<u32>>;
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Silence in a turn before it is told.
    pub quiet_after: Duration,
    /// How long an agent's process is kept while nobody talks to it.
    pub idle_after: Duration,
    /// How long an agent may take to answer the first calls.
    pub handshake: Duration,
    /// How long an agent that was asked to stop may take to end its turn.
    pub cancel_grace: Duration,
    /// How long processes have between `SIGTERM` and `SIGKILL`.
    pub kill_grace: Duration,
    /// How long a piece of text waits for more, so that both become one entry.
    pub gather: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            quiet_after: Duration::from_secs(120),
            idle_after: Duration::from_secs(600),
            handshake: Duration::from_secs(60),
            cancel_grace: Duration::from_secs(2),
            kill_grace: Duration::from_secs(1),
            gather: Duration::from_millis(40),
        }
    }
}

/// What all sessions share.
pub struct Options {
    /// The runner's own folder: journals, and what was set up.
    pub state: PathBuf,
    /// The base environment of agents.
    pub environment: Environment,
    /// Starts programs.
    pub launcher: Launcher,
    /// How long things may take.
    pub timing: Timing,
    /// Tells the time of entries.
    pub clock: Arc<dyn Clock>,
    /// Saves files at the end of turns.
    pub checkpoints: Arc<dyn Checkpoints>,
    pub(crate) setup_locks: setup::SetupLocks,
}

impl Options {
    /// Options with the usual timing.
    #[must_use]
    pub fn new(
        state: PathBuf,
        environment: Environment,
        launcher: Launcher,
        clock: Arc<dyn Clock>,
        checkpoints: Arc<dyn Checkpoints>,
    ) -> Self {
        let (timing, setup_locks) = (Timing::default(), setup::SetupLocks::default());
        Self { state, environment, launcher, timing, clock, checkpoints, setup_locks }
    }
}
