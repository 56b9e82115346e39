//! Removing a clone that nobody needs any more, where all that is in it is at its remote too.
//!
//! It is looked through where it is, then set aside, where nobody finds it by its name, and looked through once more: what
//! somebody did meanwhile is found. Only then it goes. A kill leaves it set aside, and the next start puts it back, or
//! found to hold nothing, and the next start removes the rest.

use std::collections::HashSet;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};

use rustix::fs::RenameFlags;
use switchyard_domain::runner::{CloneEnd, KeptClone, UnwantedClone};
use switchyard_domain::{Error, ErrorKind, RepoId, Result};

use super::super::layout::Layout;
use super::super::record::{Record, blocking};
use super::Clones;
use super::bring::MARK;
use super::partial::{FOUND_EMPTY, SET_ASIDE};
use crate::files::beneath::{Folder, Links};
use crate::git::Repository;
use crate::git::failure::disk;
use crate::remote::{TRACKING, Tell};

/// In a clone as it is made, nothing is here: what may hold other repositories, what extensions of git keep apart, and
/// hooks that somebody wrote.
const OTHERS: [&str; 4] = [".git/modules", ".git/lfs", ".git/annex", ".git/hooks"];

impl Clones {
    /// Removes a clone unless it is in use or has something that its remote lacks; see
    /// [`switchyard_domain::runner::RunsClones::remove_clone`]. It goes on if the caller goes away.
    ///
    /// # Errors
    /// What the remote says; then nothing was changed.
    pub async fn remove(&self, unwanted: UnwantedClone) -> Result<CloneEnd> {
        let place = self.place(unwanted.user_id, unwanted.repo_id, &unwanted.name, None)?;
        let ours = self.clone();
        let work = async move {
            let under_way = ours.under_way(unwanted.repo_id);
            let look = |tell: Box<dyn Fn(_) + Send + Sync>| {
                let (ours, unwanted, place) = (&ours, &unwanted, &place);
                async move { ours.remove_at(unwanted, place, &*tell).await }
            };
            // Whatever is under way for it ends, and nothing begins any more.
            under_way.run(i64::MAX, look).await
        };
        tokio::spawn(work).await.map_err(Error::internal)?
    }

    async fn remove_at(&self, unwanted: &UnwantedClone, place: &Path, tell: Tell<'_>) -> Result<CloneEnd> {
        let layout = self.workspaces.layout(unwanted.user_id);
        let Some(name) = place.file_name().and_then(|name| name.to_str()) else {
            return Ok(CloneEnd::Absent);
        };
        let found = match Found::open(&layout, name) {
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(CloneEnd::Absent),
            // A link, or no folder at all: nothing that we made.
            Err(error) if error.kind == ErrorKind::Invalid => return Ok(CloneEnd::Kept(KeptClone::Strange)),
            other => other?,
        };
        if !self.is_marked(place, unwanted.repo_id).await? {
            return Ok(CloneEnd::Kept(KeptClone::Strange));
        }
        if in_use(&layout, unwanted.repo_id, &found)? {
            return Ok(CloneEnd::Kept(KeptClone::InUse));
        }
        if let Some(kept) = self.holds(place, &found.clone, None).await? {
            return Ok(CloneEnd::Kept(kept));
        }
        let there = self.at_the_remote(unwanted, place, tell).await?;
        if let Some(kept) = self.holds(place, &found.clone, Some(&there)).await? {
            return Ok(CloneEnd::Kept(kept));
        }
        found.set_aside()?;
        let aside = place.with_file_name(found.aside());
        let again = match found.is_still_it() {
            Ok(true) if in_use(&layout, unwanted.repo_id, &found)? => Ok(Some(KeptClone::InUse)),
            Ok(true) => self.holds(&aside, &found.clone, Some(&there)).await,
            Ok(false) => Ok(Some(KeptClone::Strange)),
            Err(error) => Err(error),
        };
        match again {
            Ok(None) => {}
            Ok(Some(kept)) => return found.put_back().map(|()| CloneEnd::Kept(kept)),
            Err(error) => return found.put_back().and(Err(error)),
        }
        found.remove().await?;
        Ok(CloneEnd::Removed)
    }

