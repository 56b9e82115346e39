//! Lock files of git commands that were killed together with their runner.
//!
//! git removes its locks when it is told to end, but not in every moment, and never when it is killed; whoever finds
//! one has to tell whether its maker lives. Here that is known: a runner that starts has no git of its own yet, its
//! predecessor's end with it, and any other git shows where it works.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::layout::Layout;
use super::record::{Record, RepoRecord, Stage};
use crate::git::names::branch_ref;
use crate::git::repository::git_dir_of;

/// How long a git that is at work is waited for; one that a killed runner had started ends by itself.
const PATIENCE: Duration = Duration::from_secs(2);
const PULSE: Duration = Duration::from_millis(10);

/// Removes what killed git commands locked: in what belongs to the workspace alone, and, where an operation was under
/// way, in what it shares with its repository, if the lock is as young as the operation.
pub(super) async fn remove(layout: &Layout, record: &Record) {
    let begun = layout.record(record.workspace).metadata().and_then(|facts| facts.modified()).ok();
    for repo in &record.repos {
        let Some(common) = git_dir_of(repo.repo.repo_path.as_ref()) else { continue };
        let places = [
            record.live(layout, repo),
            record.discarded(layout, repo),
            common.clone(),
            PathBuf::from(&repo.repo.repo_path),
        ];
        let under_way = !matches!(record.stage, Stage::Ready | Stage::Discarded);
        // A git that is about to end may still make one.
        let stays = under_way && git_stays(&places).await;
        let mut left = own_locks(layout, record, repo, &common);
        if under_way {
            left.extend(shared_locks(record, repo, &common).into_iter().filter(|lock| since(lock, begun)));
        }
        if left.is_empty() {
            continue;
        }
        if stays || git_stays(&places).await {
            tracing::warn!(workspace = %record.workspace, ?left, "git is at work there; its locks stay");
            continue;
        }
        for lock in left {
            match std::fs::remove_file(&lock) {
                Ok(()) => tracing::info!(lock = %lock.display(), "removed the lock of a git that was killed"),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!(lock = %lock.display(), %error, "a left lock cannot be removed"),
            }
        }
    }
}

/// Locks in the worktree's own part of the repository, and of refs that are the workspace's.
fn own_locks(layout: &Layout, record: &Record, repo: &RepoRecord, common: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let known = repo.admin.as_ref().map(|admin| common.join("worktrees").join(admin));
    if let Some(own) = known.or_else(|| git_dir_of(&record.live(layout, repo))) {
        locks_in(&own, false, &mut found);
    }
    locks_in(&common.join(record.refs()), true, &mut found);
    let branch = common.join(format!("{}.lock", branch_ref(&record.branch)));
    found.extend(branch.is_file().then_some(branch));
    found
}

/// Locks of the repository's own working tree, of the base branch and of packed refs, which all worktrees share.
fn shared_locks(record: &Record, repo: &RepoRecord, common: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    // Its `HEAD`, its index and the packed refs.
    locks_in(common, false, &mut found);
    let mut bases = vec![repo.repo.base_branch.clone()];
    if let Stage::Merging { plans } = &record.stage {
        bases.extend(plans.iter().map(|plan| plan.base_branch.clone()));
    }
    let locks = bases.iter().map(|base| common.join(format!("{}.lock", branch_ref(base))));
    found.extend(locks.filter(|lock| lock.is_file()));
    found
}

fn locks_in(folder: &Path, deep: bool, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if deep && is_folder {
            locks_in(&path, true, found);
        } else if !is_folder && path.extension().is_some_and(|extension| extension == "lock") {
            found.push(path);
        }
    }
}

/// Whether a lock was made at or after the moment when the operation was written down.
fn since(lock: &Path, begun: Option<SystemTime>) -> bool {
    let made = lock.metadata().and_then(|facts| facts.modified());
    made.is_ok_and(|made| begun.is_some_and(|begun| made >= begun))
}

/// Whether a git is at work in one of these folders and does not end within a moment.
async fn git_stays(places: &[PathBuf]) -> bool {
    let begun = tokio::time::Instant::now();
    while git_at_work(places) {
        if begun.elapsed() > PATIENCE {
            return true;
        }
        tokio::time::sleep(PULSE).await;
    }
    false
}

fn git_at_work(places: &[PathBuf]) -> bool {
    std::fs::read_dir("/proc").into_iter().flatten().flatten().any(|process| {
        let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
        name.starts_with("git")
            && std::fs::read_link(process.path().join("cwd"))
                .is_ok_and(|at| places.iter().any(|place| at.starts_with(place)))
    })
}
