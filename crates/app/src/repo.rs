//! What people do with repos, and how they find them.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::agent::Agent;
use switchyard_domain::remote::RemoteUrl;
use switchyard_domain::repo::{
    Branch, FoundRepos, NewPlace, NewRepo, PathCompletion, Repo, RepoFacts, validate_repo_name,
};
use switchyard_domain::runner::NewRepository;
use switchyard_domain::store::Act;
use switchyard_domain::{Error, ErrorKind, ProjectId, RepoId, Result, Scope};

use crate::App;

/// A repository that is to be added: exactly one of path, address and name is given.
#[derive(Clone, Debug, Default)]
pub struct NewRepoRequest {
    /// Any path inside of the one that is meant.
    pub path: Option<String>,
    /// The address of the one that is meant, as somebody wrote or copied it.
    pub url: Option<String>,
    /// What a new one is called.
    pub name: Option<String>,
    /// Where the clone or the new one is to be.
    pub folder: Option<String>,
}

impl App {
    /// Adds a repository to a project. One at a remote is cloned in the background, for whoever adds it.
    ///
    /// # Errors
    /// `Invalid` with a code that says what is wrong with the path or the address; `Conflict` when the project has it
    /// already, or something is in the way of a new one.
    pub async fn add_repo(&self, act: &Act, project: ProjectId, new: NewRepoRequest) -> Result<Repo> {
        self.store().project(&act.scope, project).await?.my_role.require(ProjectRole::Admin)?;
        let folder = new.folder.filter(|folder| !folder.trim().is_empty());
        match (new.path, new.url, new.name) {
            (Some(path), None, None) if folder.is_none() => self.add_folder(act, project, &path).await,
            (Some(_), None, None) => {
                Err(Error::invalid("folder", "A repository that is on this machine stays where it is."))
            }
            (None, Some(url), None) => self.add_remote(act, project, &url, folder).await,
            (None, None, Some(name)) => self.add_empty(act, project, &name, folder).await,
            _ => {
                let text =
                    "Give the path of a repository, its address, or the name of a new one: one of these.";
                Err(Error::invalid("url", text))
            }
        }
    }

    async fn add_folder(&self, act: &Act, project: ProjectId, path: &str) -> Result<Repo> {
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
        self.store().create_repo(act, project, &in_folder(RepoId::new(), &facts)).await
    }

    async fn add_remote(
        &self,
        act: &Act,
        project: ProjectId,
        url: &str,
        folder: Option<String>,
    ) -> Result<Repo> {
        let url = RemoteUrl::new(url)?;
        let new = NewRepo {
            id: RepoId::new(),
            name: url.name(),
            place: NewPlace::Remote(url.to_string()),
            default_branch: String::new(),
        };
        let repo = self.store().create_repo(act, project, &new).await?;
        self.begin_clone(&self.act(act.scope, "repo.clone"), repo.id, folder).await
    }

    async fn add_empty(
        &self,
        act: &Act,
        project: ProjectId,
        name: &str,
        folder: Option<String>,
    ) -> Result<Repo> {
        let name = validate_repo_name(name)?;
        let new = NewRepository {
            repo_id: RepoId::new(),
            user_id: act.scope.user(),
            name,
            folder,
            author: self.author(&act.scope).await?,
        };
        let facts = self.runner(act.scope.user()).make_repository(&new).await?;
        let named = NewRepo { name: new.name, ..in_folder(new.repo_id, &facts) };
        self.store().create_repo(act, project, &named).await
    }

    /// A project's repos.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn repos(&self, scope: &Scope, project: ProjectId) -> Result<Vec<Repo>> {
        self.store().repos(scope, project).await
    }

    /// Takes a repo off its project. A repository in a folder stays as it is; people's clones of one at a remote are
    /// removed afterwards, in the background, where nothing is lost by it.
    ///
    /// # Errors
    /// `NotFound`, `Stale`, `Conflict` while a workspace uses it.
    pub async fn remove_repo(&self, act: &Act, id: RepoId, version: i64) -> Result<()> {
        self.store().delete_repo(act, id, version).await?;
        self.parts.trash.notify_one();
        Ok(())
    }

    /// A repo's local branches, and those that only its remote has.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` with code `repo_not_cloned`, or what the runner says.
    pub async fn branches(&self, scope: &Scope, id: RepoId) -> Result<Vec<Branch>> {
        let repo = self.store().repo(scope, id).await?;
        let path = repo.path().ok_or_else(|| {
            let text =
                "You have no clone of this repository yet. Clone it first, or wait until that is done.";
            Error::conflict("repo_not_cloned", text)
        })?;
        self.runner(scope.user()).branches(path).await
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

/// A repository in a folder, named as that is.
fn in_folder(id: RepoId, facts: &RepoFacts) -> NewRepo {
    let name = facts.root.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or("repo");
    NewRepo {
        id,
        name: name.to_owned(),
        place: NewPlace::Folder(facts.root.clone()),
        default_branch: facts.default_branch.clone(),
    }
}
