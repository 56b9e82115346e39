//! Files, commits and changes of a workspace, as they are.

use futures_util::stream::BoxStream;
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::{CommitInfo, FileContent, FileEntry};
use switchyard_domain::{Error, Result, Timestamp};

use super::Workspaces;
use super::site::OpenRepo;
use crate::files::browse;
use crate::files::watch::{Watched, watch};
use crate::git::names::branch_ref;

const MOST_COMMITS: usize = 500;

impl Workspaces {
    /// Yields each time files or refs of the workspace change, at most a few times a second. Ends when it is dropped.
    ///
    /// # Errors
    /// `Conflict`: `worktree_missing`, `repository_missing`, `workspace_discarded`.
    pub async fn changes(&self, site: &WorkspaceSite) -> Result<BoxStream<'static, Result<()>>> {
        let open = self.open_site(site).await?;
        let watched = open.repos.iter().map(|repo| Watched {
            root: repo.tree.work_tree.clone(),
            git_dir: repo.tree.git_dir.clone(),
            refs: [branch_ref(&open.record.branch), branch_ref(&repo.spec.base_branch)]
                .map(|name| repo.tree.common_dir.join(name))
                .into_iter()
                .chain([repo.tree.common_dir.join("packed-refs")])
                .collect(),
        });
        watch(watched.collect()).await
    }

    /// Commits that the base branch does not have, newest first, at most 500.
    ///
    /// # Errors
    /// As [`Self::changes`].
    pub async fn commits(&self, site: &WorkspaceSite) -> Result<Vec<CommitInfo>> {
        let open = self.open_site(site).await?;
        let mut commits = Vec::new();
        for repo in &open.repos {
            commits.extend(commits_of(repo).await?);
        }
        // Within a repo git's order stands, which is that of ancestry where times are equal.
        commits.sort_by_key(|commit| std::cmp::Reverse(commit.at));
        commits.truncate(MOST_COMMITS);
        Ok(commits)
    }

    /// Entries of a folder of the workspace (`""`: its root), folders first, at most 10,000.
    ///
    /// # Errors
    /// `Invalid`: `path_outside`, `not_a_folder`. `NotFound`.
    pub async fn files(&self, site: &WorkspaceSite, path: &str) -> Result<Vec<FileEntry>> {
        let open = self.open_site(site).await?;
        browse::list(open.layout.live(&open.record.folder), path.to_owned()).await
    }

    /// A file's text, at most 2 MiB of it.
    ///
    /// # Errors
    /// `Invalid`: `path_outside`, `not_a_file`. `NotFound`.
    pub async fn file(&self, site: &WorkspaceSite, path: &str) -> Result<FileContent> {
        let open = self.open_site(site).await?;
        browse::read(open.layout.live(&open.record.folder), path.to_owned()).await
    }
}

async fn commits_of(repo: &OpenRepo) -> Result<Vec<CommitInfo>> {
    let base = repo.tree.commit_of(&branch_ref(&repo.spec.base_branch)).await?;
    let base = base.unwrap_or_else(|| repo.spec.base_commit.clone());
    let command = repo.tree.command().args(["log", "-z", "--no-color", "--no-show-signature"]);
    let command = command.arg(format!("--max-count={MOST_COMMITS}")).arg("--format=%H%x00%s%x00%an%x00%at");
    let printed = command.args(["HEAD", &format!("^{base}"), "--"]).bytes().await?;
    let text = String::from_utf8_lossy(&printed);
    let fields: Vec<&str> = text.split('\0').collect();
    fields.chunks_exact(4).map(|fields| commit_info(repo, fields)).collect()
}

fn commit_info(repo: &OpenRepo, fields: &[&str]) -> Result<CommitInfo> {
    let seconds = fields[3].parse().map_err(Error::internal)?;
    Ok(CommitInfo {
        repo_id: repo.spec.repo_id,
        id: fields[0].to_owned(),
        subject: fields[1].to_owned(),
        author: fields[2].to_owned(),
        at: Timestamp::from_unix_timestamp(seconds).map_err(Error::internal)?,
    })
}
