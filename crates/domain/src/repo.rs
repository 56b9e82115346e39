//! Repos: git repositories that belong to a project.

use crate::task::names;
use crate::{Error, ProjectId, RepoId, Result, Timestamp};

/// A git repository of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Repo {
    /// Its id.
    pub id: RepoId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Last part of its path, unique in the project: the folder name in a workspace.
    pub name: String,
    /// Where it is.
    pub place: RepoPlace,
    /// The branch that work starts from and merges into; empty until a remote was cloned for the first time.
    pub default_branch: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// Counts up with each change.
    pub version: i64,
}

/// Where a repository is.
#[derive(Clone, Debug, PartialEq)]
pub enum RepoPlace {
    /// In a folder: absolute path of its root, as the runner of whoever added it sees it.
    Folder(String),
    /// At a remote.
    Remote {
        /// Its address.
        url: String,
        /// The acting user's clone of it; `None` where that user never asked for one.
        clone: Option<RepoClone>,
    },
}

/// A repository as it is added to a project.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRepo {
    /// Its id.
    pub id: RepoId,
    /// What it is called; a name that is taken gets a number.
    pub name: String,
    /// Where it is.
    pub place: NewPlace,
    /// The branch that work starts from; empty where that is not known yet.
    pub default_branch: String,
}

/// Where a repository is that is added.
#[derive(Clone, Debug, PartialEq)]
pub enum NewPlace {
    /// In this folder.
    Folder(String),
    /// At this remote.
    Remote(String),
}

/// One user's clone of a remote. People do not share folders, so each has their own.
#[derive(Clone, Debug, PartialEq)]
pub struct RepoClone {
    /// How it stands.
    pub status: CloneStatus,
    /// Which time it was begun, from 1. What comes of an earlier one is no news of this.
    pub attempt: i64,
    /// Absolute path of its root; empty until it is known.
    pub path: String,
    /// Stable code of what is in the way, where it failed.
    pub reason: Option<String>,
    /// The same in words for the person; of one that is there, why it lacks the remote's newest commits.
    pub error: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What is in the way of a clone that ended because whoever asked for it lost access, or of bringing it up to date.
pub const CLONE_WITHDRAWN: &str = "access_lost";

/// How a clone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloneStatus {
    /// It is being made.
    Cloning,
    /// It is there.
    Ready,
    /// It could not be made; it can be tried again.
    Failed,
}
names!(CloneStatus { Cloning = "cloning", Ready = "ready", Failed = "failed" });

/// A change to the acting user's clone.
#[derive(Clone, Debug, PartialEq)]
pub enum CloneChange {
    /// It is asked for; with the folder that the person chose, if they did. One that is there or under way stays as it
    /// is.
    Begin {
        /// The folder.
        folder: Option<String>,
    },
    /// Whoever asked for it gives it up. `Conflict`, code `clone_not_under_way`, where it is not being made.
    Cancel,
    /// It ends because whoever asked for it may not have it any more. One that is not being made stays as it is.
    Withdraw {
        /// Why, in words for the person.
        error: String,
    },
    /// Bringing it up to date ends because whoever has it may not do so any more: a new attempt, which nobody is at, with
    /// `error` for what it lacks. One that is not there stays as it is.
    WithdrawUpdate {
        /// Why, in words for the person.
        error: String,
    },
    /// It is there.
    Ready {
        /// The attempt that came to this. Of one that is over, nothing is noted; so below.
        attempt: i64,
        /// Absolute path of its root.
        path: String,
        /// The remote's default branch.
        default_branch: String,
        /// Why it lacks the remote's newest commits, in words for the person.
        outdated: Option<String>,
    },
    /// It could not be made.
    Failed {
        /// The attempt.
        attempt: i64,
        /// Stable code.
        reason: String,
        /// In words for the person.
        error: String,
    },
}

/// What cloning is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClonePhase {
    /// Reaching the remote.
    Connecting,
    /// The remote puts together what to send.
    Preparing,
    /// Objects are on their way.
    Receiving,
    /// They are put in order.
    Resolving,
}
names!(ClonePhase {
    Connecting = "connecting", Preparing = "preparing", Receiving = "receiving", Resolving = "resolving",
});

/// How far cloning has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloneProgress {
    /// What it is at.
    pub phase: ClonePhase,
    /// How much of the phase is done, where that is known.
    pub percent: Option<u8>,
    /// Objects received.
    pub objects: u64,
    /// Bytes received.
    pub bytes: u64,
}

/// What the runner found at a path.
#[derive(Clone, Debug, PartialEq)]
pub struct RepoFacts {
    /// Canonical root of the working tree.
    pub root: String,
    /// The branch that `HEAD` names, or the only sensible one where it is detached.
    pub default_branch: String,
}

/// A local branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Short name.
    pub name: String,
    /// Whether the repository's own working tree has it checked out.
    pub current: bool,
    /// Its tip.
    pub commit: String,
}

/// A repository that discovery came across.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundRepo {
    /// Absolute path.
    pub path: String,
    /// Last part of the path.
    pub name: String,
    /// The branch checked out, if `HEAD` is on one.
    pub branch: Option<String>,
}

/// What discovery found, and whether it saw everything before its bounds were reached.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundRepos {
    /// The repositories, in order of path.
    pub repos: Vec<FoundRepo>,
    /// False when depth, count or time cut the search short.
    pub complete: bool,
}

/// A folder that completes a typed path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathCompletion {
    /// Absolute path.
    pub path: String,
    /// Last part of the path.
    pub name: String,
    /// Whether a git repository has its root there.
    pub is_repo: bool,
}

impl Repo {
    /// Absolute path of its root in the acting user's reach, if it is there.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match &self.place {
            RepoPlace::Folder(path) => Some(path),
            RepoPlace::Remote { clone: Some(clone), .. } if clone.status == CloneStatus::Ready => {
                Some(&clone.path)
            }
            RepoPlace::Remote { .. } => None,
        }
    }

    /// The address of its remote, if it was added by that.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match &self.place {
            RepoPlace::Folder(_) => None,
            RepoPlace::Remote { url, .. } => Some(url),
        }
    }
}

/// The name of a new repository, which is a folder's name too.
///
/// # Errors
/// `Invalid` with field `name`.
pub fn validate_repo_name(name: &str) -> Result<String> {
    let name = name.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.len() > 100 || name.starts_with(['.', '-']) || !name.chars().all(plain) {
        let text = "A repository's name has letters, digits, dots, dashes and underscores, at most 100, and begins with \
                    a letter or digit.";
        return Err(Error::invalid("name", text));
    }
    Ok(name.to_owned())
}
