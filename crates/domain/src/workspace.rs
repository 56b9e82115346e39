//! Workspaces: attempts at a task, each a worktree per repo on a branch of its own.

use crate::task::names;
use crate::{ProjectId, RepoId, SessionId, TaskId, Timestamp, UserId, WorkspaceId};

/// Where a workspace stands. The `-ing` states are intentions that a restart takes up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WorkspaceStatus {
    /// Its worktrees are being made.
    Creating,
    /// It can be worked in.
    Ready,
    /// It is being merged.
    Merging,
    /// Its work is in the base branch; it can still be looked at.
    Merged,
    /// It is being moved to the trash.
    Discarding,
    /// It is in the trash and can be restored.
    Discarded,
    /// It is being taken out of the trash.
    Restoring,
    /// It could not be made; `error` says why.
    Failed,
}
names!(WorkspaceStatus {
    Creating = "creating", Ready = "ready", Merging = "merging", Merged = "merged", Discarding = "discarding",
    Discarded = "discarded", Restoring = "restoring", Failed = "failed",
});

/// One attempt at a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// The task it is for.
    pub task_id: TaskId,
    /// That task's project.
    pub project_id: ProjectId,
    /// The branch made for it, the same in each repo.
    pub branch: String,
    /// The branch it started from and merges into.
    pub base_branch: String,
    /// Where it stands.
    pub status: WorkspaceStatus,
    /// Why it failed, or why the last merge, discard or restore did not go through.
    pub error: Option<String>,
    /// Absolute path of its folder, as the runner sees it; empty until it is made.
    pub path: String,
    /// One worktree per repo of the project.
    pub repos: Vec<WorkspaceRepo>,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When its work reached the base branch.
    pub merged_at: Option<Timestamp>,
    /// When it went to the trash.
    pub discarded_at: Option<Timestamp>,
    /// Counts up with each change.
    pub version: i64,
}

/// The part of a workspace that lies in one repo.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WorkspaceRepo {
    /// The repo.
    pub repo_id: RepoId,
    /// Folder name in the workspace.
    pub name: String,
    /// Absolute path of the worktree; empty until it is made.
    pub path: String,
    /// Root of the repository that it is a worktree of.
    pub repo_path: String,
    /// The branch it started from and merges into.
    pub base_branch: String,
    /// The commit it started from; empty until it is made.
    pub base_commit: String,
    /// The commit that its work became in the base branch.
    pub merged_commit: Option<String>,
}

/// How work reaches the base branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeStrategy {
    /// One new commit with all of the changes.
    Squash,
    /// A merge commit.
    Merge,
    /// The branch's commits, replayed on the base.
    Rebase,
}
names!(MergeStrategy { Squash = "squash", Merge = "merge", Rebase = "rebase" });

/// How news of the base branch comes into a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateStrategy {
    /// Merge the base into the workspace's branch.
    Merge,
    /// Replay the workspace's commits on the base.
    Rebase,
}
names!(UpdateStrategy { Merge = "merge", Rebase = "rebase" });

/// What to do when bringing in the base's news hits conflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Leave the workspace as it was.
    Abort,
    /// Leave the conflict markers in the files, for the agent or a person to resolve.
    Keep,
}
names!(OnConflict { Abort = "abort", Keep = "keep" });

/// What bringing in the base's news came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateStatus {
    /// The base had nothing new.
    UpToDate,
    /// The news is in.
    Updated,
    /// There were conflicts; see [`OnConflict`] for what became of them.
    Conflicts,
}
names!(UpdateStatus { UpToDate = "up_to_date", Updated = "updated", Conflicts = "conflicts" });

/// Why a checkpoint was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointReason {
    /// An agent's turn ended.
    Turn,
    /// Before going back to an earlier checkpoint.
    Rewind,
    /// Before a merge.
    Merge,
    /// Before bringing in the base's news.
    Rebase,
    /// Before going to the trash.
    Discard,
    /// Somebody asked.
    Manual,
}
names!(CheckpointReason {
    Turn = "turn", Rewind = "rewind", Merge = "merge", Rebase = "rebase", Discard = "discard", Manual = "manual",
});

/// A restorable state of a workspace's files, untracked ones included, kept under a hidden ref in each repo.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Counts up within the workspace, from 1.
    pub number: u32,
    /// The session whose turn ended, if that is the reason.
    pub session_id: Option<SessionId>,
    /// That session's turn, from 1; 0 where there is none.
    pub turn: u32,
    /// The snapshot commit in each repo.
    pub commits: Vec<RepoCommit>,
    /// Why it was taken.
    pub reason: CheckpointReason,
    /// When it was taken.
    pub created_at: Timestamp,
}

/// A commit in one repo of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepoCommit {
    /// The repo.
    pub repo_id: RepoId,
    /// The commit's full hash.
    pub commit: String,
}

/// A commit on the workspace's branch that its base does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct CommitInfo {
    /// The repo it is in.
    pub repo_id: RepoId,
    /// Full hash.
    pub id: String,
    /// First line of its message.
    pub subject: String,
    /// The author's name.
    pub author: String,
    /// The author's time.
    pub at: Timestamp,
}

/// A file or folder in a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct FileEntry {
    /// Last part of its path.
    pub name: String,
    /// Relative to the workspace's folder, `/` between parts.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes; 0 for folders.
    pub size: u64,
}

/// What a directory entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link; never followed out of the workspace.
    Symlink,
}
names!(FileKind { File = "file", Dir = "dir", Symlink = "symlink" });

/// A file's text.
#[derive(Clone, Debug, PartialEq)]
pub struct FileContent {
    /// The text; `None` for a binary file.
    pub text: Option<String>,
    /// Bytes of the whole file.
    pub size: u64,
    /// Whether the text stops before the file's end.
    pub truncated: bool,
}

/// What a push came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    /// The remote's name.
    pub remote: String,
    /// The branch pushed.
    pub branch: String,
    /// What git said.
    pub output: String,
}

/// The branch name of a new workspace: `{prefix}/{short id}-{slug}`.
#[must_use]
pub fn branch_name(prefix: &str, id: WorkspaceId, title: &str) -> String {
    let slug = slug(title);
    let short = crate::id::short(id.0);
    if slug.is_empty() { format!("{prefix}/{short}") } else { format!("{prefix}/{short}-{slug}") }
}

/// Lower-case ASCII letters and digits of `title`, dashes for the rest, at most 40 characters.
fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(40);
    for c in title.chars() {
        if slug.len() >= 40 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_slug_keeps_letters_and_digits_and_never_ends_in_a_dash() {
        assert_eq!(slug("Fix: the *login* page!"), "fix-the-login-page");
        assert_eq!(slug("  ..//  "), "");
        assert_eq!(slug("日本 v2"), "v2");
        assert!(slug(&"word ".repeat(50)).len() <= 40);
    }
}
