//! Making a workspace.
//!
//! Each worktree is first registered without files, then recorded, then filled. Nobody knows of the folder before all
//! is done, so that what a kill left can be filled again from the commit without a thought for somebody's work.

use std::path::Path;

use switchyard_domain::runner::{MadeWorkspace, WorkspaceSite};
use switchyard_domain::{Error, Result};

use super::layout::{Layout, check_repo_name, folder_name};
use super::record::{Record, RepoRecord, Stage};
use super::{Workspaces, relink, site};
use crate::files::copy::copy_ignored;
use crate::git::failure::disk;
use crate::git::half_made::past_half_made;
use crate::git::names::{branch_ref, check_branch};
use crate::git::repository::worktree_missing;
use crate::git::{Git, GitCommand, Output, Repository};

impl Workspaces {
    /// Makes the worktrees on a new branch and copies ignored files that match `copy_files`. Asked for again, it
    /// finishes what is missing or tells what is there.
    ///
    /// # Errors
    /// `Invalid`: `invalid_branch`, `invalid_glob`. `Conflict`: `repository_missing`, `base_branch_missing`,
    /// `branch_exists`, `path_exists`, `worktree_missing`, `workspace_discarded`. `Unavailable`: `disk_full`.
    pub async fn make(&self, site: &WorkspaceSite, copy_files: &[String]) -> Result<MadeWorkspace> {
        let (ours, site, copy_files) = (self.clone(), site.clone(), copy_files.to_vec());
        self.exclusively(site.id, async move { ours.make_now(&site, copy_files).await }).await
    }

    async fn make_now(&self, site: &WorkspaceSite, copy_files: Vec<String>) -> Result<MadeWorkspace> {
        let layout = self.layout(site.user_id);
        let mut record = match Record::load(&layout, site.id)? {
            Some(record) => record,
            None => match self.adopt(site, &layout).await {
                Ok(record) => record,
                Err(_) => self.plan_make(site, &layout, copy_files).await?,
            },
        };
        match &record.stage {
            Stage::Making { .. } => self.continue_make(&layout, &mut record).await?,
            Stage::Ready | Stage::Moving { .. } | Stage::Merging { .. } => {
                for repo in &record.repos {
                    let path = record.live(&layout, repo);
                    if !path.is_dir() {
                        return Err(worktree_missing(&path));
                    }
                }
            }
            _ => return Err(site::discarded()),
        }
        Ok(record.made(&layout))
    }

    /// Checks that all can be made, and writes down that it is going to be.
    async fn plan_make(
        &self,
        site: &WorkspaceSite,
        layout: &Layout,
        copy_files: Vec<String>,
    ) -> Result<Record> {
        check_branch(&site.branch)?;
        let folder = folder_name(site);
        let mut repos: Vec<RepoRecord> = Vec::with_capacity(site.repos.len());
        for repo in &site.repos {
            check_repo_name(&repo.name)?;
            check_branch(&repo.base_branch)?;
            if repos.iter().any(|other| other.repo.name.eq_ignore_ascii_case(&repo.name)) {
                return Err(Error::invalid(
                    "name",
                    format!("Two repos are called `{}`; rename one.", repo.name),
                ));
            }
            let main = Repository::open(&self.git, repo.repo_path.as_ref()).await?;
            let mut repo = repo.clone();
            repo.base_commit = free_branch_and_base(&main, &site.branch, &repo.base_branch).await?;
            repo.path = layout.live(&folder).join(&repo.name).to_string_lossy().into_owned();
            repos.push(RepoRecord { repo, admin: None, saved: None, merged: None });
        }
        if repos.is_empty() {
            return Err(Error::invalid("repos", "A workspace needs a repo. Add one to the project first."));
        }
        let path = layout.live(&folder);
        if path.exists() {
            return Err(Error::conflict(
                "path_exists",
                format!("{} is there already and was not made by Switchyard. Move it away.", path.display()),
            ));
        }
        layout.prepare()?;
        let stage = Stage::Making { copy_files };
        let record = Record {
            workspace: site.id,
            user: site.user_id,
            branch: site.branch.clone(),
            folder,
            stage,
            repos,
        };
        record.save(layout).await?;
        self.steps.passed("make: planned");
        Ok(record)
    }

    /// Finishes a workspace that is planned.
    pub(super) async fn continue_make(&self, layout: &Layout, record: &mut Record) -> Result<()> {
        let Stage::Making { copy_files } = record.stage.clone() else { return Ok(()) };
        std::fs::create_dir_all(layout.live(&record.folder)).map_err(disk)?;
        for at in 0..record.repos.len() {
            let path = record.live(layout, &record.repos[at]);
            let main = Repository::open(&self.git, record.repos[at].repo.repo_path.as_ref()).await?;
            if record.repos[at].admin.is_none() {
                let base = record.repos[at].repo.base_commit.clone();
                record.repos[at].admin = Some(register(&main, &path, &record.branch, &base).await?);
                self.steps.passed("make: registered");
                record.save(layout).await?;
                self.steps.passed("make: registration recorded");
            }
            let admin = record.repos[at].admin.clone().unwrap_or_default();
            let tree = main.linked(&admin, &path).await?;
            fill(&tree).await?;
            self.steps.passed("make: filled");
            copy_ignored(&main, &path, &copy_files).await?;
            self.steps.passed("make: ignored files copied");
        }
        record.stage = Stage::Ready;
        record.save(layout).await?;
        self.steps.passed("make: done");
        Ok(())
    }
}

