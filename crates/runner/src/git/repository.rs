//! A repository with one of its working trees.

use std::path::{Path, PathBuf};

use switchyard_domain::{Error, Result};

use super::half_made::past_half_made;
use super::names::branch_ref;
use super::overrides::overrides;
use super::{Git, GitCommand};

/// A working tree, main or linked, and the repository that it belongs to.
///
/// Commands name the repository and the working tree themselves: neither a `.git` file that somebody put into the
/// tree nor `core.worktree` can lead them elsewhere.
#[derive(Clone, Debug)]
pub struct Repository {
    git: Git,
    /// Root of the working tree.
    pub work_tree: PathBuf,
    /// This working tree's own part: `HEAD`, index.
    pub git_dir: PathBuf,
    /// What all working trees share: objects, refs, configuration.
    pub common_dir: PathBuf,
    overrides: Vec<(String, String)>,
}

/// What `HEAD` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The commit.
    pub commit: String,
    /// The full ref of the branch; `None` when detached.
    pub branch: Option<String>,
}

/// A working tree that has a branch checked out.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// Its root.
    pub path: PathBuf,
    /// The full ref.
    pub branch: Option<String>,
}

/// Something begun in a working tree that waits to be finished or aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InProgress {
    /// `git merge` stopped at conflicts.
    Merge,
    /// `git rebase` or `git am`.
    Rebase,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
}

impl Repository {
    /// Opens the repository whose working tree has its root at `root`.
    ///
    /// # Errors
    /// `Conflict` with code `repository_missing` where there is none.
    pub async fn open(git: &Git, root: &Path) -> Result<Self> {
        let missing = || {
            Error::conflict(
                "repository_missing",
                format!(
                    "There is no git repository at {} any more. Put it back and try again.",
                    root.display()
                ),
            )
        };
        let git_dir = git_dir_of(root).ok_or_else(missing)?;
        let common_dir = match std::fs::read_to_string(git_dir.join("commondir")) {
            Ok(path) => tidy(&git_dir.join(path.trim_end_matches('\n'))),
            Err(_) => git_dir.clone(),
        };
        if !common_dir.join("objects").is_dir() {
            return Err(missing());
        }
        Self::new(git, root.to_owned(), git_dir, common_dir).await
    }

    /// The linked working tree that the repository knows by `name`, at `work_tree`.
    ///
    /// # Errors
    /// `Conflict` with code `worktree_missing` when the repository does not know it or its folder is gone.
    pub async fn linked(&self, name: &str, work_tree: &Path) -> Result<Self> {
        let git_dir = self.admin_dir(name);
        if !git_dir.join("HEAD").is_file() || !work_tree.is_dir() {
            return Err(worktree_missing(work_tree));
        }
        Self::new(&self.git, work_tree.to_owned(), git_dir, self.common_dir.clone()).await
    }

