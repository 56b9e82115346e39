//! Opening the worktrees of a workspace.

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{Error, Result};

use super::layout::{Layout, check_repo_name, folder_name};
use super::record::{Record, RepoRecord, Stage};
use super::{Workspaces, relink};
use crate::git::names::{branch_ref, check_branch};
use crate::git::repository::{InProgress, worktree_missing};
use crate::git::{Head, Repository};

/// A workspace whose worktrees are there.
#[derive(Debug)]
pub(super) struct OpenSite {
    pub(super) layout: Layout,
    pub(super) record: Record,
    pub(super) repos: Vec<OpenRepo>,
}

/// A worktree with what the caller says of it.
#[derive(Debug)]
pub(super) struct OpenRepo {
    pub(super) spec: WorkspaceRepo,
    pub(super) tree: Repository,
}

impl Workspaces {
    /// Opens a workspace that can be worked in.
    pub(super) async fn open_site(&self, site: &WorkspaceSite) -> Result<OpenSite> {
        let layout = self.layout(site.user_id);
        let record = match Record::load(&layout, site.id)? {
            Some(record) => record,
            None => self.adopt(site, &layout).await?,
        };
        match record.stage {
            Stage::Ready | Stage::Moving { .. } | Stage::Merging { .. } => {}
            Stage::Making { .. } => {
                return Err(Error::conflict(
                    "workspace_not_made",
                    "The workspace is still being made. Try again soon.",
                ));
            }
            _ => return Err(discarded()),
        }
        let mut repos = Vec::with_capacity(record.repos.len());
        for known in &record.repos {
            let path = record.live(&layout, known);
            let main = Repository::open(&self.git, known.repo.repo_path.as_ref()).await?;
            let admin = known.admin.as_deref().ok_or_else(|| worktree_missing(&path))?;
            let tree = main.linked(admin, &path).await?;
            let named = site.repos.iter().find(|repo| repo.repo_id == known.repo.repo_id);
            let mut spec = known.repo.clone();
            if let Some(named) = named {
                // The base may have been changed since; what the server says now holds.
                check_branch(&named.base_branch)?;
                spec.base_branch.clone_from(&named.base_branch);
            }
            repos.push(OpenRepo { spec, tree });
        }
        Ok(OpenSite { layout, record, repos })
    }

    /// Writes the record of a workspace whose worktrees are where we would have made them, but whose record is lost.
    pub(super) async fn adopt(&self, site: &WorkspaceSite, layout: &Layout) -> Result<Record> {
        let unknown =
            || Error::conflict("workspace_unknown", "The runner has not made this workspace. Make it first.");
        check_branch(&site.branch)?;
        let folder = folder_name(site);
        let mut repos = Vec::with_capacity(site.repos.len());
        for repo in &site.repos {
            check_repo_name(&repo.name)?;
            let path = layout.live(&folder).join(&repo.name);
            if !path.is_dir() {
                return Err(unknown());
            }
            let main = Repository::open(&self.git, repo.repo_path.as_ref()).await?;
            let admin = main.linked_name(&path).ok_or_else(unknown)?;
            let mut repo = repo.clone();
            repo.path = path.to_string_lossy().into_owned();
            repos.push(RepoRecord { repo, admin: Some(admin), saved: None, merged: None });
        }
        if repos.is_empty() {
            return Err(unknown());
        }
        let (workspace, user, branch) = (site.id, site.user_id, site.branch.clone());
        let record = Record { workspace, user, branch, folder, stage: Stage::Ready, repos };
        layout.prepare()?;
        record.save(layout).await?;
        Ok(record)
    }
}

impl OpenSite {
    /// Enters a stage, durably.
    pub(super) async fn enter(&mut self, stage: Stage) -> Result<()> {
        self.record.stage = stage;
        self.record.save(&self.layout).await
    }

    pub(super) fn repo(&self, id: switchyard_domain::RepoId) -> Result<&OpenRepo> {
        self.repos.iter().find(|repo| repo.spec.repo_id == id).ok_or_else(Error::not_found)
    }

    /// The branch of the workspace as a full ref.
    pub(super) fn branch_ref(&self) -> String {
        branch_ref(&self.record.branch)
    }
}

impl OpenRepo {
    /// `HEAD`, which must be the workspace's branch with nothing half done.
    pub(super) async fn head_on(&self, branch: &str) -> Result<Head> {
        self.nothing_in_progress()?;
        let head = self.tree.head().await?;
        if head.branch.as_deref() == Some(&branch_ref(branch)) {
            return Ok(head);
        }
        let now = head.branch.as_deref().map_or("no branch", |name| name.trim_start_matches("refs/heads/"));
        Err(Error::conflict(
            "other_branch_checked_out",
            format!(
                "The worktree {} has {now} checked out instead of `{branch}`. Run `git switch {branch}` there, after \
                 bringing over what you want to keep, and try again.",
                self.tree.work_tree.display()
            ),
        ))
    }

    /// Refuses while a merge, rebase, cherry-pick or revert waits to be finished.
    pub(super) fn nothing_in_progress(&self) -> Result<()> {
        let at = self.tree.work_tree.display();
        match self.tree.in_progress() {
            None => Ok(()),
            Some(InProgress::Merge) => Err(Error::conflict(
                "merge_in_progress",
                format!("A merge waits to be finished in {at}. Resolve its conflicts and commit, or rewind."),
            )),
            Some(InProgress::Rebase) => Err(Error::conflict(
                "rebase_in_progress",
                format!("A rebase waits in {at}. Run `git rebase --continue` or `git rebase --abort` there."),
            )),
            Some(InProgress::CherryPick | InProgress::Revert) => Err(Error::conflict(
                "pick_in_progress",
                format!(
                    "A cherry-pick or revert waits in {at}. Resolve its conflicts and commit, or rewind."
                ),
            )),
        }
    }
}

/// The error for what cannot be done with a workspace in the trash.
pub(super) fn discarded() -> Error {
    Error::conflict("workspace_discarded", "The workspace is in the trash. Restore it first.")
}

/// Opens the repository that a record names, if it is still there.
pub(super) async fn main_repository(
    workspaces: &Workspaces,
    repo: &RepoRecord,
) -> Result<Option<Repository>> {
    match Repository::open(&workspaces.git, repo.repo.repo_path.as_ref()).await {
        Ok(main) => Ok(Some(main)),
        Err(error) if error.code == "repository_missing" => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes worktree and repository know each other, where both are there.
pub(super) fn relink_if_there(
    main: &Repository,
    repo: &RepoRecord,
    work_tree: &std::path::Path,
) -> Result<()> {
    match &repo.admin {
        Some(admin) if work_tree.is_dir() && main.admin_dir(admin).is_dir() => {
            relink::relink(main, admin, work_tree)
        }
        _ => Ok(()),
    }
}
