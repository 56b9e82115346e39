//! Repos on the wire, and what helps to find them.

use serde::{Deserialize, Serialize};
use switchyard_domain::repo as domain;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Time;

/// A git repository of a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct Repo {
    id: Uuid,
    project_id: Uuid,
    name: String,
    path: String,
    default_branch: String,
    created_at: Time,
    pub(crate) version: i64,
}

impl From<domain::Repo> for Repo {
    fn from(repo: domain::Repo) -> Self {
        Self {
            id: repo.id.into(),
            project_id: repo.project_id.into(),
            name: repo.name,
            path: repo.path,
            default_branch: repo.default_branch,
            created_at: repo.created_at.into(),
            version: repo.version,
        }
    }
}

/// Adds a repository that is on this machine.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddRepo {
    /// Any path inside of it; `~` stands for the home folder.
    pub(crate) path: String,
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