    /// Another working tree of the same repository, by its root.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn sibling(&self, root: &Path) -> Result<Self> {
        if root == self.work_tree { Ok(self.clone()) } else { Self::open(&self.git, root).await }
    }

    async fn new(git: &Git, work_tree: PathBuf, git_dir: PathBuf, common_dir: PathBuf) -> Result<Self> {
        let overrides = overrides(git, &git_dir, &common_dir).await?;
        Ok(Self { git: git.clone(), work_tree, git_dir, common_dir, overrides })
    }

    /// Where the repository keeps what it knows of a linked working tree.
    #[must_use]
    pub fn admin_dir(&self, name: &str) -> PathBuf {
        self.common_dir.join("worktrees").join(name)
    }

    /// The name by which the repository knows the linked working tree at `work_tree`.
    #[must_use]
    pub fn linked_name(&self, work_tree: &Path) -> Option<String> {
        let wanted = work_tree.join(".git");
        std::fs::read_dir(self.common_dir.join("worktrees")).ok()?.flatten().find_map(|entry| {
            let named = std::fs::read_to_string(entry.path().join("gitdir")).ok()?;
            let at = tidy(&entry.path().join(named.trim_end_matches('\n')));
            (at == wanted).then(|| entry.file_name().to_string_lossy().into_owned())
        })
    }

    /// Begins a command on this working tree.
    pub fn command(&self) -> GitCommand {
        self.git
            .command(&self.work_tree)
            .variable("GIT_DIR", &self.git_dir)
            .variable("GIT_WORK_TREE", &self.work_tree)
            .configs(&self.overrides)
    }

    /// Begins a command on refs and objects alone; it works without a working tree.
    pub fn bare_command(&self) -> GitCommand {
        self.git.command(&self.common_dir).variable("GIT_DIR", &self.common_dir).configs(&self.overrides)
    }

    /// What `HEAD` names.
    ///
    /// # Errors
    /// `Conflict` with code `no_commits` when it names a branch that has no commit.
    pub async fn head(&self) -> Result<Head> {
        let output =
            self.command().args(["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"]).output().await?;
        if output.stderr.contains("ambiguous argument 'HEAD'") {
            return Err(Error::conflict(
                "no_commits",
                format!("The branch checked out in {} has no commit yet.", self.work_tree.display()),
            ));
        }
        let text = output.expect(&[0])?.text();
        let (commit, name) =
            text.split_once('\n').ok_or_else(|| Error::internal(format!("HEAD is `{text}`")))?;
        Ok(Head { commit: commit.to_owned(), branch: (name != "HEAD").then(|| name.to_owned()) })
    }

    /// The commit that a full ref or hash names, if there is one.
    ///
    /// # Errors
    /// When git cannot be run.
    pub async fn commit_of(&self, name: &str) -> Result<Option<String>> {
        let output = self
            .bare_command()
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
            .arg(format!("{name}^{{commit}}"))
            .output()
            .await?;
        Ok((output.code == 0).then(|| output.text()))
    }

    /// The tip of a local branch.
    ///
    /// # Errors
    /// `Conflict` with code `base_branch_missing`.
    pub async fn base_tip(&self, branch: &str) -> Result<String> {
        self.commit_of(&branch_ref(branch)).await?.ok_or_else(|| {
            Error::conflict(
                "base_branch_missing",
                format!(
                    "There is no local branch `{branch}` in {}. Make it (for instance `git branch {branch} \
                     origin/{branch}`) or choose another base branch.",
                    self.work_tree.display()
                ),
            )
        })
    }

    /// Whether `ancestor` is contained in `commit`.
    ///
    /// # Errors
    /// When one of them is no commit.
    pub async fn contains(&self, commit: &str, ancestor: &str) -> Result<bool> {
        let output =
            self.bare_command().args(["merge-base", "--is-ancestor", ancestor, commit]).output().await?;
        Ok(output.expect(&[0, 1])?.code == 0)
    }

    /// Carries out `commands` of `update-ref --stdin`, all or none.
    ///
    /// # Errors
    /// When a ref is not what its old value says.
    pub async fn update_refs(&self, reason: &str, commands: &str) -> Result<()> {
        if commands.is_empty() {
            return Ok(());
        }
        self.bare_command().args(["update-ref", "-m", reason, "--stdin"]).input(commands).run().await
    }

    /// The repository's working trees.
    ///
    /// # Errors
    /// When git cannot list them.
    pub async fn checkouts(&self) -> Result<Vec<Checkout>> {
        let list = || self.bare_command().args(["worktree", "list", "--porcelain", "-z"]).output();
        let listed = past_half_made(list).await?.expect(&[0])?.text();
        let mut checkouts = Vec::new();
        for (at, block) in listed.split("\0\0").enumerate() {
            let field = |name: &str| block.split('\0').find_map(|line| line.trim_start().strip_prefix(name));
            let Some(path) = field("worktree ") else { continue };
            if block.split('\0').any(|line| line == "bare") {
                continue;
            }
            // Of a submodule git names the wrong folder as the main working tree; here it is known.
            let main_is_ours = at == 0 && self.git_dir == self.common_dir;
            let path = if main_is_ours { self.work_tree.clone() } else { PathBuf::from(path) };
            checkouts.push(Checkout { path, branch: field("branch ").map(str::to_owned) });
        }
        Ok(checkouts)
    }

    /// What waits to be finished in this working tree.
    #[must_use]
    pub fn in_progress(&self) -> Option<InProgress> {
        let there = |name: &str| self.git_dir.join(name).exists();
        if there("rebase-merge") || there("rebase-apply") {
            Some(InProgress::Rebase)
        } else if there("MERGE_HEAD") {
            Some(InProgress::Merge)
        } else if there("CHERRY_PICK_HEAD") {
            Some(InProgress::CherryPick)
        } else if there("REVERT_HEAD") {
            Some(InProgress::Revert)
        } else {
            None
        }
    }

    /// The working tree in which `branch` (a full ref) is being rebased.
    #[must_use]
    pub fn rebasing(&self, branch: &str) -> Option<PathBuf> {
        let linked = std::fs::read_dir(self.common_dir.join("worktrees")).ok();
        let linked = linked.into_iter().flatten().flatten().map(|entry| entry.path());
        linked.chain([self.common_dir.clone()]).find(|dir| {
            ["rebase-merge/head-name", "rebase-apply/head-name"].iter().any(|file| {
                std::fs::read_to_string(dir.join(file)).is_ok_and(|name| name.trim_end() == branch)
            })
        })
    }
}

/// The error for a worktree whose folder somebody removed.
#[must_use]
pub fn worktree_missing(work_tree: &Path) -> Error {
    Error::conflict(
        "worktree_missing",
        format!(
            "The worktree {} was removed by hand. Discard the workspace and restore it: that brings back its branch \
             and the files of its last checkpoint.",
            work_tree.display()
        ),
    )
}

/// The git directory of the working tree at `root`, whether `.git` is a folder or a file that names one.
#[must_use]
pub fn git_dir_of(root: &Path) -> Option<PathBuf> {
    let dot_git = root.join(".git");
    if dot_git.is_dir() {
        return Some(dot_git);
    }
    let text = std::fs::read_to_string(dot_git).ok()?;
    let path = text.strip_prefix("gitdir: ")?.trim_end_matches('\n');
    Some(tidy(&root.join(path)))
}

/// `path` without `.` and `..`, and without symbolic links where it exists.
fn tidy(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    match (path.parent().and_then(|parent| parent.canonicalize().ok()), path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}
