//! Checkouts whose move was killed.
//!
//! git writes a checkout's files first and its index last. A move that was killed in between leaves files of the merge
//! that the index does not know, and git would take them for somebody's changes and refuse to go on.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use switchyard_domain::Result;

use super::super::record::MergePlan;
use super::advance::{checkouts, diff_paths, refresh};
use crate::files::beneath::{Folder, Links};
use crate::git::Repository;
use crate::git::names::branch_ref;
use crate::git::snapshot::TemporaryIndex;

/// Lets the index know what a killed move of the base branch's checkouts wrote already, and completes the file it was
/// at. A file that has neither what the merge brings nor the beginning of it is somebody's, and stays as it is.
pub(super) async fn settle(tree: &Repository, plan: &MergePlan, scratch: &Path) -> Result<()> {
    let base = branch_ref(&plan.base_branch);
    if tree.commit_of(&base).await?.as_ref() != Some(&plan.old) {
        return Ok(());
    }
    for checkout in checkouts(tree, &base).await? {
        settle_checkout(&checkout, plan, scratch).await?;
    }
    Ok(())
}

async fn settle_checkout(checkout: &Repository, plan: &MergePlan, scratch: &Path) -> Result<()> {
    refresh(checkout).await?;
    let root = Folder::open(&checkout.work_tree)?;
    let touched = diff_paths(checkout, plan, None).await?;
    let changed = checkout.command().args(["diff-files", "--name-only", "-z"]).bytes().await?;
    let tracked = checkout.command().args(["ls-files", "-z"]).bytes().await?;
    let (changed, tracked) = (set(&changed), set(&tracked));
    let suspects: Vec<&[u8]> = paths(&touched)
        .filter(|path| changed.contains(path) || (!tracked.contains(path) && root.size(path).is_some()))
        .collect();
    if suspects.is_empty() {
        return Ok(());
    }

    let index = TemporaryIndex::copy_of(checkout, scratch)?;
    let with_new = |arguments: &[&str]| checkout.command().index(&index.path()).args(arguments);
    with_new(&["read-tree", &plan.new]).run().await?;
    with_new(&["update-index", "--refresh"]).output().await?.expect(&[0, 1])?;
    let unlike_new = with_new(&["diff-files", "--name-only", "-z"]).bytes().await?;
    let unlike_new = set(&unlike_new);
    let entries =
        checkout.bare_command().args(["ls-tree", "-r", "-z", "--full-tree", &plan.new]).bytes().await?;
    let entries: HashMap<&[u8], &[u8]> =
        paths(&entries).filter_map(|entry| Some((path_of(entry)?, entry))).collect();

    let (mut written, mut unfinished, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for path in suspects {
        match entries.get(path) {
            None if root.size(path).is_none() => gone.extend([path, b"\0"].concat()),
            None => {}
            Some(entry) => {
                if unlike_new.contains(path) {
                    if !is_begun(checkout, &root, path, entry).await? {
                        continue;
                    }
                    unfinished.extend([path, b"\0"].concat());
                }
                written.extend([entry, &b"\0"[..]].concat());
            }
        }
    }
    let tell = |arguments: &[&str], input| checkout.command().args(arguments).input(input).run();
    tell(&["update-index", "--force-remove", "-z", "--stdin"], gone).await?;
    tell(&["update-index", "-z", "--index-info"], written).await?;
    tell(&["checkout-index", "--force", "--index", "-z", "--stdin"], unfinished).await
}

/// The path of an entry as `ls-tree` prints it: mode, type and object, a tab, and the path.
fn path_of(entry: &[u8]) -> Option<&[u8]> {
    entry.splitn(2, |byte| *byte == b'\t').nth(1)
}

/// Whether a file has the beginning of what the entry holds, or is not there yet.
async fn is_begun(checkout: &Repository, root: &Folder, path: &[u8], entry: &[u8]) -> Result<bool> {
    if root.size(path).is_none() {
        return Ok(true);
    }
    let Some(object) = entry.split(|byte| matches!(byte, b' ' | b'\t')).nth(2) else { return Ok(false) };
    let object = String::from_utf8_lossy(object).into_owned();
    let whole = checkout.bare_command().args(["cat-file", "blob", &object]).bytes().await?;
    // A byte more than fits tells that it is another file, however long that is.
    let mut there = Vec::new();
    let most = whole.len() as u64 + 1;
    let read = root.file(path, Links::Refused).map(|file| file.take(most).read_to_end(&mut there));
    Ok(matches!(read, Ok(Ok(_))) && whole.starts_with(&there))
}

fn set(printed: &[u8]) -> HashSet<&[u8]> {
    paths(printed).collect()
}

fn paths(printed: &[u8]) -> impl Iterator<Item = &[u8]> {
    printed.split(|byte| *byte == 0).filter(|path| !path.is_empty())
}
