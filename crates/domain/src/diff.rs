//! Diffs of a workspace against its base.

use crate::RepoId;
use crate::task::names;

/// What a workspace changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// Changed files, in order of repo and path.
    pub files: Vec<DiffFile>,
    /// True when there are more files than are listed.
    pub truncated: bool,
    /// Lines added, over all files.
    pub additions: u64,
    /// Lines removed, over all files.
    pub deletions: u64,
    /// Commits that the branch has and its base has not, over all repos.
    pub ahead: u64,
    /// Commits that the base has and the branch has not, over all repos.
    pub behind: u64,
    /// Files with changes that are in no commit yet.
    pub uncommitted: u64,
    /// Paths with unresolved conflicts in the worktree.
    pub conflicts: Vec<Conflict>,
}

/// One changed file.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffFile {
    /// The repo it is in.
    pub repo_id: RepoId,
    /// Path within the repo.
    pub path: String,
    /// Path before a rename or copy.
    pub old_path: Option<String>,
    /// What happened to it.
    pub status: FileStatus,
    /// Where the change lives.
    pub area: DiffArea,
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// Whether git takes it for binary.
    pub binary: bool,
    /// Whether the hunks were left out for their size; ask for the file alone to get them.
    pub too_large: bool,
    /// Octal mode before, where it changed.
    pub old_mode: Option<String>,
    /// Octal mode now, where it changed.
    pub new_mode: Option<String>,
    /// Bytes of the file now; 0 when deleted.
    pub size: u64,
    /// The changes, in order.
    pub hunks: Vec<Hunk>,
}

/// A run of changed lines with three lines of context.
#[derive(Clone, Debug, PartialEq)]
pub struct Hunk {
    /// First line before, from 1.
    pub old_start: u32,
    /// Lines before.
    pub old_lines: u32,
    /// First line now, from 1.
    pub new_start: u32,
    /// Lines now.
    pub new_lines: u32,
    /// What git prints after the second `@@`.
    pub heading: String,
    /// Each begins with ` `, `+`, `-` or `\`.
    pub lines: Vec<String>,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// New.
    Added,
    /// Changed.
    Modified,
    /// Gone.
    Deleted,
    /// Moved, perhaps changed.
    Renamed,
    /// Copied, perhaps changed.
    Copied,
    /// A file became a link, or the like.
    TypeChanged,
    /// In conflict.
    Unmerged,
}
names!(FileStatus {
    Added = "added", Modified = "modified", Deleted = "deleted", Renamed = "renamed", Copied = "copied",
    TypeChanged = "type_changed", Unmerged = "unmerged",
});

/// Where a file's change lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffArea {
    /// All of it is in commits.
    Committed,
    /// All of it is in the index.
    Staged,
    /// All of it is in the working tree alone.
    Unstaged,
    /// A file that git does not track yet.
    Untracked,
    /// Several of these.
    Mixed,
}
names!(DiffArea {
    Committed = "committed", Staged = "staged", Unstaged = "unstaged", Untracked = "untracked", Mixed = "mixed",
});

/// A path that could not be merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The repo it is in.
    pub repo_id: RepoId,
    /// Path within the repo.
    pub path: String,
    /// git's word for it: `content`, `add/add`, `modify/delete` …
    pub kind: String,
}

/// One file of a diff, asked for alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffPath {
    /// The repo it is in.
    pub repo_id: RepoId,
    /// Path within the repo.
    pub path: String,
}
