//! Where changes live.

use std::collections::HashSet;

use switchyard_domain::diff::DiffArea;

use crate::git::patch::PatchFile;
use crate::git::status::Status;

/// In which areas which paths changed.
pub(super) struct Areas<'a> {
    committed: HashSet<&'a [u8]>,
    staged: HashSet<&'a [u8]>,
    unstaged: HashSet<&'a [u8]>,
    untracked: HashSet<&'a [u8]>,
}

impl<'a> Areas<'a> {
    /// From the paths that commits changed, each ended by a zero byte, and from what is not committed. A path that is
    /// in neither was committed.
    pub(super) fn new(committed: &'a [u8], status: &'a Status) -> Self {
        let changed = |staged: bool| {
            let files =
                status.changed.iter().filter(move |file| if staged { file.staged } else { file.unstaged });
            files.map(|file| &file.path[..]).collect()
        };
        Self {
            committed: committed.split(|byte| *byte == 0).collect(),
            staged: changed(true),
            unstaged: changed(false),
            untracked: status.untracked.iter().map(|path| &path[..]).collect(),
        }
    }

    /// The area of a file; of a renamed one, both its paths count.
    pub(super) fn of(&self, file: &PatchFile) -> DiffArea {
        let within = |paths: &HashSet<&[u8]>| {
            paths.contains(&file.path[..])
                || file.old_path.as_ref().is_some_and(|old| paths.contains(&old[..]))
        };
        let areas = [
            (DiffArea::Committed, within(&self.committed)),
            (DiffArea::Staged, within(&self.staged)),
            (DiffArea::Unstaged, within(&self.unstaged)),
            (DiffArea::Untracked, within(&self.untracked)),
        ];
        let mut hit = areas.iter().filter(|(_, hit)| *hit).map(|(area, _)| *area);
        match (hit.next(), hit.next()) {
            (Some(only), None) => only,
            (Some(_), Some(_)) => DiffArea::Mixed,
            (None, _) => DiffArea::Committed,
        }
    }
}
