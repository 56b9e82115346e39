//! Moving a workspace to the trash.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::BoxFuture;
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::CheckpointReason;
use switchyard_domain::{Error, Result};

use super::checkpoint::Ignored;
use super::checkpoint_message::Occasion;
use super::layout::{Layout, folder_name};
use super::record::{Record, RepoRecord, SavedHead, Stage};
use super::site::{main_repository, relink_if_there};
use super::{Workspaces, relink};
use crate::git::failure::disk;
use crate::git::names::branch_ref;
use crate::git::repository::git_dir_of;
use crate::git::{Head, Repository};

/// Runs the clean-up script in the workspace's folder.
pub type Cleanup = Box<dyn FnOnce(PathBuf) -> BoxFuture<'static, Result<()>> + Send>;

/// How long a clean-up script may take; it cannot hold up the discarding for ever.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(300);

impl Workspaces {
    /// Saves everything, runs `cleanup`, and moves the whole folder to the trash, ignored files included; the branch
    /// goes too and is kept under a hidden ref. A failing clean-up script is logged and does not stop this.
    ///
    /// # Errors
    /// `Conflict`: `repository_locked`, `permission_denied`. `Unavailable`: `disk_full`.
    pub async fn discard(&self, site: &WorkspaceSite, cleanup: Option<Cleanup>) -> Result<()> {
        let (ours, site) = (self.clone(), site.clone());
        self.exclusively(site.id, async move { ours.discard_now(&site, cleanup).await }).await
    }

    async fn discard_now(&self, site: &WorkspaceSite, cleanup: Option<Cleanup>) -> Result<()> {
        let layout = self.layout(site.user_id);
        let mut record = match Record::load(&layout, site.id)? {
            Some(record) => record,
            // It was never made; then there is nothing to save.
            None if !layout.live(&folder_name(site)).exists() => return Ok(()),
            None => self.open_site(site).await?.record,
        };
        match record.stage {
            Stage::Discarded => return Ok(()),
            Stage::Purging => return self.continue_purge(&layout, &record).await,
            Stage::Discarding => {}
            _ => {
                if record.stage != Stage::Restoring {
                    self.save_before_discard(&record.site()).await?;
                }
                let folder = layout.live(&record.folder);
                if let Some(cleanup) = cleanup.filter(|_| folder.is_dir()) {
                    run_cleanup(cleanup, folder).await;
                }
                for at in 0..record.repos.len() {
                    self.find_registration(&layout, &mut record, at).await?;
                    record.repos[at].saved = self.saved_head(&layout, &record, &record.repos[at]).await?;
                }
                record.stage = Stage::Discarding;
                record.save(&layout).await?;
                self.steps.passed("discard: planned");
            }
        }
        self.continue_discard(&layout, &mut record).await
    }

    /// Takes the last checkpoint, of what is there to be saved.
    async fn save_before_discard(&self, site: &WorkspaceSite) -> Result<()> {
        let missing = |error: &Error| {
            ["worktree_missing", "repository_missing", "workspace_not_made", "no_commits"]
                .contains(&error.code)
        };
        let saved = match self.open_for_change(site).await {
            Ok(open) => self
                .save_checkpoint(&open, Occasion::of(CheckpointReason::Discard), &Ignored::new())
                .await
                .map(drop),
            Err(error) => Err(error),
        };
        match saved {
            // What is there is moved as a whole; the checkpoint is a second net.
            Err(error) if missing(&error) => {
                tracing::warn!(workspace = %site.id, %error, "discarded without a checkpoint");
                Ok(())
            }
            saved => saved,
        }
    }

    /// Finds the worktree that git had registered when a making was killed before it could be recorded.
    async fn find_registration(&self, layout: &Layout, record: &mut Record, at: usize) -> Result<()> {
        let path = record.live(layout, &record.repos[at]);
        if record.repos[at].admin.is_none()
            && let Some(main) = main_repository(self, &record.repos[at]).await?
        {
            record.repos[at].admin = main.linked_name(&path);
        }
        Ok(())
    }

