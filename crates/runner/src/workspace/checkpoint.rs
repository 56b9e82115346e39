//! Checkpoints: snapshots under hidden refs, one number for all repos of a workspace.

use std::collections::HashMap;

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::{Checkpoint, CheckpointReason, RepoCommit};
use switchyard_domain::{Error, RepoId, Result, SessionId};

use super::Workspaces;
use super::checkpoint_message::{FORMAT, Occasion, Stored, message, parse};
use super::site::{OpenRepo, OpenSite};
use crate::git::Repository;
use crate::git::snapshot::Snapshot;

/// Paths, by repo, that are saved although git ignores them.
pub(super) type Ignored = HashMap<RepoId, Vec<Vec<u8>>>;

/// A checkpoint with the snapshots that it was made of, in the order of the site's repos.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) checkpoint: Checkpoint,
    pub(super) snapshots: Vec<Snapshot>,
}

impl Workspaces {
    /// Saves the workspace's files as they are. Where nothing changed since the last checkpoint, that one is returned.
    ///
    /// # Errors
    /// `Conflict`: `worktree_missing`, `repository_missing`, `workspace_discarded`. `Unavailable`: `disk_full`.
    pub async fn checkpoint(&self, site: &WorkspaceSite, reason: CheckpointReason) -> Result<Checkpoint> {
        self.checkpoint_on(site, Occasion::of(reason)).await
    }

    /// Saves the files as an agent's turn left them.
    ///
    /// # Errors
    /// As [`Self::checkpoint`].
    pub async fn checkpoint_turn(
        &self,
        site: &WorkspaceSite,
        session: SessionId,
        turn: u32,
    ) -> Result<Checkpoint> {
        self.checkpoint_on(site, Occasion { reason: CheckpointReason::Turn, session: Some(session), turn })
            .await
    }

    async fn checkpoint_on(&self, site: &WorkspaceSite, occasion: Occasion) -> Result<Checkpoint> {
        let (ours, site) = (self.clone(), site.clone());
        self.exclusively(site.id, async move {
            let open = ours.open_for_change(&site).await?;
            Ok(ours.save_checkpoint(&open, occasion, &Ignored::new()).await?.checkpoint)
        })
        .await
    }

    /// Checkpoints, newest first.
    ///
    /// # Errors
    /// As [`Self::checkpoint`].
    pub async fn checkpoints(&self, site: &WorkspaceSite) -> Result<Vec<Checkpoint>> {
        let open = self.open_site(site).await?;
        let stored = stored_of_all(&open).await?;
        let mut checkpoints: Vec<Checkpoint> =
            stored[0].iter().filter_map(|first| whole(&open.repos, &stored, first.number)).collect();
        checkpoints.reverse();
        Ok(checkpoints)
    }

    /// Takes a checkpoint of an open workspace.
    pub(super) async fn save_checkpoint(
        &self,
        open: &OpenSite,
        occasion: Occasion,
        ignored: &Ignored,
    ) -> Result<Saved> {
        let scratch = open.layout.scratch();
        let none = Vec::new();
        let mut snapshots = Vec::with_capacity(open.repos.len());
        for repo in &open.repos {
            let ignored = ignored.get(&repo.spec.repo_id).unwrap_or(&none);
            snapshots.push(repo.tree.snapshot(&scratch, ignored).await?);
        }
        let stored = stored_of_all(open).await?;
        let number = stored.iter().flatten().map(|checkpoint| checkpoint.number).max().unwrap_or(0);
        let unchanged = stored
            .iter()
            .zip(&snapshots)
            .all(|(stored, now)| stored.last().is_some_and(|last| last.number == number && holds(last, now)));
        if unchanged && let Some(checkpoint) = whole(&open.repos, &stored, number) {
            return Ok(Saved { checkpoint, snapshots });
        }
        let number = number + 1;
        let prefix = open.record.refs();
        for (repo, snapshot) in open.repos.iter().zip(&snapshots) {
            let commit = commit(&repo.tree, number, occasion, snapshot).await?;
            let create = format!("create {prefix}/checkpoints/{number} {commit}\n");
            repo.tree.update_refs("switchyard: checkpoint", &create).await?;
        }
        self.steps.passed("checkpoint: saved");
        let stored = stored_of_all(open).await?;
        let checkpoint = whole(&open.repos, &stored, number)
            .ok_or_else(|| Error::internal(format!("checkpoint {number} is not there after it was made")))?;
        Ok(Saved { checkpoint, snapshots })
    }
}

/// Stored parts by repo, in the order of the site's repos; the lowest number first.
pub(super) async fn stored_of_all(open: &OpenSite) -> Result<Vec<Vec<Stored>>> {
    let prefix = open.record.refs();
    let mut all = Vec::with_capacity(open.repos.len());
    for repo in &open.repos {
        all.push(stored_in(&repo.tree, &prefix).await?);
    }
    Ok(all)
}

/// The checkpoints that one repository holds; the lowest number first.
pub(super) async fn stored_in(repository: &Repository, prefix: &str) -> Result<Vec<Stored>> {
    let refs = format!("{prefix}/checkpoints/");
    Ok(parse(&repository.bare_command().args(["for-each-ref", FORMAT, &refs]).text().await?))
}

/// A checkpoint, if all repos have their part of it: a kill may have come between two.
fn whole(repos: &[OpenRepo], stored: &[Vec<Stored>], number: u32) -> Option<Checkpoint> {
    let parts = stored.iter().map(|stored| stored.iter().find(|part| part.number == number));
    let parts = parts.collect::<Option<Vec<&Stored>>>()?;
    let first = parts.first()?;
    Some(Checkpoint {
        number,
        session_id: first.occasion.session,
        turn: first.occasion.turn,
        commits: repos
            .iter()
            .zip(&parts)
            .map(|(repo, part)| RepoCommit { repo_id: repo.spec.repo_id, commit: part.commit.clone() })
            .collect(),
        reason: first.occasion.reason,
        created_at: first.at,
    })
}

fn holds(stored: &Stored, now: &Snapshot) -> bool {
    stored.tree == now.tree
        && stored.head == now.head.commit
        && stored.head_ref == now.head.branch
        && stored.index == now.index_tree
}

/// Makes a checkpoint's commit. The index is a second parent where nothing else would keep its tree.
async fn commit(tree: &Repository, number: u32, occasion: Occasion, snapshot: &Snapshot) -> Result<String> {
    let index = snapshot.index_tree.as_deref();
    let message = message(number, occasion, snapshot.head.branch.as_deref(), index);
    let mut parents = vec![snapshot.head.commit.clone()];
    if let Some(index) = index
        && index != snapshot.tree
        && index != tree.tree_of(&snapshot.head.commit).await?
    {
        parents.push(tree.commit_snapshot(index, &[&snapshot.head.commit], "Index\n").await?);
    }
    let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
    tree.commit_snapshot(&snapshot.tree, &parents, &message).await
}
