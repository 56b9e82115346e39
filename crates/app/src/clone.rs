//! Clones: each user's own copy of a repository at a remote.

use std::sync::{Mutex, MutexGuard, PoisonError};

use switchyard_domain::remote::RemoteUrl;
use switchyard_domain::repo::{
    CLONE_WITHDRAWN, CloneChange, CloneProgress, CloneStatus, Repo, RepoClone, RepoPlace,
};
use switchyard_domain::runner::{HadClone, RemoteAccess, WantedClone, WorkspaceSite};
use switchyard_domain::store::Act;
use switchyard_domain::workspace::Workspace;
use switchyard_domain::{Error, ErrorKind, RepoId, Result, Scope, UserId};

use crate::App;
use crate::panics::{caught, outlived};
use crate::recovery::{TRIES, WAIT, runner_is_away};

impl App {
    /// Has the acting user's clone of a remote be made, unless it is there or under way.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` with code `repo_not_remote`.
    pub async fn clone_repo(&self, act: &Act, id: RepoId) -> Result<Repo> {
        self.begin_clone(act, id, None).await
    }

    /// The same, in a folder that the person chose.
    pub(crate) async fn begin_clone(&self, act: &Act, id: RepoId, folder: Option<String>) -> Result<Repo> {
        let repo = self.store().change_clone(act, id, &CloneChange::Begin { folder }).await?;
        if matches!(&repo.place, RepoPlace::Remote { clone: Some(clone), .. } if clone.status == CloneStatus::Cloning)
        {
            let (app, scope) = (self.clone(), act.scope);
            tokio::spawn(async move { app.drive_clone(scope, id).await });
        }
        Ok(repo)
    }

    /// Gives up a clone that is being made; nothing is left of it.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` with code `clone_not_under_way`.
    pub async fn cancel_clone(&self, act: &Act, id: RepoId) -> Result<Repo> {
        known_clone(&self.store().repo(&act.scope, id).await?)?;
        self.end_clone(act, id, &CloneChange::Cancel).await
    }

    /// Notes that a clone is not to be made any more, and has the runner end it.
    pub(crate) async fn end_clone(&self, act: &Act, id: RepoId, change: &CloneChange) -> Result<Repo> {
        let repo = self.store().change_clone(act, id, change).await?;
        let (clone, _) = known_clone(&repo)?;
        let over = match change {
            // What is there now counts as the next attempt.
            CloneChange::WithdrawUpdate { .. } => clone.attempt - 1,
            _ => clone.attempt,
        };
        // What the runner brings of this attempt is not heeded any more, so that only its work is lost if this fails.
        if let Err(error) = self.runner(act.scope.user()).cancel_clone(id, over).await {
            tracing::warn!(repo = %id, code = error.code, "the runner was not told that a clone was cancelled");
        }
        Ok(repo)
    }

    /// The acting user's clone of a remote, and how far it is while it is being made.
    ///
    /// # Errors
    /// `NotFound`, also where the user never asked for one.
    pub async fn repo_clone(&self, scope: &Scope, id: RepoId) -> Result<(RepoClone, Option<CloneProgress>)> {
        let repo = self.store().repo(scope, id).await?;
        let (clone, _) = known_clone(&repo)?;
        let progress = match clone.status {
            // That nobody answers for the moment is no news of the clone.
            CloneStatus::Cloning => self.runner(scope.user()).clone_progress(id).await.unwrap_or_default(),
            CloneStatus::Ready | CloneStatus::Failed => None,
        };
        Ok((clone.clone(), progress))
    }

    /// Makes a clone whose row says that it is being made, until that came to something.
    pub(crate) async fn drive_clone(&self, scope: Scope, id: RepoId) {
        let make = || async {
            self.make_clone(scope, id).await;
            Ok(())
        };
        if let Err(fault) = outlived("a clone under way", id, make).await
            && let Some(Err(error)) = caught("a clone", id, self.give_up_clone(scope, id, &fault)).await
        {
            tracing::error!(repo = %id, ?error, "a clone could not be given up");
        }
    }

    /// Says of a clone that cannot be made that it is not being made any more.
    async fn give_up_clone(&self, scope: Scope, id: RepoId, fault: &Error) -> Result<()> {
        let repo = self.store().repo(&scope, id).await?;
        let (clone, _) = known_clone(&repo)?;
        let (attempt, reason) = (clone.attempt, fault.code.to_owned());
        let failed = CloneChange::Failed { attempt, reason, error: fault.message.to_string() };
        self.store().change_clone(&self.act(scope, "repo.clone"), id, &failed).await.map(drop)
    }

    async fn make_clone(&self, scope: Scope, id: RepoId) {
        for _ in 0..TRIES {
            let tried = match self.store().repo(&scope, id).await {
                Ok(repo) if matches!(known_clone(&repo), Ok((clone, _)) if clone.status == CloneStatus::Cloning) =>
                {
                    let act = self.act(scope, "repo.clone");
                    self.bring_clone(&act, &repo, Vec::new()).await
                }
                _ => return,
            };
            match tried {
                Err(error) if runner_is_away(&error) => tokio::time::sleep(WAIT).await,
                Err(error) => {
                    return tracing::info!(repo = %id, code = error.code, "a repository was not cloned");
                }
                Ok(_) => return,
            }
        }
        tracing::warn!(repo = %id, "the runner did not answer; the clone is left for the next start");
    }