    /// Whether the repository notes that it is the clone of this repo.
    async fn is_marked(&self, root: &Path, repo: RepoId) -> Result<bool> {
        let command = self.workspaces.git.command(root).args(["config", "--file"]);
        let said = command.arg(root.join(".git/config")).args(["--get", MARK]).output().await?.text();
        Ok(said == repo.to_string())
    }

    /// What a remote has: its branches and tags, which are fetched first, so that all can be compared.
    async fn at_the_remote(
        &self,
        unwanted: &UnwantedClone,
        root: &Path,
        tell: Tell<'_>,
    ) -> Result<HashSet<String>> {
        let clone = Repository::open(&self.workspaces.git, root).await?;
        let list = ["for-each-ref", "--format=%(objectname) %(refname)", TRACKING];
        let listed = clone.bare_command().args(list).text().await?;
        let head = format!("{TRACKING}HEAD");
        // Its tags are not told: of what is told as known, only branches that are gone at the remote are forgotten.
        let known = listed.lines().filter(|line| !line.ends_with(&head));
        let known = known.fold(String::new(), |all, line| all + line + "\n");
        let objects = clone.common_dir.join("objects");
        let fetched = match self.remotes.fetch(&unwanted.access, &objects, &known, tell).await {
            Err(error) if error.code == "remote_moved" => {
                let found = self.remotes.look(&unwanted.access, tell).await.map_err(|_| error)?;
                self.remotes.fetch(&found.access, &objects, &known, tell).await
            }
            other => other,
        };
        Ok(fetched?.refs.into_iter().map(|(_, id)| id).collect())
    }

    /// What keeps a clone that its remote may lack: files, stashes, and, where it is known what is `there`, commits.
    async fn holds(
        &self,
        root: &Path,
        folder: &Folder,
        there: Option<&HashSet<String>>,
    ) -> Result<Option<KeptClone>> {
        if OTHERS.iter().any(|path| is_filled(folder, path)) {
            return Ok(Some(KeptClone::Others));
        }
        let clone = Repository::open(&self.workspaces.git, root).await?;
        // What somebody wrote there may have git look at another repository than the one that would go.
        if clone.common_dir != clone.git_dir {
            return Ok(Some(KeptClone::Strange));
        }
        if clone.commit_of("refs/stash").await?.is_some() {
            return Ok(Some(KeptClone::Stash));
        }
        if clone.in_progress().is_some() || has_files(&clone, folder).await? {
            return Ok(Some(KeptClone::Files));
        }
        match there {
            Some(there) if has_commits(&clone, there).await? => Ok(Some(KeptClone::Commits)),
            _ => Ok(None),
        }
    }
}

/// Whether there is anything in the working tree or the index that no commit has. A clone as it is made has neither.
async fn has_files(clone: &Repository, folder: &Folder) -> Result<bool> {
    let index = folder.size(b".git/index").is_some();
    if !index {
        return Ok(folder.names()?.iter().any(|name| name != b".git"));
    }
    // What git is told not to look at it would not find changed.
    let listed = clone.command().args(["ls-files", "-v", "-z"]).output().await?.expect(&[0])?.text();
    if listed.split('\0').any(|file| !file.is_empty() && !file.starts_with("H ")) {
        return Ok(true);
    }
    let status = ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignored=matching"];
    let status = clone.command().args(status).arg("--ignore-submodules=none");
    Ok(!status.output().await?.expect(&[0])?.text().is_empty())
}

