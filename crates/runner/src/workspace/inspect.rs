//! Looking at repositories before workspaces are made of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use switchyard_domain::repo::{Branch, FoundRepos, PathCompletion, RepoFacts};
use switchyard_domain::{Error, ErrorKind, Result};

use super::Workspaces;
use super::clone::MARK;
use crate::files::discover;
use crate::git::Repository;
use crate::remote::TRACKING;

impl Workspaces {
    /// Checks that `path` lies in a repository that workspaces can be made of.
    ///
    /// # Errors
    /// `Invalid`: `path_missing`, `not_a_repository`, `bare_repository`, `no_commits`, `unsafe_repository`.
    pub async fn inspect_repo(&self, path: &str) -> Result<RepoFacts> {
        let path = self.folder_named(path)?;
        let command =
            self.git.command(&path).args(["rev-parse", "--is-bare-repository", "--is-inside-work-tree"]);
        let said = command.text().await?;
        match said.as_str() {
            "true\nfalse" => {
                return Err(refused(
                    "bare_repository",
                    "This repository is bare. Clone it and add the clone.",
                ));
            }
            "false\ntrue" => {}
            _ => {
                return Err(refused(
                    "not_a_repository",
                    "This is the inside of a `.git` folder. Add the one around it.",
                ));
            }
        }
        let root = self.git.command(&path).args(["rev-parse", "--show-toplevel"]).text().await?;
        let repository = Repository::open(&self.git, root.as_ref()).await?;
        let branches = branches_of(&repository, "refs/heads/").await?;
        Ok(RepoFacts { default_branch: default_branch(&repository, &branches).await?, root })
    }

    /// Local branches, the most recently used first; of a clone also those that its remote alone has, since work can start
    /// from these as well.
    ///
    /// # Errors
    /// `Conflict`: `repository_missing`.
    pub async fn branches(&self, repo_path: &str) -> Result<Vec<Branch>> {
        let repository = Repository::open(&self.git, repo_path.as_ref()).await?;
        let mut branches = branches_of(&repository, "refs/heads/").await?;
        if is_ours(&repository).await? {
            let theirs = branches_of(&repository, TRACKING).await?;
            let known: HashSet<String> = branches.iter().map(|branch| branch.name.clone()).collect();
            let lacks = |branch: &Branch| branch.name != "HEAD" && !known.contains(&branch.name);
            branches.extend(theirs.into_iter().filter(lacks));
        }
        Ok(branches)
    }

    /// Repositories below a folder (the home folder where `None`), bounded in depth, number and time.
    ///
    /// # Errors
    /// `Invalid`: `path_missing`.
    pub async fn find_repos(&self, under: Option<&str>) -> Result<FoundRepos> {
        let under = self.folder_named(under.unwrap_or("~"))?;
        let ours = self.base.clone();
        tokio::task::spawn_blocking(move || discover::repositories(&under, &ours))
            .await
            .map_err(Error::internal)
    }

    /// Folders that complete a typed path, at most 50; `~` stands for the home folder.
    ///
    /// # Errors
    /// None for paths that complete to nothing.
    pub async fn complete_path(&self, prefix: &str) -> Result<Vec<PathCompletion>> {
        let (prefix, home) = (prefix.to_owned(), self.git.environment().home.clone());
        if self.only.is_some() {
            let typed = discover::expanded(&prefix, &home);
            let whole = prefix.ends_with('/') || prefix == "~";
            let parent = if whole { Some(typed.as_path()) } else { typed.parent() };
            // Where it leads is what counts: a link within the root can lead anywhere.
            let parent = parent.and_then(|parent| parent.canonicalize().ok());
            if !parent.is_some_and(|parent| self.may_name(&parent)) {
                return Ok(Vec::new());
            }
        }
        tokio::task::spawn_blocking(move || discover::completions(&prefix, &home))
            .await
            .map_err(Error::internal)
    }

    /// Whether a path that a person named can be looked at: one of several users has nothing outside of the own root.
    fn may_name(&self, path: &Path) -> bool {
        self.only.as_ref().is_none_or(|only| path.starts_with(self.base.join(only.user.to_string())))
    }

    /// The folder that a person named.
    fn folder_named(&self, path: &str) -> Result<PathBuf> {
        let missing =
            |why: &str| Error { field: Some("path"), ..refused("path_missing", &format!("{why}: {path}")) };
        if path.contains('\0') {
            return Err(missing("This path cannot be"));
        }
        let full = discover::expanded(path.trim(), &self.git.environment().home);
        if !full.is_absolute() {
            return Err(missing("Give the whole path, from the root or from ~, not"));
        }
        match full.canonicalize() {
            Ok(folder) if !self.may_name(&folder) => Err(missing("There is no folder at")),
            Ok(folder) if folder.is_dir() => Ok(folder),
            Ok(_) => Err(missing("This is a file, not a folder")),
            Err(_) => Err(missing("There is no folder at")),
        }
    }
}

fn refused(code: &'static str, why: &str) -> Error {
    Error { field: Some("path"), ..Error::new(ErrorKind::Invalid, code, why.to_owned()) }
}

/// The branches whose refs begin like this, the most recently used first.
async fn branches_of(repository: &Repository, under: &str) -> Result<Vec<Branch>> {
    let command = repository.command().args(["for-each-ref", "--sort=-committerdate", under]);
    let listed = command.arg("--format=%(HEAD) %(objectname) %(refname)").text().await?;
    // `text` trims line ends alone; the first line begins with a space where HEAD is elsewhere.
    let branches = listed.lines().filter_map(|line| {
        let (head, rest) = line.split_at_checked(2)?;
        let (commit, name) = rest.split_once(' ')?;
        let name = name.strip_prefix(under)?;
        Some(Branch { name: name.to_owned(), current: head == "* ", commit: commit.to_owned() })
    });
    Ok(branches.collect())
}

/// Whether this is a clone that was made here, for a repo at a remote.
async fn is_ours(repository: &Repository) -> Result<bool> {
    let command = repository.bare_command().args(["config", "--local", "--get", MARK]);
    Ok(command.output().await?.code == 0)
}

/// The branch that `HEAD` names; where it names none, what a person would most likely mean.
async fn default_branch(repository: &Repository, branches: &[Branch]) -> Result<String> {
    let there = |name: &str| branches.iter().any(|branch| branch.name == name);
    if let Some(current) = branches.iter().find(|branch| branch.current) {
        return Ok(current.name.clone());
    }
    if branches.is_empty() {
        return Err(refused(
            "no_commits",
            "The repository has no commit on a branch yet. Make a first one (`git commit --allow-empty -m start`) and \
             add it again.",
        ));
    }
    let remote = repository
        .bare_command()
        .args(["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"])
        .output()
        .await?;
    let remote = remote.text();
    let candidates =
        [remote.strip_prefix("refs/remotes/origin/").unwrap_or_default(), "main", "master", "trunk"];
    let likely = candidates.into_iter().find(|name| there(name));
    Ok(likely.map_or_else(|| branches[0].name.clone(), str::to_owned))
}
