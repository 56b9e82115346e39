//! Having a clone: making it where it is missing, fetching where it is there.

use std::fmt::Write as _;
use std::path::Path;

use switchyard_domain::repo::CloneProgress;
use switchyard_domain::runner::{HadClone, WantedClone};
use switchyard_domain::{Error, RepoId, Result};

use super::Clones;
use super::partial::{Partial, taken};
use super::under_way::UnderWay;
use crate::git::failure::disk;
use crate::git::names::{branch_ref, check_branch};
use crate::git::repository::git_dir_of;
use crate::git::{Git, Repository};
use crate::remote::{TRACKING, Tell, Update};

/// Where the remote's default branch is noted.
const REMOTE_HEAD: &str = "refs/remotes/origin/HEAD";
/// Where a clone notes whose it is.
pub(in crate::workspace) const MARK: &str = "switchyard.repo";

impl Clones {
    pub(super) async fn bring(
        &self,
        wanted: &WantedClone,
        root: &Path,
        under_way: &UnderWay,
        tell: Box<dyn Fn(CloneProgress) + Send + Sync>,
    ) -> Result<HadClone> {
        for branch in &wanted.branches {
            check_branch(branch)?;
        }
        if self.is_there(wanted, root).await? {
            self.refresh(wanted, root, under_way, &*tell).await
        } else {
            self.make(wanted, root, &*tell).await
        }
    }

    /// Whether the clone is there. What else may be at a place that a person chose is left alone.
    async fn is_there(&self, wanted: &WantedClone, root: &Path) -> Result<bool> {
        let Some(git_dir) = git_dir_of(root) else {
            let empty = std::fs::read_dir(root).map_or(true, |mut entries| entries.next().is_none());
            return if empty { Ok(false) } else { Err(taken(root)) };
        };
        if wanted.folder.is_none() {
            return Ok(true);
        }
        let config = git_dir.join("config");
        let command = self.workspaces.git.command(root.parent().unwrap_or(root)).args(["config", "--file"]);
        let said = command.arg(&config).args(["--get", MARK]).output().await?.text();
        if said == wanted.repo_id.to_string() { Ok(true) } else { Err(taken(root)) }
    }

    async fn make(&self, wanted: &WantedClone, root: &Path, tell: Tell<'_>) -> Result<HadClone> {
        let git = &self.workspaces.git;
        let found = self.remotes.look(&wanted.access, tell).await?;
        let partial = Partial::beside(root, wanted.repo_id)?;
        let init = git.command(partial.path()).args(["init", "--quiet", "--template="]);
        init.arg(format!("--initial-branch={}", found.default_branch)).run().await?;
        let objects = partial.path().join(".git/objects");
        let update = self.remotes.fetch(&found.access, &objects, "", tell).await?;
        let default_branch = default_of(&update, &found.default_branch)?;
        let config = partial.path().join(".git/config");
        let kept = std::fs::read_to_string(&config).map_err(disk)?;
        let url = found.access.url.as_str();
        std::fs::write(&config, kept + &configuration(wanted.repo_id, url, &default_branch)).map_err(disk)?;
        let clone = Repository::open(git, partial.path()).await?;
        carry_over(&clone, &update).await?;
        let head = format!("{TRACKING}{default_branch}");
        clone.bare_command().args(["symbolic-ref", REMOTE_HEAD, &head]).run().await?;
        let tip = clone.commit_of(&head).await?.ok_or_else(|| Error::internal("a branch without a tip"))?;
        // No branch is checked out here, so that each can move.
        clone.bare_command().args(["update-ref", "--no-deref", "HEAD", &tip]).run().await?;
        let outdated = local_branches(&clone, &default_branch, &wanted.branches).await?;
        clone.bare_command().args(["pack-refs", "--all"]).run().await?;
        partial.settle(root)?;
        Ok(HadClone { path: root.to_string_lossy().into_owned(), default_branch, outdated })
    }

    async fn refresh(
        &self,
        wanted: &WantedClone,
        root: &Path,
        under_way: &UnderWay,
        tell: Tell<'_>,
    ) -> Result<HadClone> {
        let clone = Repository::open(&self.workspaces.git, root).await?;
        let list =
            ["for-each-ref", "--format=%(objectname) %(refname)", "refs/remotes/origin/", "refs/tags/"];
        let listed = clone.bare_command().args(list).text().await?;
        let known = listed.lines().filter(|line| !line.ends_with(REMOTE_HEAD));
        let known = known.fold(String::new(), |all, line| all + line + "\n");
        let objects = clone.common_dir.join("objects");
        let fetched = match self.remotes.fetch(&wanted.access, &objects, &known, tell).await {
            // Some hosts know their repositories by their whole name alone, as was found out when it was cloned.
            Err(error) if error.code == "remote_moved" => match self.remotes.look(&wanted.access, tell).await
            {
                Ok(found) => self.remotes.fetch(&found.access, &objects, &known, tell).await,
                Err(_) => Err(error),
            },
            other => other,
        };
        let _settling = under_way.settle().await;
        let default_branch = default_branch(&clone).await?;
        let outdated = match fetched {
            Ok(update) => {
                carry_over(&clone, &update).await?;
                local_branches(&clone, &default_branch, &wanted.branches).await?
            }
            Err(error) => {
                tracing::info!(repo = %wanted.repo_id, code = error.code, "a clone could not be brought up to date");
                // What was fetched before may have branches that are asked for only now.
                local_branches(&clone, &default_branch, &wanted.branches).await?;
                Some(format!("{} What was fetched before is used.", error.message))
            }
        };
        Ok(HadClone { path: root.to_string_lossy().into_owned(), default_branch, outdated })
    }
}

