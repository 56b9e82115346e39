//! What people do with repos, and how they find them.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::agent::Agent;
use switchyard_domain::repo::{Branch, FoundRepos, PathCompletion, Repo};
use switchyard_domain::store::Act;
use switchyard_domain::{Error, ErrorKind, ProjectId, RepoId, Result, Scope};

use crate::App;

impl App {
    /// Adds the repository that `path` lies in to a project.
    ///
    /// # Errors
    /// `Invalid` with a code that says what is wrong with the path; `Conflict` when the project has it already.
    pub async fn add_repo(&self, act: &Act, project: ProjectId, path: &str) -> Result<Repo> {
        self.store().project(&act.scope, project).await?.my_role.require(ProjectRole::Admin)?;
        if path.trim().is_empty() {
            return Err(Error::invalid("path", "Give the path of a git repository."));
        }
        let facts =
            self.runner(act.scope.user()).inspect_repo(path.trim()).await.map_err(|error| {
                match error.kind {
                    ErrorKind::Invalid => Error { field: Some("path"), ..error },
                    _ => error,
                }
            })?;
        self.store().create_repo(act, project, &facts).await
    }

    /// A project's repos.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn repos(&self, scope: &Scope, project: ProjectId) -> Result<Vec<Repo>> {
        self.store().repos(scope, project).await
    }

    /// Takes a repo off its project; nothing on disk changes.
    ///
    /// # Errors
    /// `NotFound`, `Stale`, `Conflict` while a workspace uses it.
    pub async fn remove_repo(&self, act: &Act, id: RepoId, version: i64) -> Result<()> {
        self.store().delete_repo(act, id, version).await
    }

    /// A repo's local branches.
    ///
    /// # Errors
    /// `NotFound`, or what the runner says.
    pub async fn branches(&self, scope: &Scope, id: RepoId) -> Result<Vec<Branch>> {
        let repo = self.store().repo(scope, id).await?;
        self.runner(scope.user()).branches(&repo.path).await
    }

    /// Repositories below a folder, the home folder by default.
    ///
    /// # Errors
    /// What the runner says.
    pub async fn find_repos(&self, scope: &Scope, under: Option<&str>) -> Result<FoundRepos> {
        self.runner(scope.user()).find_repos(under).await
    }

    /// Folders that complete a typed path.
    ///
    /// # Errors
    /// What the runner says.
    pub async fn complete_path(&self, scope: &Scope, prefix: &str) -> Result<Vec<PathCompletion>> {
        self.runner(scope.user()).complete_path(prefix).await
    }

    /// The agents' catalogue, as found on the runner's machine.
    ///
    /// # Errors
    /// What the runner says.
    pub async fn agents(&self, scope: &Scope) -> Result<Vec<Agent>> {
        self.runner(scope.user()).agents().await
    }
}
