//! Workspaces: their worktrees, what happens to them, and how their work reaches the base branch.
//!
//! Operations that change a workspace run one at a time, to their end even if the caller goes away, and in steps that
//! are journalled: see `record`. [`Workspaces::recover`] finishes what a killed runner left half done.

mod branch_work;
mod changes;
mod checkpoint;
mod checkpoint_message;
mod clone;
mod commit;
mod diff;
mod discard;
mod inspect;
mod layout;
mod make;
mod merge;
mod moving;
mod orphans;
mod push;
mod record;
mod recover;
mod relink;
mod restore;
mod rewind;
mod site;
mod stale_locks;
mod steps;
mod update;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::{Error, Result, UserId, WorkspaceId};

pub use clone::Clones;
pub use discard::Cleanup;
pub use orphans::Orphan;
pub use recover::Recovered;
pub use steps::Steps;

use crate::git::{Environment, Git};
use layout::Layout;

/// All workspaces below one base folder.
#[derive(Clone, Debug)]
pub struct Workspaces {
    base: PathBuf,
    only: Option<Only>,
    git: Git,
    steps: Steps,
    locks: Arc<Mutex<HashMap<WorkspaceId, Arc<tokio::sync::Mutex<()>>>>>,
}

/// The one user of a runner that keeps users apart.
#[derive(Clone, Debug)]
struct Only {
    user: UserId,
    /// Where the records of what is under way are, out of reach of the user's programs.
    operations: PathBuf,
}

impl Workspaces {
    /// Workspaces below `base`; git runs with what `environment` gives it.
    ///
    /// # Errors
    /// `Unavailable` with code `git_missing` or `git_too_old`; and when `base` cannot be made.
    pub async fn open(base: &Path, environment: Environment) -> Result<Self> {
        let git = Git::new(environment);
        git.check_version().await?;
        std::fs::create_dir_all(base).map_err(crate::git::failure::disk)?;
        let base = base.canonicalize().map_err(crate::git::failure::disk)?;
        Ok(Self { base, only: None, git, steps: Steps::default(), locks: Arc::default() })
    }

    /// The same for one user alone, who may not even learn who else there is. What is under way is noted in `operations`.
    #[must_use]
    pub fn of_one_user(self, user: UserId, operations: PathBuf) -> Self {
        Self { only: Some(Only { user, operations }), ..self }
    }

    /// Refuses what is another user's, if this runner has one user.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn check_user(&self, site: &WorkspaceSite) -> Result<()> {
        match &self.only {
            Some(only) if only.user != site.user_id => {
                tracing::error!(user = %site.user_id, security_event = true, "asked for another user's workspace");
                Err(Error::not_found())
            }
            _ => Ok(()),
        }
    }

    /// The same, with an observer of the steps that operations take.
    #[must_use]
    pub fn with_steps(self, steps: Steps) -> Self {
        Self { steps, ..self }
    }

    /// The git that workspaces are made with.
    #[must_use]
    pub fn git(&self) -> &Git {
        &self.git
    }

    /// The folder of a workspace while it is in use: where agents and scripts run.
    #[must_use]
    pub fn folder(&self, site: &WorkspaceSite) -> PathBuf {
        self.layout(site.user_id).live(&layout::folder_name(site))
    }

    fn layout(&self, user: UserId) -> Layout {
        let layout = Layout::of(&self.base, user);
        match &self.only {
            Some(only) => layout.with_operations(only.operations.clone()),
            None => layout,
        }
    }

    /// The layouts of all users that have a root.
    fn layouts(&self) -> Vec<Layout> {
        match &self.only {
            Some(only) => vec![self.layout(only.user)],
            None => Layout::all(&self.base),
        }
    }

    /// Runs `work` alone among the operations on `workspace`, to its end even if the caller goes away.
    async fn exclusively<T, F>(&self, workspace: WorkspaceId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let lock = Arc::clone(
            self.locks.lock().unwrap_or_else(PoisonError::into_inner).entry(workspace).or_default(),
        );
        let ours = self.clone();
        let work = async move {
            let guard = lock.lock_owned().await;
            let outcome = work.await;
            drop(guard);
            // Nobody else holds or awaits a lock of which only the map has a copy.
            let mut locks = ours.locks.lock().unwrap_or_else(PoisonError::into_inner);
            if locks.get(&workspace).is_some_and(|lock| Arc::strong_count(lock) == 1) {
                locks.remove(&workspace);
            }
            outcome
        };
        tokio::spawn(work).await.map_err(Error::internal)?
    }
}
