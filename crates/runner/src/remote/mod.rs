//! Remotes: what goes over the network, with the credential that goes with it.
//!
//! Whoever can write to a clone's configuration decides where git connects to and whom it shows what it was given. An
//! agent can. So git is never run on a clone while it talks to a remote, but in a repository of the runner's own
//! ([`scratch`]) that has no configuration and borrows the clone's objects; which refs came of it is carried over
//! afterwards, without a credential. That repository is out of the reach of the user's programs, where these are
//! confined.

mod access;
mod address;
mod credential;
mod failure;
mod fetch;
mod progress;
mod push;
mod rules;
mod scratch;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use switchyard_domain::Result;

pub(crate) use access::as_the_person;
pub use address::is_public;
pub(crate) use fetch::{TRACKING, Update};
pub use progress::Progress;
pub use rules::{Exception, Rules};
pub(crate) use watch::Tell;

use crate::git::Git;
use crate::git::failure::disk;

/// The remotes, as the runner may reach them.
#[derive(Clone, Debug)]
pub struct Remotes {
    git: Git,
    /// Where the runner's own repositories are, out of reach of the user's programs.
    scratch: PathBuf,
    rules: Arc<Rules>,
}

impl Remotes {
    /// Remotes for `git`, with a folder of the runner's own. What a killed runner left there is removed.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(git: Git, scratch: PathBuf, rules: Rules) -> Result<Self> {
        private_folder(&scratch)?;
        // The folder itself stays: what git is allowed to reach is this very one.
        for entry in std::fs::read_dir(&scratch).map_err(disk)?.flatten() {
            std::fs::remove_dir_all(entry.path()).map_err(disk)?;
        }
        Ok(Self { git, scratch, rules: Arc::new(rules) })
    }
}

fn private_folder(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(disk)
}
