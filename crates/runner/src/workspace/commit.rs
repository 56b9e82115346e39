//! Committing what is not committed.

use std::io::{BufRead, BufReader};

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::RepoCommit;
use switchyard_domain::{Error, Result};

use super::Workspaces;
use super::diff::conflict;
use super::site::OpenRepo;
use crate::files::beneath::{Folder, Links};
use crate::git::repository::InProgress;
use crate::git::status::Status;

impl Workspaces {
    /// Commits everything that is not committed, in each repo that has something; concludes a merge whose conflicts
    /// are resolved.
    ///
    /// # Errors
    /// `Conflict`: `unresolved_conflicts` with the paths, `rebase_in_progress`, `no_author`, `repository_locked`.
    /// `Invalid`: the message is empty.
    pub async fn commit(&self, site: &WorkspaceSite, message: &str) -> Result<Vec<RepoCommit>> {
        check_message(message)?;
        let (ours, site, message) = (self.clone(), site.clone(), message.to_owned());
        self.exclusively(site.id, async move {
            let open = ours.open_for_change(&site).await?;
            let mut dirty = Vec::new();
            for repo in &open.repos {
                let progress = repo.tree.in_progress();
                if progress == Some(InProgress::Rebase) {
                    repo.nothing_in_progress()?;
                }
                let status = repo.tree.status().await?;
                check_resolved(repo, &status)?;
                if progress.is_some() || !status.is_clean() {
                    dirty.push(repo);
                }
            }
            let mut commits = Vec::with_capacity(dirty.len());
            for repo in dirty {
                commits.extend(commit_all(repo, &site, &message).await?);
            }
            Ok(commits)
        })
        .await
    }
}

/// Checks a commit message.
pub(super) fn check_message(message: &str) -> Result<()> {
    if message.trim().is_empty() || message.contains('\0') {
        return Err(Error::invalid("message", "A commit needs a message."));
    }
    Ok(())
}

/// Commits everything in one worktree, on its own index.
async fn commit_all(repo: &OpenRepo, site: &WorkspaceSite, message: &str) -> Result<Option<RepoCommit>> {
    let before = repo.tree.head().await?.commit;
    repo.tree.command().args(["add", "--all"]).run().await?;
    let command = repo.tree.command().author(site.author.as_ref());
    let command =
        command.args(["commit", "--quiet", "--no-verify", "--no-status", "--cleanup=whitespace", "-F", "-"]);
    let output = command.input(message).output().await?;
    // What was not clean may come to nothing: a file that is back to what it was.
    let nothing =
        output.code == 1 && repo.tree.head().await?.commit == before && repo.tree.status().await?.is_clean();
    if nothing {
        return Ok(None);
    }
    output.expect(&[0])?;
    let commit = repo.tree.head().await?.commit;
    Ok(Some(RepoCommit { repo_id: repo.spec.repo_id, commit }))
}

/// Refuses while files that conflicted still have their markers.
fn check_resolved(repo: &OpenRepo, status: &Status) -> Result<()> {
    let root = Folder::open(&repo.tree.work_tree)?;
    let unresolved = status.conflicts().filter(|(path, _)| {
        let file = root.file(path, Links::Within).ok();
        file.is_some_and(|file| has_markers(BufReader::new(file)))
    });
    let unresolved: Vec<_> = unresolved.map(|(path, kind)| conflict(repo.spec.repo_id, path, kind)).collect();
    if unresolved.is_empty() {
        return Ok(());
    }
    let paths: Vec<&str> = unresolved.iter().map(|conflict| conflict.path.as_str()).collect();
    let message = format!("Conflict markers are left in {}. Resolve them, then commit.", paths.join(", "));
    Err(Error::conflict("unresolved_conflicts", message).with_conflicts(unresolved))
}

fn has_markers(mut text: impl BufRead) -> bool {
    let (mut line, mut opened) = (Vec::new(), false);
    while text.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        opened |= line.starts_with(b"<<<<<<< ");
        if opened && line.starts_with(b">>>>>>> ") {
            return true;
        }
        line.clear();
    }
    false
}