/// Whether a branch, a tag or anything else has what is not `there`, or had so lately enough for git to know.
async fn has_commits(clone: &Repository, there: &HashSet<String>) -> Result<bool> {
    let list = ["for-each-ref", "--format=%(objectname) %(refname)"];
    let refs = clone.bare_command().args(list).text().await?;
    let once = ["rev-list", "--walk-reflogs", "--branches", "HEAD"];
    let once = clone.bare_command().args(once).text().await?;
    // An empty line would end what git reads.
    let mut asked: Vec<String> = there.iter().map(|id| format!("^{id}")).collect();
    asked.push("HEAD".to_owned());
    asked.extend(once.lines().map(str::to_owned));
    for (id, name) in refs.lines().filter_map(|line| line.split_once(' ')) {
        if name.starts_with("refs/heads/") {
            asked.push(id.to_owned());
        } else if !name.starts_with(TRACKING) && !there.contains(id) {
            return Ok(true);
        }
    }
    let only = ["rev-list", "--max-count=1", "--ignore-missing", "--stdin"];
    let found = clone.bare_command().args(only).input(asked.join("\n") + "\n").text().await?;
    Ok(!found.is_empty())
}

/// Whether there is something at a place where a clone has an empty folder or nothing.
fn is_filled(clone: &Folder, path: &str) -> bool {
    match clone.folder(path, Links::Refused).and_then(|folder| folder.names()) {
        Ok(names) => !names.is_empty(),
        Err(error) => error.kind != ErrorKind::NotFound,
    }
}

/// Whether a workspace, living or in the trash, or any other working tree is of this clone.
fn in_use(layout: &Layout, repo: RepoId, found: &Found) -> Result<bool> {
    if is_filled(&found.clone, ".git/worktrees") {
        return Ok(true);
    }
    let records = match std::fs::read_dir(layout.operations()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        other => other.map_err(disk)?,
    };
    for file in records {
        let file = file.map_err(disk)?.path();
        if file.extension().is_some_and(|extension| extension == "json")
            && let Some(record) = Record::read(&file)?
            && record.repos.iter().any(|used| used.repo.repo_id == repo)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A clone beneath the folder of its user's clones, reached without a link.
struct Found {
    repos: Folder,
    name: String,
    clone: Folder,
}

impl Found {
    fn open(layout: &Layout, name: &str) -> Result<Self> {
        let root = layout.repos();
        let root = Folder::open(root.parent().unwrap_or(Path::new("/")))?;
        let repos = root.folder("repos", Links::Refused)?;
        let clone = repos.folder(name, Links::Refused)?;
        for inside in [".git", ".git/objects", ".git/refs"] {
            clone.folder(inside, Links::Refused).map_err(|error| match error.kind {
                ErrorKind::NotFound => Error::invalid("path", "This is no repository."),
                _ => error,
            })?;
        }
        Ok(Self { repos, name: name.to_owned(), clone })
    }

    fn aside(&self) -> String {
        format!("{SET_ASIDE}{}", self.name)
    }

    /// Takes the clone away from where it is known to be.
    fn set_aside(&self) -> Result<()> {
        self.rename(&self.name, &self.aside())
    }

    fn put_back(&self) -> Result<()> {
        self.rename(&self.aside(), &self.name)
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        rustix::fs::renameat_with(&self.repos, from, &self.repos, to, RenameFlags::NOREPLACE)
            .map_err(|error| disk(error.into()))
    }

    /// Whether what was set aside is what was looked through.
    fn is_still_it(&self) -> Result<bool> {
        let now = self.repos.folder(self.aside(), Links::Refused)?;
        Ok(now.identity()? == self.clone.identity()?)
    }

    /// Removes what was set aside. No link is followed, neither in it nor on the way there.
    async fn remove(self) -> Result<()> {
        let done = format!("{FOUND_EMPTY}{}", self.name);
        self.rename(&self.aside(), &done)?;
        blocking(move || {
            // By the open folder, whatever may have got its name meanwhile.
            let repos = PathBuf::from(format!("/proc/self/fd/{}", self.repos.as_fd().as_raw_fd()));
            std::fs::remove_dir_all(repos.join(done))?;
            File::open(repos)?.sync_all()
        })
        .await
    }
}
