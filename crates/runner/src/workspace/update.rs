//! Bringing the base branch's news into a workspace.
//!
//! Without conflicts, the result is worked out as objects, uncommitted changes included, and then the worktree is
//! moved there. With conflicts that are to be kept, what is not committed is committed and a merge is left in
//! progress: also for a rebase, so that each conflict is resolved once and not again for each commit.

use switchyard_domain::diff::Conflict;
use switchyard_domain::runner::{Updated, WorkspaceSite};
use switchyard_domain::workspace::{CheckpointReason, OnConflict, UpdateStatus, UpdateStrategy};
use switchyard_domain::{Error, Result};

use super::Workspaces;
use super::branch_work::{Combined, commit_tree, replay};
use super::checkpoint::Ignored;
use super::checkpoint_message::Occasion;
use super::diff::conflict;
use super::moving::colliding;
use super::record::Target;
use super::site::OpenRepo;
use crate::git::merge_tree::Merge;
use crate::git::names::branch_ref;
use crate::git::snapshot::Snapshot;

/// What the news comes to in one repo.
enum News {
    None,
    Clean(Target),
    Conflicts(Vec<Conflict>),
}

impl Workspaces {
    /// Brings the base branch's news into the workspace, in all repos or in none unless conflicts are kept.
    ///
    /// # Errors
    /// `Conflict`: `base_branch_missing`, `merge_in_progress`, `rebase_in_progress`, `other_branch_checked_out`,
    /// `no_author`, `files_changing`.
    pub async fn update(
        &self,
        site: &WorkspaceSite,
        strategy: UpdateStrategy,
        on_conflict: OnConflict,
    ) -> Result<Updated> {
        let (ours, site) = (self.clone(), site.clone());
        self.exclusively(site.id, async move { ours.update_now(&site, strategy, on_conflict).await }).await
    }

    async fn update_now(
        &self,
        site: &WorkspaceSite,
        strategy: UpdateStrategy,
        on_conflict: OnConflict,
    ) -> Result<Updated> {
        let mut open = self.open_for_change(site).await?;
        for repo in &open.repos {
            repo.head_on(&open.record.branch).await?;
        }
        let occasion = Occasion::of(CheckpointReason::Rebase);
        let mut saved = self.save_checkpoint(&open, occasion, &Ignored::new()).await?;
        let (mut targets, mut conflicts, mut conflicting) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (repo, snapshot)) in open.repos.iter().zip(&saved.snapshots).enumerate() {
            match self.news(repo, snapshot, site, strategy).await? {
                News::None => {}
                News::Clean(target) => targets.push(target),
                News::Conflicts(found) => {
                    conflicts.extend(found);
                    conflicting.push(at);
                }
            }
        }
        if !conflicts.is_empty() && on_conflict == OnConflict::Abort {
            return Ok(Updated { status: UpdateStatus::Conflicts, conflicts });
        }
        let clean = targets.len();
        for at in &conflicting {
            targets.extend(committed_rest(&open.repos[*at], &saved.snapshots[*at], site).await?);
        }
        if !targets.is_empty() {
            let ignored = colliding(&open, &targets, &saved.snapshots).await?;
            if !ignored.is_empty() {
                saved = self.save_checkpoint(&open, occasion, &ignored).await?;
            }
            self.move_to(&mut open, targets, &saved.snapshots, occasion.reason).await?;
        }
        let mut kept = Vec::new();
        for at in &conflicting {
            kept.extend(keep_conflicts(&open.repos[*at], site).await?);
        }
        let status = match (kept.is_empty(), clean == 0 && conflicting.is_empty()) {
            (false, _) => UpdateStatus::Conflicts,
            (true, true) => UpdateStatus::UpToDate,
            (true, false) => UpdateStatus::Updated,
        };
        Ok(Updated { status, conflicts: kept })
    }

    /// Works out what the worktree becomes; nothing is changed.
    async fn news(
        &self,
        repo: &OpenRepo,
        snapshot: &Snapshot,
        site: &WorkspaceSite,
        strategy: UpdateStrategy,
    ) -> Result<News> {
        let (tree, author) = (&repo.tree, site.author.as_ref());
        let (base, head) = (tree.base_tip(&repo.spec.base_branch).await?, &snapshot.head.commit);
        if tree.contains(head, &base).await? {
            return Ok(News::None);
        }
        let repo_id = repo.spec.repo_id;
        let conflicts = |found: Vec<(String, String)>| {
            News::Conflicts(found.into_iter().map(|(path, kind)| Conflict { repo_id, path, kind }).collect())
        };
        let combined = if tree.contains(&base, head).await? {
            Combined::Tip(base.clone())
        } else if strategy == UpdateStrategy::Rebase {
            replay(tree, &base, head, author).await?
        } else {
            super::branch_work::merge(tree, head, &base, &merge_message(repo, site), author).await?
        };
        let tip = match combined {
            // All of the branch's own commits are in the base by another name.
            Combined::Nothing => base,
            Combined::Tip(tip) => tip,
            Combined::Conflicts(found) => return Ok(conflicts(found)),
        };
        let index = tree.tree_of(&tip).await?;
        let files = if snapshot.tree == tree.tree_of(head).await? {
            index.clone()
        } else {
            let uncommitted = tree.commit_snapshot(&snapshot.tree, &[head], "Uncommitted changes\n").await?;
            match tree.merge_tree(Some(head), &tip, &uncommitted).await? {
                Merge::Clean(files) => files,
                Merge::Conflicts(found) => return Ok(conflicts(found)),
            }
        };
        Ok(News::Clean(Target { repo_id, files, index, head_ref: snapshot.head.branch.clone(), commit: tip }))
    }
}

