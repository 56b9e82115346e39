//! Clones of remotes: one of each user for each repo.
//!
//! A clone is made beside the place where it is to be and gets its name when it is complete, so that a kill leaves either
//! nothing, a folder that is told by its name, or all of it. It has no files checked out: work is done in workspaces, and
//! no branch stands still because somebody has it open.

mod bring;
mod create;
mod partial;
mod remove;
mod under_way;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use switchyard_domain::id::short;
use switchyard_domain::repo::{CloneProgress, RepoFacts};
use switchyard_domain::runner::{HadClone, NewRepository, WantedClone};
use switchyard_domain::{Error, RepoId, Result, UserId};

use super::Workspaces;
use super::layout::check_repo_name;
use crate::files::discover;
use crate::remote::Remotes;
pub(super) use bring::MARK;
use under_way::UnderWay;

/// The clones of a runner.
#[derive(Clone, Debug)]
pub struct Clones {
    workspaces: Workspaces,
    remotes: Remotes,
    under_way: Arc<Mutex<HashMap<RepoId, Arc<UnderWay>>>>,
}

impl Clones {
    /// Clones beside `workspaces`. What a killed runner left half made is removed.
    #[must_use]
    pub fn new(workspaces: Workspaces, remotes: Remotes) -> Self {
        for layout in workspaces.layouts() {
            partial::sweep(&layout.repos());
        }
        Self { workspaces, remotes, under_way: Arc::default() }
    }

    /// How remotes are reached.
    #[must_use]
    pub fn remotes(&self) -> &Remotes {
        &self.remotes
    }

    /// Has a clone, with what is new at its remote; see [`switchyard_domain::runner::RunsClones::have_clone`]. It goes on
    /// if the caller goes away.
    ///
    /// # Errors
    /// What is told there.
    pub async fn have(&self, wanted: WantedClone) -> Result<HadClone> {
        let root = self.place(wanted.user_id, wanted.repo_id, &wanted.name, wanted.folder.as_deref())?;
        let ours = self.clone();
        let work = async move {
            let under_way = ours.under_way(wanted.repo_id);
            let bring = |tell| {
                let (ours, wanted, root, under_way) = (&ours, &wanted, &root, &under_way);
                async move { ours.bring(wanted, root, under_way, tell).await }
            };
            under_way.run(wanted.attempt, bring).await
        };
        tokio::spawn(work).await.map_err(Error::internal)?
    }

    /// How far it is, while something is under way for the repo.
    #[must_use]
    pub fn progress(&self, repo: RepoId) -> Option<CloneProgress> {
        self.under_way(repo).progress()
    }

    /// Ends this attempt at the repo and all before it, whether they are under way, wait or are yet to come.
    pub fn cancel(&self, repo: RepoId, attempt: i64) {
        self.under_way(repo).cancel(attempt);
    }

    /// Whether anything is under way.
    #[must_use]
    pub fn any_under_way(&self) -> bool {
        let all = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().any(|each| each.progress().is_some())
    }

    /// Makes a repository with a first commit.
    ///
    /// # Errors
    /// `Conflict`: `path_exists`. `Invalid` for a folder that cannot be.
    pub async fn create(&self, new: NewRepository) -> Result<RepoFacts> {
        let root = self.place(new.user_id, new.repo_id, &new.name, new.folder.as_deref())?;
        let ours = self.clone();
        tokio::spawn(async move { ours.create_at(&new, &root).await }).await.map_err(Error::internal)?
    }

    fn under_way(&self, repo: RepoId) -> Arc<UnderWay> {
        let mut all = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(repo).or_default())
    }

    /// Where a repo of the user's is: where the person chose, or below the user's root, under a name that no other has.
    fn place(&self, user: UserId, repo: RepoId, name: &str, folder: Option<&str>) -> Result<PathBuf> {
        let ours = &self.workspaces;
        if ours.only.as_ref().is_some_and(|only| only.user != user) {
            tracing::error!(%user, security_event = true, "asked for another user's clone");
            return Err(Error::not_found());
        }
        check_repo_name(name)?;
        let Some(folder) = folder.filter(|_| ours.only.is_none()) else {
            return Ok(ours.layout(user).repos().join(format!("{name}-{}", short(repo.0))));
        };
        let folder = discover::expanded(folder.trim(), &ours.git.environment().home);
        if !folder.is_absolute() || folder.parent().is_none() {
            return Err(Error::invalid("folder", "Give a whole path, as in ~/src/name."));
        }
        Ok(folder)
    }
}
