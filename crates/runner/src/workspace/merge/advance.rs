//! Moving a base branch, with the checkouts that have it checked out.
//!
//! A checkout is moved as `git merge --ff-only` would: files that the merge does not touch stay as they are, changed
//! or not; if one that it touches is changed, nothing is done. Files go first and the ref last, because a kill in
//! between then leaves the merged files staged rather than a merge that looks undone.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use switchyard_domain::{Error, Result};
use tokio::time::{Instant, sleep};

use super::super::record::MergePlan;
use super::super::steps::Steps;
use crate::files::beneath::Folder;
use crate::git::Repository;
use crate::git::names::branch_ref;
use crate::git::snapshot::TemporaryIndex;

/// How long another git that has a checkout locked is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
const PULSE: Duration = Duration::from_millis(20);
/// Files that an error names.
const MOST_NAMED: usize = 20;

/// What became of a base branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Advanced {
    Done,
    /// It is not where the plan began.
    BaseMoved,
}

/// Checks that the base branch can move: nothing that the move writes is changed in a checkout. What is looked at here is
/// the person's, and is only read; `scratch` is a folder for temporary files.
pub(super) async fn check(tree: &Repository, plan: &MergePlan, scratch: &Path) -> Result<()> {
    let base = branch_ref(&plan.base_branch);
    if let Some(at) = tree.rebasing(&base) {
        return Err(Error::conflict(
            "base_busy",
            format!(
                "`{}` is being rebased (see {}). Finish or abort the rebase, then merge again.",
                plan.base_branch,
                at.display()
            ),
        ));
    }
    for checkout in checkouts(tree, &base).await? {
        check_checkout(&checkout, plan, scratch).await?;
    }
    Ok(())
}

/// Moves the base branch and its checkouts; what is moved already is passed over.
pub(super) async fn advance(tree: &Repository, plan: &MergePlan, steps: &Steps) -> Result<Advanced> {
    let base = branch_ref(&plan.base_branch);
    match tree.commit_of(&base).await? {
        Some(tip) if tip == plan.new => return Ok(Advanced::Done),
        Some(tip) if tip == plan.old => {}
        // A merge that was killed after its last step may have been followed by more commits.
        Some(tip) if tree.contains(&tip, &plan.new).await? => return Ok(Advanced::Done),
        _ => return Ok(Advanced::BaseMoved),
    }
    let checkouts = checkouts(tree, &base).await?;
    for (at, checkout) in checkouts.iter().enumerate() {
        if let Err(error) = move_checkout(checkout, &plan.old, &plan.new).await {
            move_back(&checkouts[..at], plan).await?;
            return Err(error);
        }
        steps.passed("merge: checkout moved");
    }
    let reason = format!("switchyard: merge {}", plan.tip);
    let moved = tree.update_refs(&reason, &format!("update {base} {} {}\n", plan.new, plan.old)).await;
    if let Err(error) = moved {
        move_back(&checkouts, plan).await?;
        return if tree.commit_of(&base).await?.as_ref() == Some(&plan.old) {
            Err(error)
        } else {
            Ok(Advanced::BaseMoved)
        };
    }
    steps.passed("merge: base moved");
    Ok(Advanced::Done)
}

async fn move_back(checkouts: &[Repository], plan: &MergePlan) -> Result<()> {
    for checkout in checkouts {
        move_checkout(checkout, &plan.new, &plan.old).await?;
    }
    Ok(())
}

/// The working trees that have the branch checked out.
pub(super) async fn checkouts(tree: &Repository, base: &str) -> Result<Vec<Repository>> {
    let paths: Vec<PathBuf> = tree
        .checkouts()
        .await?
        .into_iter()
        .filter(|checkout| checkout.branch.as_deref() == Some(base) && checkout.path.is_dir())
        .map(|checkout| checkout.path)
        .collect();
    let mut found = Vec::with_capacity(paths.len());
    for path in paths {
        found.push(tree.sibling(&path).await?);
    }
    Ok(found)
}

