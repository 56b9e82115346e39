//! Going back to a checkpoint.

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::{Checkpoint, CheckpointReason};
use switchyard_domain::{Error, Result};

use super::Workspaces;
use super::checkpoint::{Ignored, stored_of_all};
use super::checkpoint_message::Occasion;
use super::moving::colliding;
use super::record::Target;

impl Workspaces {
    /// Takes a checkpoint, which is returned, then puts files, index and branch back to how checkpoint `number` has
    /// them. Ignored files stay, unless the checkpoint has a file at their place; then they are saved first.
    ///
    /// # Errors
    /// `NotFound` where there is no such checkpoint. `Conflict`: `files_changing`, and as for checkpoints.
    pub async fn rewind(&self, site: &WorkspaceSite, number: u32) -> Result<Checkpoint> {
        let (ours, site) = (self.clone(), site.clone());
        self.exclusively(site.id, async move {
            let mut open = ours.open_for_change(&site).await?;
            let stored = stored_of_all(&open).await?;
            let mut targets = Vec::with_capacity(open.repos.len());
            for (repo, stored) in open.repos.iter().zip(&stored) {
                let to = stored.iter().find(|part| part.number == number).ok_or_else(Error::not_found)?;
                targets.push(Target {
                    repo_id: repo.spec.repo_id,
                    files: to.tree.clone(),
                    // An index with conflicts cannot be stored as a tree; its files are, markers included.
                    index: match &to.index {
                        Some(index) => index.clone(),
                        None => repo.tree.tree_of(&to.head).await?,
                    },
                    head_ref: to.head_ref.clone(),
                    commit: to.head.clone(),
                });
            }
            let occasion = Occasion::of(CheckpointReason::Rewind);
            let mut saved = ours.save_checkpoint(&open, occasion, &Ignored::new()).await?;
            let ignored = colliding(&open, &targets, &saved.snapshots).await?;
            if !ignored.is_empty() {
                saved = ours.save_checkpoint(&open, occasion, &ignored).await?;
            }
            ours.move_to(&mut open, targets, &saved.snapshots, occasion.reason).await?;
            Ok(saved.checkpoint)
        })
        .await
    }
}