/// The worktree with a commit of what is not committed, if anything is: a merge needs a clean one.
async fn committed_rest(
    repo: &OpenRepo,
    snapshot: &Snapshot,
    site: &WorkspaceSite,
) -> Result<Option<Target>> {
    let (tree, head) = (&repo.tree, &snapshot.head.commit);
    if snapshot.tree == tree.tree_of(head).await? {
        return Ok(None);
    }
    let message = format!("Work before merging {}", repo.spec.base_branch);
    let commit = commit_tree(tree, &snapshot.tree, &[head], &message, site.author.as_ref()).await?;
    Ok(Some(Target {
        repo_id: repo.spec.repo_id,
        files: snapshot.tree.clone(),
        index: snapshot.tree.clone(),
        head_ref: snapshot.head.branch.clone(),
        commit,
    }))
}

/// Leaves a merge with its conflict markers in the files.
async fn keep_conflicts(repo: &OpenRepo, site: &WorkspaceSite) -> Result<Vec<Conflict>> {
    let tree = &repo.tree;
    let base = branch_ref(&repo.spec.base_branch);
    let command =
        tree.command().author(site.author.as_ref()).args(["merge", "--quiet", "--no-verify", "--no-stat"]);
    let command =
        command.args(["--no-autostash", "--no-overwrite-ignore", "--no-edit", "--no-squash", "--ff"]);
    let output = command.args(["-m", &merge_message(repo, site), &base]).output().await?;
    let status = tree.status().await?;
    let conflicts: Vec<_> =
        status.conflicts().map(|(path, kind)| conflict(repo.spec.repo_id, path, kind)).collect();
    if output.code != 0 && conflicts.is_empty() {
        if output.stderr.contains("would be overwritten") {
            let message = format!(
                "Files in {} are in the way of the merge.\n{}",
                tree.work_tree.display(),
                output.stderr
            );
            return Err(Error::conflict("files_in_the_way", message));
        }
        return Err(output.failure());
    }
    Ok(conflicts)
}

fn merge_message(repo: &OpenRepo, site: &WorkspaceSite) -> String {
    format!("Merge branch '{}' into {}", repo.spec.base_branch, site.branch)
}
