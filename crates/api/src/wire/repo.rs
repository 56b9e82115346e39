//! Repos on the wire, and what helps to find them.

use serde::{Deserialize, Serialize};
use switchyard_app::NewRepoRequest;
use switchyard_domain::repo as domain;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Time, mirror};

mirror! {
    /// How a clone stands: it is being made, is there, or could not be made and can be tried again.
    CloneStatus = domain::CloneStatus { Cloning, Ready, Failed }
}

mirror! {
    /// What cloning is at: reaching the remote, which then prepares what to send, receiving that, and ordering it.
    ClonePhase = domain::ClonePhase { Connecting, Preparing, Receiving, Resolving }
}

/// A git repository of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct Repo {
    id: Uuid,
    project_id: Uuid,
    name: String,
    /// Its folder, where the caller can reach it: for one at a remote once it is cloned.
    #[schema(required = true)]
    path: Option<String>,
    /// The address of its remote, where it was added by that.
    #[schema(required = true)]
    url: Option<String>,
    /// The caller's clone of the remote; null where none was asked for, and for a repository in a folder.
    #[schema(required = true)]
    clone: Option<RepoClone>,
    /// Empty until a remote was cloned for the first time.
    default_branch: String,
    created_at: Time,
    pub(crate) version: i64,
}

/// The caller's clone of a remote.
#[derive(Serialize, ToSchema)]
pub(crate) struct RepoClone {
    status: CloneStatus,
    /// Why it failed, for programs: `remote_refused`, `remote_not_found`, `remote_unreachable`, `clone_timed_out` …
    #[schema(required = true)]
    reason: Option<String>,
    /// The same for people. Of a clone that is there: why it lacks the newest commits of its remote.
    #[schema(required = true)]
    error: Option<String>,
    updated_at: Time,
}

impl From<domain::RepoClone> for RepoClone {
    fn from(clone: domain::RepoClone) -> Self {
        let status = clone.status.into();
        Self { status, reason: clone.reason, error: clone.error, updated_at: clone.updated_at.into() }
    }
}

/// A clone, and how far it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct CloneState {
    clone: RepoClone,
    /// Null unless it is being made, and while nobody knows.
    #[schema(required = true)]
    progress: Option<CloneProgress>,
}

/// How far cloning has come.
#[derive(Serialize, ToSchema)]
pub(crate) struct CloneProgress {
    phase: ClonePhase,
    /// How much of the phase is done, where that is known.
    #[schema(required = true)]
    percent: Option<u8>,
    /// Objects received.
    objects: u64,
    /// Bytes received.
    bytes: u64,
}

impl From<(domain::RepoClone, Option<domain::CloneProgress>)> for CloneState {
    fn from((clone, progress): (domain::RepoClone, Option<domain::CloneProgress>)) -> Self {
        let progress = progress.map(|now| CloneProgress {
            phase: now.phase.into(),
            percent: now.percent,
            objects: now.objects,
            bytes: now.bytes,
        });
        Self { clone: clone.into(), progress }
    }
}

impl From<domain::Repo> for Repo {
    fn from(repo: domain::Repo) -> Self {
        let path = repo.path().map(str::to_owned);
        let (url, clone) = match repo.place {
            domain::RepoPlace::Folder(_) => (None, None),
            domain::RepoPlace::Remote { url, clone } => (Some(url), clone.map(RepoClone::from)),
        };
        Self {
            id: repo.id.into(),
            project_id: repo.project_id.into(),
            name: repo.name,
            path,
            url,
            clone,
            default_branch: repo.default_branch,
            created_at: repo.created_at.into(),
            version: repo.version,
        }
    }
}

/// Adds a repository: the one at `path`, the one at `url`, or a new one called `name`. Exactly one of these is given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddRepo {
    /// Any path inside of a repository on this machine; `~` stands for the home folder.
    path: Option<String>,
    /// The address of a repository: `https://github.com/owner/name`, `git@github.com:owner/name.git`, or that of one of
    /// its pages. It holds no password or token.
    url: Option<String>,
    /// What a new repository is called.
    name: Option<String>,
    /// Where the clone, or the new repository, is to be; where Switchyard keeps such where left out, and always where
    /// many people use it.
    folder: Option<String>,
}

impl From<AddRepo> for NewRepoRequest {
    fn from(add: AddRepo) -> Self {
        let AddRepo { path, url, name, folder } = add;
        Self { path, url, name, folder }
    }
}

/// A local branch.
#[derive(Serialize, ToSchema)]
pub(crate) struct Branch {
    name: String,
    current: bool,
    commit: String,
}

impl From<domain::Branch> for Branch {
    fn from(branch: domain::Branch) -> Self {
        Self { name: branch.name, current: branch.current, commit: branch.commit }
    }
}

/// A folder that completes a typed path.
#[derive(Serialize, ToSchema)]
pub(crate) struct PathCompletion {
    path: String,
    name: String,
    is_repo: bool,
}

impl From<domain::PathCompletion> for PathCompletion {
    fn from(completion: domain::PathCompletion) -> Self {
        Self { path: completion.path, name: completion.name, is_repo: completion.is_repo }
    }
}

/// Repositories that were found.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundRepos {
    items: Vec<FoundRepo>,
    /// False when depth, number or time cut the search short.
    complete: bool,
}

/// A repository that was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundRepo {
    path: String,
    name: String,
    #[schema(required = true)]
    branch: Option<String>,
}

impl From<domain::FoundRepos> for FoundRepos {
    fn from(found: domain::FoundRepos) -> Self {
        let items = found.repos.into_iter();
        let items = items.map(|repo| FoundRepo { path: repo.path, name: repo.name, branch: repo.branch });
        Self { items: items.collect(), complete: found.complete }
    }
}

/// What was typed so far.
#[derive(Deserialize, IntoParams)]
pub(crate) struct CompletionQuery {
    #[serde(default)]
    pub(crate) prefix: String,
}

/// Where to look for repositories.
#[derive(Deserialize, IntoParams)]
pub(crate) struct FindQuery {
    /// The home folder when left out.
    pub(crate) under: Option<String>,
}
