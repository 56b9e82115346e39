//! The end of clones whose repos are gone: what nobody needs any more is removed, where nothing is lost by it.

use switchyard_domain::remote::RemoteUrl;
use switchyard_domain::runner::{CloneEnd, KeptClone, RemoteAccess, UnwantedClone};
use switchyard_domain::store::{CloneSettled, RemovedClone};
use switchyard_domain::{Actor, OrgId, Result, UserId};

use crate::App;
use crate::recovery::{owner_scope, runner_is_away};
use crate::terminal_cleanup::gone_is_fine;

/// How often a remote is asked in vain before its clone is left for good: for two days.
const MOST_TRIES: i64 = 48;

impl App {
    /// Sees to the clones of repos that were removed for good, as far as no workspace uses them. What fails is come back
    /// to with the next pass, except with one that was woken: a remote that did not answer is given its time.
    pub(crate) async fn tidy_clones(&self, authority: &impl Fn(UserId, OrgId) -> Actor, woken: bool) {
        let removed = match self.store().removed_clones().await {
            Ok(removed) => removed,
            Err(error) => {
                return tracing::debug!(?error, "it is not known which clones nobody needs any more");
            }
        };
        for clone in removed.into_iter().filter(|clone| !woken || clone.tries == 0) {
            if let Err(error) = self.tidy_clone(authority, &clone).await {
                let RemovedClone { repo_id, user_id, .. } = &clone;
                tracing::warn!(repo = %repo_id, user = %user_id, ?error, "a clone that nobody needs could not be seen to");
            }
        }
    }

    async fn tidy_clone(
        &self,
        authority: &impl Fn(UserId, OrgId) -> Actor,
        clone: &RemovedClone,
    ) -> Result<()> {
        let scope = owner_scope(authority, clone.user_id, clone.org_id)?;
        let url = RemoteUrl::new(&clone.url)?;
        let credential = self.vault().reveal_git_credential(&scope, url.by_https().host()).await?;
        let unwanted = UnwantedClone {
            repo_id: clone.repo_id,
            user_id: clone.user_id,
            name: clone.name.clone(),
            access: RemoteAccess { url, credential },
        };
        let settled = match self.runner(clone.user_id).remove_clone(&unwanted).await {
            Ok(CloneEnd::Removed) => CloneSettled::Removed,
            Ok(CloneEnd::Absent) => CloneSettled::Absent,
            Ok(CloneEnd::Kept(why)) => CloneSettled::Kept(why),
            Err(error) if runner_is_away(&error) => return Err(error),
            Err(error) if clone.tries + 1 >= MOST_TRIES => {
                tracing::info!(repo = %clone.repo_id, code = error.code, "a clone is kept, since its remote cannot be asked");
                CloneSettled::Kept(KeptClone::Remote)
            }
            Err(error) => {
                tracing::debug!(repo = %clone.repo_id, code = error.code, "a clone is kept for now");
                CloneSettled::Later
            }
        };
        let action = match settled {
            CloneSettled::Kept(_) => "repo.keep_clone",
            CloneSettled::Removed | CloneSettled::Absent | CloneSettled::Later => "repo.remove_clone",
        };
        // Another server may have settled it.
        gone_is_fine(self.store().settle_clone(&self.act(scope, action), clone.repo_id, settled).await)
    }
}
