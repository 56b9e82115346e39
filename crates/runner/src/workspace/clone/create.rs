//! New repositories.

use std::path::Path;

use switchyard_domain::repo::RepoFacts;
use switchyard_domain::runner::NewRepository;
use switchyard_domain::{Error, Result};

use super::Clones;
use super::bring::facts;
use super::partial::{Partial, taken};
use crate::git::failure::disk;
use crate::git::{GitCommand, Repository};

/// Its first branch.
const BRANCH: &str = "main";

impl Clones {
    /// Makes a repository at `root` with one commit. One that was made for the same repo before is told again.
    pub(super) async fn create_at(&self, new: &NewRepository, root: &Path) -> Result<RepoFacts> {
        let git = &self.workspaces.git;
        if new.folder.is_none()
            && let Some((root, default_branch)) = facts(git, root).await?
        {
            return Ok(RepoFacts { root, default_branch });
        }
        if std::fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(taken(root));
        }
        let partial = Partial::beside(root, new.repo_id)?;
        let init = git.command(partial.path()).args(["init", "--quiet", "--template="]);
        init.arg(format!("--initial-branch={BRANCH}")).run().await?;
        std::fs::write(partial.path().join("README.md"), format!("# {}\n", new.name)).map_err(disk)?;
        let made = Repository::open(git, partial.path()).await?;
        made.command().args(["add", "--", "README.md"]).run().await?;
        match first_commit(&made).author(new.author.as_ref()).run().await {
            // Nobody has told git yet who they are.
            Err(error) if error.code == "no_author" => first_commit(&made).as_switchyard().run().await?,
            other => other?,
        }
        partial.settle(root)?;
        let root =
            root.to_str().ok_or_else(|| Error::invalid("folder", "Choose a folder with a plain name."))?;
        Ok(RepoFacts { root: root.to_owned(), default_branch: BRANCH.to_owned() })
    }
}

fn first_commit(made: &Repository) -> GitCommand {
    made.command().args(["commit", "--quiet", "--no-verify", "-m", "Start"])
}
