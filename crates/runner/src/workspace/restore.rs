//! Taking a workspace out of the trash.

use std::path::Path;

use switchyard_domain::runner::{MadeWorkspace, WorkspaceSite};
use switchyard_domain::{Error, Result};

use super::checkpoint::stored_in;
use super::layout::Layout;
use super::make::{branch_exists, populate, register_again};
use super::record::{Record, RepoRecord, SavedHead, Stage};
use super::site::relink_if_there;
use super::{Workspaces, relink};
use crate::git::Repository;
use crate::git::failure::disk;
use crate::git::names::branch_ref;
use crate::git::snapshot::TemporaryIndex;

impl Workspaces {
    /// Takes a workspace out of the trash, byte for byte, ignored files and index included. A worktree whose folder
    /// was gone before it was discarded comes back with the files of its last checkpoint.
    ///
    /// # Errors
    /// `Conflict`: `branch_exists`, `path_exists`, `repository_missing`, `workspace_unknown`.
    pub async fn restore(&self, site: &WorkspaceSite) -> Result<MadeWorkspace> {
        let (ours, site) = (self.clone(), site.clone());
        self.exclusively(site.id, async move { ours.restore_now(&site).await }).await
    }

    async fn restore_now(&self, site: &WorkspaceSite) -> Result<MadeWorkspace> {
        let layout = self.layout(site.user_id);
        let Some(mut record) = Record::load(&layout, site.id)? else {
            return Err(Error::conflict(
                "workspace_unknown",
                "The workspace is not in the trash; it cannot be restored.",
            ));
        };
        match record.stage {
            Stage::Discarding => self.continue_discard(&layout, &mut record).await?,
            Stage::Discarded | Stage::Restoring => {}
            Stage::Purging => {
                return Err(Error::conflict("workspace_purged", "The workspace was removed for good."));
            }
            _ => return Ok(record.made(&layout)),
        }
        if record.stage == Stage::Discarded {
            self.check_restorable(&layout, &record).await?;
            record.stage = Stage::Restoring;
            record.save(&layout).await?;
            self.steps.passed("restore: planned");
        }
        self.continue_restore(&layout, &mut record).await?;
        Ok(record.made(&layout))
    }

    /// Checks that nothing stands in the way, before anything is changed.
    async fn check_restorable(&self, layout: &Layout, record: &Record) -> Result<()> {
        let path = layout.live(&record.folder);
        if path.exists() {
            let why = format!("{} is there already. Move it away and try again.", path.display());
            return Err(Error::conflict("path_exists", why));
        }
        for repo in &record.repos {
            let main = Repository::open(&self.git, repo.repo.repo_path.as_ref()).await?;
            let tip = main.commit_of(&branch_ref(&record.branch)).await?;
            let ours = repo.saved.as_ref().and_then(|saved| saved.tip.as_ref());
            if tip.is_some() && ours.is_some() && tip.as_ref() != ours {
                return Err(branch_exists(&main, &record.branch));
            }
        }
        Ok(())
    }

    /// Finishes a restore that is planned.
    pub(super) async fn continue_restore(&self, layout: &Layout, record: &mut Record) -> Result<()> {
        for repo in &record.repos {
            let main = Repository::open(&self.git, repo.repo.repo_path.as_ref()).await?;
            bring_branch_back(&main, record, repo).await?;
            self.steps.passed("restore: branch");
        }
        let (from, to) = (layout.discarded(record.workspace, &record.folder), layout.live(&record.folder));
        if from.exists() && !to.exists() {
            std::fs::rename(&from, &to).map_err(disk)?;
        }
        // Only goes if it is empty.
        let _ = std::fs::remove_dir(layout.trash().join(record.workspace.to_string()));
        self.steps.passed("restore: moved");
        for at in 0..record.repos.len() {
            let admin = self.attach(layout, record, &record.repos[at]).await?;
            record.repos[at].admin = Some(admin);
            self.steps.passed("restore: attached");
        }
        record.stage = Stage::Ready;
        record.save(layout).await?;
        self.steps.passed("restore: done");
        Ok(())
    }

    /// Links a worktree to its repository again and returns the repository's name for it.
    async fn attach(&self, layout: &Layout, record: &Record, repo: &RepoRecord) -> Result<String> {
        let path = record.live(layout, repo);
        let main = Repository::open(&self.git, repo.repo.repo_path.as_ref()).await?;
        let known = repo.admin.as_deref().filter(|admin| main.admin_dir(admin).join("HEAD").is_file());
        if let Some(admin) = known
            && path.is_dir()
        {
            relink_if_there(&main, repo, &path)?;
            let tree = main.linked(admin, &path).await?;
            if let Some(branch) = repo.saved.as_ref().and_then(|saved| saved.head_ref.as_ref()) {
                let command =
                    tree.command().args(["symbolic-ref", "-m", "switchyard: restore", "HEAD", branch]);
                command.run().await?;
            }
            return Ok(admin.to_owned());
        }
        let Some(saved) = &repo.saved else {
            return Err(Error::conflict(
                "nothing_to_restore",
                format!("Neither files nor branch of {} are left.", path.display()),
            ));
        };
        self.rebuild(layout, record, &main, &path, saved).await
    }

    /// Makes a worktree anew whose folder, or whose entry in the repository, was removed by hand.
    async fn rebuild(
        &self,
        layout: &Layout,
        record: &Record,
        main: &Repository,
        path: &Path,
        saved: &SavedHead,
    ) -> Result<String> {
        let branch = branch_ref(&record.branch);
        let on_branch = saved.head_ref.as_deref() == Some(&branch);
        let short = on_branch.then_some(record.branch.as_str());
        if path.is_dir() {
            // The files are here, only git forgot them: register beside them and take the registration over.
            let beside = tempfile::tempdir_in(layout.scratch()).map_err(disk)?;
            let (admin, _) =
                register_again(&self.git, main, &beside.path().join("tree"), short, &saved.head).await?;
            relink::relink(main, &admin, path)?;
            let tree = main.linked(&admin, path).await?;
            tree.reset_index(&saved.head).await?;
            return Ok(admin);
        }
        let (admin, tree) = register_again(&self.git, main, path, short, &saved.head).await?;
        populate(&tree).await?;
        let stored = stored_in(&tree, &record.refs()).await?;
        if let Some(last) = stored.last().filter(|last| last.head == saved.head) {
            let from = tree.tree_of(&saved.head).await?;
            let index = TemporaryIndex::copy_of(&tree, &layout.scratch())?;
            tree.move_files(&index, &from, &last.tree).await?;
            if let Some(staged) = &last.index {
                tree.reset_index(staged).await?;
            }
        }
        Ok(admin)
    }
}

async fn bring_branch_back(main: &Repository, record: &Record, repo: &RepoRecord) -> Result<()> {
    let branch = branch_ref(&record.branch);
    let Some(tip) = repo.saved.as_ref().and_then(|saved| saved.tip.as_ref()) else { return Ok(()) };
    match main.commit_of(&branch).await? {
        Some(there) if there == *tip => Ok(()),
        Some(_) => Err(branch_exists(main, &record.branch)),
        None => main.update_refs("switchyard: restore", &format!("create {branch} {tip}\n")).await,
    }
}
