//! Repos: git repositories that belong to a project.

use crate::{ProjectId, RepoId, Timestamp};

/// A git repository of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Repo {
    /// Its id.
    pub id: RepoId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Last part of its path, unique in the project: the folder name in a workspace.
    pub name: String,
    /// Absolute path of its root, as the runner sees it.
    pub path: String,
    /// The branch that work starts from and merges into.
    pub default_branch: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// Counts up with each change.
    pub version: i64,
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