/// The base's tip, if it is there and the branch is not.
async fn free_branch_and_base(main: &Repository, branch: &str, base: &str) -> Result<String> {
    let (branch_ref, base_ref) = (branch_ref(branch), branch_ref(base));
    let command = main.bare_command().args([
        "for-each-ref",
        "--format=%(refname) %(objectname)",
        &base_ref,
        &branch_ref,
    ]);
    let listed = command.text().await?;
    let mut base_tip = None;
    for (name, commit) in listed.lines().filter_map(|line| line.split_once(' ')) {
        if name == branch_ref {
            return Err(branch_exists(main, branch));
        }
        if name == base_ref {
            base_tip = Some(commit.to_owned());
        }
    }
    match base_tip {
        Some(tip) => Ok(tip),
        None => main.base_tip(base).await,
    }
}

pub(super) fn branch_exists(main: &Repository, branch: &str) -> Error {
    Error::conflict(
        "branch_exists",
        format!(
            "The branch `{branch}` exists already in {}. Rename or delete it, or choose another branch prefix.",
            main.work_tree.display()
        ),
    )
}

/// Registers a worktree without files on a new branch, and returns git's name for it.
async fn register(main: &Repository, path: &Path, branch: &str, base: &str) -> Result<String> {
    let output = past_half_made(|| add_on_new_branch(main, path, branch, base)).await?;
    if output.code != 0 && output.stderr.contains("cannot lock ref") {
        return Err(branch_exists(main, branch));
    }
    output.expect(&[0])?;
    relink::admin_name(path)
}

async fn add_on_new_branch(main: &Repository, path: &Path, branch: &str, base: &str) -> Result<Output> {
    let begun = main.commit_of(&branch_ref(branch)).await?;
    if let Some(tip) = &begun {
        // Planned means that the branch was free: git was killed, or gave up, right after it had made it.
        if tip != base {
            return Err(branch_exists(main, branch));
        }
        clear_begun(main, path)?;
    }
    let command = add_without_files(main);
    let command = match begun {
        Some(_) => command.arg("--").arg(path).arg(branch),
        None => command.args(["--no-track", "-b", branch, "--"]).arg(path).arg(base),
    };
    command.output().await
}

fn add_without_files(main: &Repository) -> GitCommand {
    main.bare_command().args(["worktree", "add", "--quiet", "--no-checkout"])
}

/// Removes what a killed `git worktree add` left: nothing but its `.git` file.
fn clear_begun(main: &Repository, path: &Path) -> Result<()> {
    if let Some(admin) = main.linked_name(path) {
        relink::forget(main, &admin)?;
    }
    if let Ok(entries) = std::fs::read_dir(path) {
        if entries.flatten().any(|entry| entry.file_name() != ".git") {
            return Err(Error::conflict(
                "path_exists",
                format!("{} holds files that Switchyard did not put there. Move them away.", path.display()),
            ));
        }
        std::fs::remove_dir_all(path).map_err(disk)?;
    }
    Ok(())
}

/// Writes the branch's files into a worktree that nobody works in yet.
async fn fill(tree: &Repository) -> Result<()> {
    // A killed git leaves its lock; nobody else runs git here before the workspace is made.
    let _ = std::fs::remove_file(tree.git_dir.join("index.lock"));
    populate(tree).await
}

/// Brings files and index to `HEAD`, with all cores.
pub(super) async fn populate(tree: &Repository) -> Result<()> {
    tree.command()
        .config("checkout.workers", "0")
        .args(["reset", "--hard", "--quiet", "--no-recurse-submodules"])
        .timeout(std::time::Duration::from_secs(600))
        .run()
        .await
}

/// Registers a worktree again for a branch or, where `branch` is `None`, a commit; files are filled in by the caller.
pub(super) async fn register_again(
    git: &Git,
    main: &Repository,
    path: &Path,
    branch: Option<&str>,
    commit: &str,
) -> Result<(String, Repository)> {
    if let Some(admin) = main.linked_name(path) {
        relink::forget(main, &admin)?;
    }
    let add = || match branch {
        Some(branch) => add_without_files(main).arg("--").arg(path).arg(branch).output(),
        None => add_without_files(main).args(["--detach", "--"]).arg(path).arg(commit).output(),
    };
    past_half_made(add).await?.expect(&[0])?;
    let admin = relink::admin_name(path)?;
    let main = Repository::open(git, &main.work_tree).await?;
    let tree = main.linked(&admin, path).await?;
    Ok((admin, tree))
}
