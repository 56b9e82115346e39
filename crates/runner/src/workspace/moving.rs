//! Bringing worktrees to a stored state: files, then branch, then index.
//!
//! The state is written down before the first change, and everything that it replaces is in a checkpoint. A move that
//! was killed is taken up again from whatever is on the disk, after another checkpoint.

use switchyard_domain::Result;
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::CheckpointReason;

use super::Workspaces;
use super::checkpoint::Ignored;
use super::checkpoint_message::Occasion;
use super::record::{Stage, Target};
use super::site::{OpenRepo, OpenSite};
use crate::files::beneath::Folder;
use crate::git::failure::disk;
use crate::git::repository::InProgress;
use crate::git::snapshot::Snapshot;

impl Workspaces {
    /// Opens a workspace to change it; what a killed runner left half done is finished first.
    pub(super) async fn open_for_change(&self, site: &WorkspaceSite) -> Result<OpenSite> {
        let mut open = self.open_site(site).await?;
        match open.record.stage.clone() {
            Stage::Moving { targets, reason } => self.finish_move(&mut open, targets, reason).await?,
            Stage::Merging { plans } => self.finish_merge(&mut open, &plans).await?,
            _ => {}
        }
        Ok(open)
    }

    /// Brings the worktrees to `targets`, for `reason`. `snapshots` are of now, and saved.
    pub(super) async fn move_to(
        &self,
        open: &mut OpenSite,
        targets: Vec<Target>,
        snapshots: &[Snapshot],
        reason: CheckpointReason,
    ) -> Result<()> {
        open.enter(Stage::Moving { targets: targets.clone(), reason }).await?;
        self.steps.passed("move: planned");
        let mut moved = Ok(());
        for target in &targets {
            let found =
                open.repos.iter().zip(snapshots).find(|(repo, _)| repo.spec.repo_id == target.repo_id);
            let Some((repo, snapshot)) = found else { continue };
            moved = self.move_one(repo, target, snapshot).await;
            if moved.is_err() {
                break;
            }
        }
        // A failed move is told and not taken up again by itself: what it replaced is in the checkpoint.
        open.enter(Stage::Ready).await?;
        self.steps.passed("move: done");
        moved
    }

    async fn move_one(&self, repo: &OpenRepo, target: &Target, snapshot: &Snapshot) -> Result<()> {
        repo.tree.move_files(&snapshot.index, &snapshot.tree, &target.files).await?;
        self.steps.passed("move: files");
        leave_in_progress(repo).await?;
        let reason = "switchyard: move";
        match &target.head_ref {
            Some(branch) => {
                repo.tree.command().args(["symbolic-ref", "-m", reason, "HEAD", branch]).run().await?;
                repo.tree.command().args(["update-ref", "-m", reason, "HEAD", &target.commit]).run().await?;
            }
            None => {
                let command = repo.tree.command().args(["update-ref", "-m", reason, "--no-deref", "HEAD"]);
                command.arg(&target.commit).run().await?;
            }
        }
        self.steps.passed("move: branch");
        repo.tree.reset_index(&target.index).await?;
        self.steps.passed("move: index");
        Ok(())
    }

    /// Takes up a move that was killed.
    pub(super) async fn finish_move(
        &self,
        open: &mut OpenSite,
        targets: Vec<Target>,
        reason: CheckpointReason,
    ) -> Result<()> {
        let occasion = Occasion::of(reason);
        let saved = self.save_checkpoint(open, occasion, &Ignored::new()).await?;
        let ignored = colliding(open, &targets, &saved.snapshots).await?;
        let saved =
            if ignored.is_empty() { saved } else { self.save_checkpoint(open, occasion, &ignored).await? };
        self.move_to(open, targets, &saved.snapshots, reason).await
    }
}

/// Ignored files that stand where a target puts files: to be saved before they are replaced.
pub(super) async fn colliding(
    open: &OpenSite,
    targets: &[Target],
    snapshots: &[Snapshot],
) -> Result<Ignored> {
    let mut colliding = Ignored::new();
    for (repo, snapshot) in open.repos.iter().zip(snapshots) {
        let Some(target) = targets.iter().find(|target| target.repo_id == repo.spec.repo_id) else {
            continue;
        };
        let paths = existing(repo, &snapshot.tree, &target.files).await?;
        if !paths.is_empty() {
            colliding.insert(repo.spec.repo_id, paths);
        }
    }
    Ok(colliding)
}

/// Paths that `to` adds to `from` and at which, or above which, a file stands on the disk.
async fn existing(repo: &OpenRepo, from: &str, to: &str) -> Result<Vec<Vec<u8>>> {
    let command = repo.tree.bare_command().args([
        "diff-tree",
        "-r",
        "-z",
        "--name-only",
        "--no-renames",
        "--diff-filter=A",
    ]);
    let added = command.args([from, to]).bytes().await?;
    let root = Folder::open(&repo.tree.work_tree)?;
    let mut found: Vec<Vec<u8>> = Vec::new();
    for path in added.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        let above = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &path[..at]);
        let blocked = above
            .filter(|part| root.is_file_or_link(part))
            .chain([path])
            .find(|part| root.size(part).is_some());
        if let Some(part) = blocked
            && found.last().is_none_or(|last| last != part)
        {
            found.push(part.to_vec());
        }
    }
    Ok(found)
}

/// Ends a merge, rebase or the like without touching files: they are in the checkpoint.
async fn leave_in_progress(repo: &OpenRepo) -> Result<()> {
    match repo.tree.in_progress() {
        None => Ok(()),
        Some(InProgress::Rebase) => repo.tree.command().args(["rebase", "--quit"]).run().await,
        Some(_) => {
            for name in
                ["MERGE_HEAD", "MERGE_MODE", "MERGE_MSG", "AUTO_MERGE", "CHERRY_PICK_HEAD", "REVERT_HEAD"]
            {
                match std::fs::remove_file(repo.tree.git_dir.join(name)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(disk(error)),
                    _ => {}
                }
            }
            Ok(())
        }
    }
}