    /// Has the acting user's clone be there, with what is new at its remote and local branches of these names, and notes
    /// what came of it.
    async fn bring_clone(&self, act: &Act, repo: &Repo, branches: Vec<String>) -> Result<HadClone> {
        let (clone, url) = known_clone(repo)?;
        let attempt = clone.attempt;
        let _update = match clone.status {
            CloneStatus::Ready => {
                let update = self.parts.updates.begin(act.scope.user(), repo.id);
                self.refuse_update(&act.scope, repo.id).await?;
                Some(update)
            }
            CloneStatus::Cloning | CloneStatus::Failed => None,
        };
        let wanted = WantedClone {
            repo_id: repo.id,
            attempt,
            user_id: act.scope.user(),
            name: repo.name.clone(),
            folder: (!clone.path.is_empty()).then(|| clone.path.clone()),
            access: self.remote_access(&act.scope, url).await?,
            branches,
        };
        let had = self.runner(act.scope.user()).have_clone(&wanted).await;
        let change = match &had {
            Ok(had) => CloneChange::Ready {
                attempt,
                path: had.path.clone(),
                default_branch: had.default_branch.clone(),
                outdated: had.outdated.clone(),
            },
            Err(error) if runner_is_away(error) => return had,
            Err(error) => CloneChange::Failed {
                attempt,
                reason: error.code.to_owned(),
                error: error.message.to_string(),
            },
        };
        match self.store().change_clone(act, repo.id, &change).await {
            // It was taken off its project meanwhile.
            Err(error) if error.kind == ErrorKind::NotFound => had,
            other => {
                let now = other?;
                had.map_err(|error| withdrawn(&now, attempt).unwrap_or(error))
            }
        }
    }

    /// Has the clones that a workspace is made of be there, with what is new at their remotes, and notes in it where.
    pub(crate) async fn bring_clones(&self, scope: &Scope, workspace: &mut Workspace) -> Result<()> {
        for named in &mut workspace.repos {
            let repo = match self.store().repo(scope, named.repo_id).await {
                Ok(repo) => repo,
                // It was taken off its project meanwhile; what is known of it must do.
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if repo.url().is_none() {
                continue;
            }
            let base = Some(named.base_branch.clone()).filter(|base| !base.is_empty());
            let act = self.act(*scope, "repo.clone");
            let begin = CloneChange::Begin { folder: None };
            let repo = self.store().change_clone(&act, repo.id, &begin).await?;
            let had = self.bring_clone(&act, &repo, base.into_iter().collect()).await?;
            named.repo_path = had.path;
            if named.base_branch.is_empty() {
                named.base_branch = had.default_branch;
            }
        }
        if workspace.base_branch.is_empty()
            && let Some(first) = workspace.repos.first()
        {
            workspace.base_branch.clone_from(&first.base_branch);
        }
        Ok(())
    }

    /// How those repos of a workspace are reached that are at a remote.
    pub(crate) async fn remotes_of(
        &self,
        scope: &Scope,
        site: &WorkspaceSite,
    ) -> Result<Vec<(RepoId, RemoteAccess)>> {
        let mut remotes = Vec::new();
        for named in &site.repos {
            let repo = match self.store().repo(scope, named.repo_id).await {
                Ok(repo) => repo,
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if let Some(url) = repo.url() {
                remotes.push((repo.id, self.remote_access(scope, url).await?));
            }
        }
        Ok(remotes)
    }

    /// How a remote is reached: with what the acting user keeps for its host.
    async fn remote_access(&self, scope: &Scope, url: &str) -> Result<RemoteAccess> {
        let url = RemoteUrl::new(url)?;
        let credential = self.vault().reveal_git_credential(scope, url.by_https().host()).await?;
        Ok(RemoteAccess { url, credential })
    }
}

/// The clones that are there and that this server has brought up to date just now, by their user and repo.
#[derive(Default)]
pub(crate) struct Updates(Mutex<Vec<(UserId, RepoId)>>);

impl Updates {
    fn begin(&self, user: UserId, repo: RepoId) -> Update<'_> {
        self.all().push((user, repo));
        Update { updates: self, which: (user, repo) }
    }

    pub(crate) fn under_way(&self) -> Vec<(UserId, RepoId)> {
        self.all().clone()
    }

    fn all(&self) -> MutexGuard<'_, Vec<(UserId, RepoId)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of them, until it is dropped.
struct Update<'a> {
    updates: &'a Updates,
    which: (UserId, RepoId),
}

impl Drop for Update<'_> {
    fn drop(&mut self) {
        let mut all = self.updates.all();
        if let Some(at) = all.iter().position(|which| *which == self.which) {
            all.swap_remove(at);
        }
    }
}

/// The acting user's clone of a repo, and its remote's address.
fn known_clone(repo: &Repo) -> Result<(&RepoClone, &str)> {
    match &repo.place {
        RepoPlace::Remote { url, clone: Some(clone) } => Ok((clone, url)),
        _ => Err(Error::not_found()),
    }
}

/// Why an attempt at a clone was ended, where whoever asked for it may not have it any more.
fn withdrawn(repo: &Repo, attempt: i64) -> Option<Error> {
    let (clone, _) = known_clone(repo).ok()?;
    let ended = match clone.status {
        CloneStatus::Failed => clone.reason.as_deref() == Some(CLONE_WITHDRAWN),
        // It was there, and only that it was brought up to date was ended.
        CloneStatus::Ready => clone.attempt > attempt,
        CloneStatus::Cloning => false,
    };
    let error = clone.error.clone().filter(|_| ended)?;
    Some(Error::conflict(CLONE_WITHDRAWN, error))
}
