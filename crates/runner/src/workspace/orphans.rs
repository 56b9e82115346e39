//! Folders that lie where ours lie and that no record knows.

use std::collections::HashSet;
use std::path::PathBuf;

use switchyard_domain::Result;

use super::Workspaces;
use super::layout::Layout;
use super::record::{Record, blocking};

/// A folder among the worktrees or in the trash that no record knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it was empty and is gone now. What holds anything stays: it may be somebody's only copy.
    pub removed: bool,
}

impl Workspaces {
    /// Finds folders that no record knows, and removes those that are empty.
    ///
    /// # Errors
    /// When a record cannot be read: then nothing can be told to be an orphan.
    pub async fn orphans(&self) -> Result<Vec<Orphan>> {
        let mut orphans = Vec::new();
        for layout in self.layouts() {
            let known = known_folders(&layout)?;
            orphans.extend(blocking(move || unknown_folders(&layout, &known)).await?);
        }
        Ok(orphans)
    }
}

fn known_folders(layout: &Layout) -> Result<HashSet<PathBuf>> {
    let mut known = HashSet::new();
    for entry in std::fs::read_dir(layout.operations()).into_iter().flatten().flatten() {
        if let Some(record) = Record::read(&entry.path())? {
            known.insert(layout.live(&record.folder));
            known.insert(layout.trash().join(record.workspace.to_string()));
        }
    }
    Ok(known)
}

fn unknown_folders(layout: &Layout, known: &HashSet<PathBuf>) -> std::io::Result<Vec<Orphan>> {
    let mut orphans = Vec::new();
    for parent in [layout.worktrees(), layout.trash()] {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            let path = entry.path();
            if !known.contains(&path) {
                // Fails on whatever holds something, by itself and without a race.
                let removed = entry.file_type()?.is_dir() && std::fs::remove_dir(&path).is_ok();
                orphans.push(Orphan { path, removed });
            }
        }
    }
    orphans.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(orphans)
}
