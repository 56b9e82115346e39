//! Diffs on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::diff as domain;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::mirror;

mirror! {
    /// What happened to a file.
    FileStatus = domain::FileStatus { Added, Modified, Deleted, Renamed, Copied, TypeChanged, Unmerged }
}

mirror! {
    /// Where a file's change lives.
    DiffArea = domain::DiffArea { Committed, Staged, Unstaged, Untracked, Mixed }
}

/// What a workspace changed against its base.
#[derive(Serialize, ToSchema)]
pub(crate) struct Diff {
    files: Vec<DiffFile>,
    /// True when there are more files than are listed.
    truncated: bool,
    additions: u64,
    deletions: u64,
    stats: DiffStats,
}

/// How the workspace's branch stands to its base.
#[derive(Serialize, ToSchema)]
pub(crate) struct DiffStats {
    /// Commits that the base does not have.
    ahead: u64,
    /// Commits that only the base has.
    behind: u64,
    /// Files with changes that are in no commit.
    uncommitted: u64,
    /// Unresolved conflicts in the worktree.
    conflicts: Vec<Conflict>,
}

/// A path that could not be merged.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Conflict {
    repo_id: Uuid,
    path: String,
    kind: String,
}

impl From<domain::Conflict> for Conflict {
    fn from(conflict: domain::Conflict) -> Self {
        Self { repo_id: conflict.repo_id.into(), path: conflict.path, kind: conflict.kind }
    }
}

/// One changed file.
#[derive(Serialize, ToSchema)]
pub(crate) struct DiffFile {
    repo_id: Uuid,
    path: String,
    #[schema(required = true)]
    old_path: Option<String>,
    status: FileStatus,
    area: DiffArea,
    additions: u64,
    deletions: u64,
    binary: bool,
    /// The hunks are left out: ask for the file alone.
    too_large: bool,
    #[schema(required = true)]
    old_mode: Option<String>,
    #[schema(required = true)]
    new_mode: Option<String>,
    size: u64,
    hunks: Vec<Hunk>,
}

/// A run of changed lines with context.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hunk {
    old_start: u32,
    old_lines: u32,
    new_start: u32,
    new_lines: u32,
    heading: String,
    /// Each begins with ` `, `+`, `-` or `\`.
    lines: Vec<String>,
}

impl From<domain::Diff> for Diff {
    fn from(diff: domain::Diff) -> Self {
        Self {
            files: diff.files.into_iter().map(Into::into).collect(),
            truncated: diff.truncated,
            additions: diff.additions,
            deletions: diff.deletions,
            stats: DiffStats {
                ahead: diff.ahead,
                behind: diff.behind,
                uncommitted: diff.uncommitted,
                conflicts: diff.conflicts.into_iter().map(Into::into).collect(),
            },
        }
    }
}

impl From<domain::DiffFile> for DiffFile {
    fn from(file: domain::DiffFile) -> Self {
        Self {
            repo_id: file.repo_id.into(),
            path: file.path,
            old_path: file.old_path,
            status: file.status.into(),
            area: file.area.into(),
            additions: file.additions,
            deletions: file.deletions,
            binary: file.binary,
            too_large: file.too_large,
            old_mode: file.old_mode,
            new_mode: file.new_mode,
            size: file.size,
            hunks: file.hunks.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<domain::Hunk> for Hunk {
    fn from(hunk: domain::Hunk) -> Self {
        Self {
            old_start: hunk.old_start,
            old_lines: hunk.old_lines,
            new_start: hunk.new_start,
            new_lines: hunk.new_lines,
            heading: hunk.heading,
            lines: hunk.lines,
        }
    }
}

/// One file alone, with all of its hunks.
#[derive(Deserialize, IntoParams)]
pub(crate) struct DiffQuery {
    pub(crate) repo_id: Option<Uuid>,
    pub(crate) path: Option<String>,
}

/// Something in the workspace's files changed: ask again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeFrame {
    pub(crate) changed: bool,
}
