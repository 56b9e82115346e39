//! The runner port's part for repositories that are reached by URL, and for new ones.

use async_trait::async_trait;

use crate::config::GitAuthor;
use crate::credential::GitCredential;
use crate::remote::RemoteUrl;
use crate::repo::{CloneProgress, RepoFacts};
use crate::task::names;
use crate::{RepoId, Result, UserId};

/// How a remote is reached, and as whom.
#[derive(Clone, Debug)]
pub struct RemoteAccess {
    /// Where it is.
    pub url: RemoteUrl,
    /// What its host is shown if it asks; never written down.
    pub credential: Option<GitCredential>,
}

/// A clone that is to be there.
#[derive(Clone, Debug)]
pub struct WantedClone {
    /// The repo.
    pub repo_id: RepoId,
    /// The attempt at it: see [`crate::repo::RepoClone::attempt`].
    pub attempt: i64,
    /// Whose clone it is.
    pub user_id: UserId,
    /// What its folder is called below the user's root.
    pub name: String,
    /// A folder that the person chose instead.
    pub folder: Option<String>,
    /// Where it comes from.
    pub access: RemoteAccess,
    /// Local branches that are to be there besides the remote's default one.
    pub branches: Vec<String>,
}

/// A clone that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HadClone {
    /// Its root.
    pub path: String,
    /// The remote's default branch.
    pub default_branch: String,
    /// Why it does not have the remote's newest commits, in words for the person; `None` where it has.
    pub outdated: Option<String>,
}

/// A clone that nobody is to need any more.
#[derive(Clone, Debug)]
pub struct UnwantedClone {
    /// The repo that it was of.
    pub repo_id: RepoId,
    /// Whose clone it is.
    pub user_id: UserId,
    /// What its folder is called below the user's root.
    pub name: String,
    /// Where it comes from.
    pub access: RemoteAccess,
}

/// What became of a clone that nobody is to need any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloneEnd {
    /// It is gone.
    Removed,
    /// There is none below the user's root: it was never made, or in a folder that its user chose, which is theirs.
    Absent,
    /// It stays as it is.
    Kept(KeptClone),
}

/// Why a clone is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptClone {
    /// A workspace is of it, in the trash or not, or another working tree.
    InUse,
    /// It has commits, branches or tags that its remote lacks.
    Commits,
    /// It has files that no commit has, or something half done.
    Files,
    /// It has a stash.
    Stash,
    /// It has repositories within, or what git keeps elsewhere.
    Others,
    /// What is in its place is something else.
    Strange,
    /// Its remote could not be asked, time and again.
    Remote,
}
names!(KeptClone {
    InUse = "in_use", Commits = "commits", Files = "files", Stash = "stash", Others = "others", Strange = "strange",
    Remote = "remote",
});

/// A repository that is to be made.
#[derive(Clone, Debug)]
pub struct NewRepository {
    /// The repo.
    pub repo_id: RepoId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is called.
    pub name: String,
    /// A folder that the person chose for it.
    pub folder: Option<String>,
    /// Whom its first commit is attributed to; git's own configuration when unset.
    pub author: Option<GitAuthor>,
}

/// Clones of remotes, and new repositories.
#[async_trait]
pub trait RunsClones: Send + Sync {
    /// Has the repository here, with what is new at the remote: clones it where it is missing, fetches where it is
    /// there. May be asked for again at any time, and goes on if the caller goes away. A clone that is there but cannot
    /// be brought up to date is `outdated` and no error.
    ///
    /// `Conflict`: `remote_not_found`, `remote_refused`, `remote_empty`, `remote_moved`, `remote_forbidden`,
    /// `not_a_remote`, `insecure_remote`, `unsupported_remote`, `clone_too_large`, `clone_cancelled`, `path_exists`,
    /// `remote_failed`. `Unavailable`: `remote_unreachable`, `clone_timed_out`, `disk_full`.
    async fn have_clone(&self, wanted: &WantedClone) -> Result<HadClone>;
    /// How far cloning or fetching has come; `None` while nothing of the kind is under way.
    async fn clone_progress(&self, repo: RepoId) -> Result<Option<CloneProgress>>;
    /// Ends this attempt at the repo, also one that is asked for only afterwards, with code `clone_cancelled`; nothing is
    /// left of a clone that was not done.
    async fn cancel_clone(&self, repo: RepoId, attempt: i64) -> Result<()>;
    /// Removes a clone below the user's root for good, if no working tree is of it and its remote, which is asked, has all
    /// that is in it. What is anywhere else is left alone, and no link is followed. Errors are the remote's, as with
    /// [`RunsClones::have_clone`]; then it is kept for now.
    async fn remove_clone(&self, unwanted: &UnwantedClone) -> Result<CloneEnd>;
    /// Makes a repository with a first commit. `Conflict`: `path_exists`, `no_author`.
    async fn make_repository(&self, new: &NewRepository) -> Result<RepoFacts>;
}