    async fn saved_head(
        &self,
        layout: &Layout,
        record: &Record,
        repo: &RepoRecord,
    ) -> Result<Option<SavedHead>> {
        if repo.saved.is_some() && record.stage == Stage::Restoring {
            return Ok(repo.saved.clone());
        }
        let Some(main) = main_repository(self, repo).await? else { return Ok(None) };
        let tip = main.commit_of(&branch_ref(&record.branch)).await?;
        let tree = match &repo.admin {
            Some(admin) => main.linked(admin, &record.live(layout, repo)).await.ok(),
            None => None,
        };
        let head = match tree {
            Some(tree) => tree.head().await.ok(),
            None => None,
        };
        // Of a worktree that was removed by hand, the branch is what can be brought back.
        let head = head
            .or_else(|| tip.clone().map(|commit| Head { commit, branch: Some(branch_ref(&record.branch)) }));
        Ok(head.map(|head| SavedHead { head_ref: head.branch, head: head.commit, tip }))
    }

    /// Finishes a discard that is planned.
    pub(super) async fn continue_discard(&self, layout: &Layout, record: &mut Record) -> Result<()> {
        for repo in &record.repos {
            let Some(main) = main_repository(self, repo).await? else { continue };
            self.put_branch_away(layout, record, repo, &main).await?;
        }
        let (from, to) = (layout.live(&record.folder), layout.discarded(record.workspace, &record.folder));
        if from.exists() {
            std::fs::create_dir_all(to.parent().unwrap_or(&to)).map_err(disk)?;
            std::fs::rename(&from, &to).map_err(disk)?;
        }
        self.steps.passed("discard: moved");
        for repo in &record.repos {
            if let Some(main) = main_repository(self, repo).await? {
                relink_if_there(&main, repo, &record.discarded(layout, repo))?;
                if let Some(admin) = &repo.admin
                    && !record.discarded(layout, repo).is_dir()
                {
                    relink::forget(&main, admin)?;
                }
            }
        }
        self.steps.passed("discard: linked");
        record.stage = Stage::Discarded;
        record.save(layout).await?;
        self.steps.passed("discard: done");
        Ok(())
    }

    /// Keeps the branch under a hidden ref, detaches the worktree from it and removes it.
    async fn put_branch_away(
        &self,
        layout: &Layout,
        record: &Record,
        repo: &RepoRecord,
        main: &Repository,
    ) -> Result<()> {
        let Some(saved) = &repo.saved else { return Ok(()) };
        let prefix = record.refs();
        let mut keep = format!("update {prefix}/head {}\n", saved.head);
        if let Some(tip) = &saved.tip {
            keep += &format!("update {prefix}/branch {tip}\n");
        }
        main.update_refs("switchyard: discard", &keep).await?;
        self.steps.passed("discard: branch kept");
        if let Some(admin) = &repo.admin
            && let Ok(tree) = main.linked(admin, &record.live(layout, repo)).await
            && saved.head_ref.is_some()
        {
            tree.command().args(["update-ref", "--no-deref", "HEAD", &saved.head]).run().await?;
            self.steps.passed("discard: detached");
        }
        let branch = branch_ref(&record.branch);
        let Some(tip) = &saved.tip else { return Ok(()) };
        // Somebody may have checked the branch out elsewhere, or moved it after it was saved: then it is theirs.
        let ours = repo.admin.as_deref().map(|admin| main.admin_dir(admin));
        let elsewhere = main.checkouts().await?.iter().any(|checkout| {
            checkout.branch.as_deref() == Some(&branch)
                && checkout.path.is_dir()
                && git_dir_of(&checkout.path) != ours
        });
        if !elsewhere && main.commit_of(&branch).await?.as_ref() == Some(tip) {
            main.update_refs("switchyard: discard", &format!("delete {branch} {tip}\n")).await?;
            self.steps.passed("discard: branch removed");
        }
        Ok(())
    }
}

async fn run_cleanup(cleanup: Cleanup, folder: PathBuf) {
    match tokio::time::timeout(CLEANUP_TIMEOUT, cleanup(folder)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "clean-up script failed"),
        Err(_) => tracing::warn!("clean-up script took too long"),
    }
}