/// What a clone's configuration says of its remote. Neither an address nor a branch's name holds a backslash; what a name
/// may hold besides, git would take for syntax outside of quotes.
fn configuration(repo: RepoId, url: &str, branch: &str) -> String {
    let branch = branch.replace('"', "\\\"");
    format!(
        "[switchyard]\n\trepo = {repo}\n[remote \"origin\"]\n\turl = \"{url}\"\n\tfetch = +refs/heads/*:{TRACKING}*\n[branch \"{branch}\"]\n\tremote = \
         origin\n\tmerge = \"refs/heads/{branch}\"\n"
    )
}

/// The branch that work starts from: the one that the remote names, if it has that.
fn default_of(update: &Update, named: &str) -> Result<String> {
    let branches: Vec<&str> =
        update.refs.iter().filter_map(|(name, _)| name.strip_prefix(TRACKING)).collect();
    let usual = [named, "main", "master"].into_iter().find(|name| branches.contains(name));
    // A remote may send names that git itself does not make.
    let first = usual.or(branches.into_iter().find(|name| check_branch(name).is_ok()));
    first.map(str::to_owned).ok_or_else(|| {
        Error::conflict("remote_empty", "The remote has no branch yet. Push a first commit, then try again.")
    })
}

async fn default_branch(clone: &Repository) -> Result<String> {
    let output = clone.bare_command().args(["symbolic-ref", "--quiet", REMOTE_HEAD]).output().await?;
    let named = output.text();
    Ok(named.strip_prefix(TRACKING).unwrap_or("main").to_owned())
}

/// Has the clone know what was fetched: the remote's branches as they are there, and new tags.
async fn carry_over(clone: &Repository, update: &Update) -> Result<()> {
    let list = ["for-each-ref", "--format=%(objectname) %(refname)", "refs/remotes/origin/", "refs/tags/"];
    let listed = clone.bare_command().args(list).text().await?;
    let known: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    let fetched: std::collections::HashMap<&str, &str> =
        update.refs.iter().map(|(name, id)| (name.as_str(), id.as_str())).collect();
    let (mut gone, mut new) = (String::new(), String::new());
    for (_, name) in &known {
        if name.starts_with(TRACKING) && *name != REMOTE_HEAD && !fetched.contains_key(name) {
            let _ = writeln!(gone, "delete {name}");
        }
    }
    let known: std::collections::HashMap<&str, &str> =
        known.into_iter().map(|(id, name)| (name, id)).collect();
    for (name, id) in fetched {
        let is_tag = name.starts_with("refs/tags/");
        if (name.starts_with(TRACKING) && known.get(name) != Some(&id))
            || (is_tag && !known.contains_key(name))
        {
            let _ = writeln!(new, "update {name} {id}");
        }
    }
    // Apart, since a name that goes may be a folder of one that comes.
    clone.update_refs("switchyard: fetch", &gone).await?;
    clone.update_refs("switchyard: fetch", &new).await
}

/// Has local branches where the remote has these, and moves those along that have nothing of their own. Answers, in words
/// for the person, which stay behind.
async fn local_branches(clone: &Repository, default: &str, wanted: &[String]) -> Result<Option<String>> {
    let mut behind = Vec::new();
    for branch in
        std::iter::once(default).chain(wanted.iter().map(String::as_str).filter(|name| *name != default))
    {
        let Some(theirs) = clone.commit_of(&format!("{TRACKING}{branch}")).await? else { continue };
        let name = branch_ref(branch);
        match clone.commit_of(&name).await? {
            None => clone.update_refs("switchyard: fetch", &format!("create {name} {theirs}\n")).await?,
            Some(ours) if clone.contains(&ours, &theirs).await? => {}
            Some(ours) if !clone.contains(&theirs, &ours).await? => behind
                .push(format!("`{branch}` has commits here that its remote lacks, and the other way round.")),
            Some(ours) => {
                let open =
                    clone.checkouts().await?.into_iter().find(|each| each.branch.as_deref() == Some(&name));
                match open {
                    Some(open) => behind.push(format!(
                        "`{branch}` is checked out in {}; pull there to have what is new.",
                        open.path.display()
                    )),
                    None => {
                        let moved = format!("update {name} {theirs} {ours}\n");
                        clone.update_refs("switchyard: fetch", &moved).await?;
                    }
                }
            }
        }
    }
    Ok((!behind.is_empty()).then(|| behind.join(" ")))
}

/// What a repository that is there is known by.
pub(super) async fn facts(git: &Git, root: &Path) -> Result<Option<(String, String)>> {
    if git_dir_of(root).is_none() {
        return Ok(None);
    }
    let head = Repository::open(git, root).await?.head().await?;
    let branch = head.branch.as_deref().and_then(|name| name.strip_prefix("refs/heads/")).unwrap_or("main");
    Ok(Some((root.to_string_lossy().into_owned(), branch.to_owned())))
}