async fn check_checkout(checkout: &Repository, plan: &MergePlan, scratch: &Path) -> Result<()> {
    // Both lock the index. A kill can leave such a lock, and no plan is written yet that would tell whose it is.
    let index = TemporaryIndex::copy_of(checkout, scratch)?;
    let in_copy = |arguments: &[&str]| checkout.command().index(&index.path()).args(arguments);
    in_copy(&["update-index", "--refresh"]).output().await?.expect(&[0, 1])?;
    let dry = in_copy(&["read-tree", "-n", "-m", "-u", &plan.old, &plan.new]).output().await?;
    let status = if dry.code == 0 { None } else { Some(checkout.status().await?) };
    let mut in_the_way = Vec::new();
    if let Some(status) = status {
        let touched = diff_paths(checkout, plan, None).await?;
        let touched: HashSet<&[u8]> = touched.split(|byte| *byte == 0).collect();
        let changed = status.changed.iter().map(|file| &file.path);
        let files = changed.chain(&status.untracked).filter(|path| touched.contains(&path[..]));
        in_the_way.extend(files.map(|path| String::from_utf8_lossy(path).into_owned()));
        if in_the_way.is_empty() {
            in_the_way.push(dry.stderr.lines().next().unwrap_or_default().to_owned());
        }
    } else {
        // git would overwrite ignored files without a word.
        in_the_way.extend(ignored_in_the_way(checkout, plan).await?);
    }
    if in_the_way.is_empty() {
        return Ok(());
    }
    let more = in_the_way.len().saturating_sub(MOST_NAMED);
    in_the_way.truncate(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(Error::conflict(
        "base_dirty",
        format!(
            "`{}` is checked out in {}, with changes that the merge would overwrite: {}{more}. Commit, stash or move \
             them, then merge again. Nothing was changed.",
            plan.base_branch,
            checkout.work_tree.display(),
            in_the_way.join(", ")
        ),
    ))
}

/// Files that the move adds and that are there already, unknown to git.
async fn ignored_in_the_way(checkout: &Repository, plan: &MergePlan) -> Result<Vec<String>> {
    let added = diff_paths(checkout, plan, Some("--diff-filter=A")).await?;
    let root = Folder::open(&checkout.work_tree)?;
    let there = added.split(|byte| *byte == 0).filter(|path| !path.is_empty() && root.size(path).is_some());
    let there: Vec<&[u8]> = there.collect();
    if there.is_empty() {
        return Ok(Vec::new());
    }
    // What is staged with the very content that the merge brings is in nobody's way; git has checked that.
    let tracked = checkout.command().args(["ls-files", "-z"]).bytes().await?;
    let tracked: HashSet<&[u8]> = tracked.split(|byte| *byte == 0).collect();
    let unknown = there.into_iter().filter(|path| !tracked.contains(path));
    Ok(unknown.map(|path| String::from_utf8_lossy(path).into_owned()).collect())
}

pub(super) async fn diff_paths(
    checkout: &Repository,
    plan: &MergePlan,
    filter: Option<&str>,
) -> Result<Vec<u8>> {
    let command = checkout.bare_command().args(["diff-tree", "-r", "-z", "--name-only", "--no-renames"]);
    command.args(filter).args([&plan.old, &plan.new]).bytes().await
}

async fn move_checkout(checkout: &Repository, from: &str, to: &str) -> Result<()> {
    refresh(checkout).await?;
    let output = checkout.command().args(["read-tree", "-m", "-u", from, to]).output().await?;
    if output.code != 0 && (output.stderr.contains("not uptodate") || output.stderr.contains("would be ")) {
        let message = format!(
            "Files in {} changed while the merge was under way, and are not overwritten. Try again.",
            checkout.work_tree.display()
        );
        return Err(Error::conflict("base_dirty", message).caused_by(output.failure()));
    }
    output.expect(&[0]).map(drop)
}

/// Lets the index know which files are as they were: git compares times before it compares content. Waits a moment for
/// another git that has it locked, as editors do again and again.
pub(super) async fn refresh(checkout: &Repository) -> Result<()> {
    let begun = Instant::now();
    loop {
        // Not quietly: git would not even say that the index is locked.
        let output = checkout.command().args(["update-index", "--refresh"]).output().await?;
        match output.expect(&[0, 1]) {
            Err(error) if error.code == "repository_locked" && begun.elapsed() < PATIENCE => {
                sleep(PULSE).await;
            }
            other => return other.map(drop),
        }
    }
}
