//! A repository, a workspace of it, and what tests ask about them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::{WorkspaceRepo, branch_name};
use switchyard_domain::{RepoId, UserId, WorkspaceId};
use switchyard_runner::git::Environment;
use switchyard_runner::workspace::Workspaces;
use switchyard_testkit::repo::{TempRepo, write};

/// A repository with a site for a workspace of it.
pub(crate) struct Bench {
    pub(crate) repo: TempRepo,
    pub(crate) workspaces: Workspaces,
    pub(crate) site: WorkspaceSite,
}

impl Bench {
    /// A repository with one commit; no workspace yet.
    pub(crate) async fn new() -> Self {
        Self::of(TempRepo::new()).await
    }

    pub(crate) async fn of(repo: TempRepo) -> Self {
        let workspaces = open(&repo).await;
        let id = WorkspaceId::new();
        let site = WorkspaceSite {
            id,
            user_id: UserId::new(),
            branch: branch_name("sy", id, "Fix the login"),
            repos: vec![spec("project", &repo.path())],
            author: None,
        };
        Self { repo, workspaces, site }
    }

    /// A repository with a workspace.
    pub(crate) async fn made() -> Self {
        let bench = Self::new().await;
        bench.make().await;
        bench
    }

    pub(crate) async fn make(&self) {
        self.workspaces.make(&self.site, &[]).await.expect("a workspace");
    }

    /// Workspaces as a runner that was started anew sees them.
    pub(crate) async fn restart(&mut self) {
        self.workspaces = open(&self.repo).await;
    }

    /// The worktree.
    pub(crate) fn tree(&self) -> PathBuf {
        self.workspaces.folder(&self.site).join("project")
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        write(&self.tree().join(path), content);
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.tree().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs git in the worktree.
    pub(crate) fn git<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> String {
        self.repo.git_in(&self.tree(), args)
    }

    /// Commits everything in the worktree.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "-m", message]);
        self.git(["rev-parse", "HEAD"])
    }

    /// What the branch names, if it exists.
    pub(crate) fn tip(&self) -> Option<String> {
        let name = format!("refs/heads/{}", self.site.branch);
        let listed = self.repo.git(["for-each-ref", "--format=%(objectname)", &name]);
        (!listed.is_empty()).then_some(listed)
    }
}

pub(crate) fn spec(name: &str, path: &Path) -> WorkspaceRepo {
    WorkspaceRepo {
        repo_id: RepoId::new(),
        name: name.to_owned(),
        path: String::new(),
        repo_path: path.to_string_lossy().into_owned(),
        base_branch: "main".to_owned(),
        base_commit: String::new(),
        merged_commit: None,
    }
}

pub(crate) fn environment(repo: &TempRepo) -> Environment {
    Environment { home: repo.home(), config_home: None, ssh_agent: None, ..Environment::inherited() }
}

pub(crate) async fn open(repo: &TempRepo) -> Workspaces {
    Workspaces::open(&repo.folder().join("workspaces"), environment(repo)).await.expect("workspaces")
}

/// Everything below a folder but `.git`: files with their content and mode, links with their target.
pub(crate) fn contents(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(root, root, &mut found);
    found
}

fn collect(root: &Path, at: &Path, found: &mut BTreeMap<String, String>) {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(at).into_iter().flatten().flatten() {
        let path = entry.path();
        let facts = path.symlink_metadata().expect("an entry");
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
        if entry.file_name() == ".git" {
            continue;
        } else if facts.is_symlink() {
            let target = std::fs::read_link(&path).expect("a link");
            found.insert(name, format!("-> {}", target.display()));
        } else if facts.is_dir() {
            collect(root, &path, found);
        } else {
            let executable = facts.permissions().mode() & 0o111 != 0;
            let content = String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned();
            found.insert(name, format!("{executable} {content}"));
        }
    }
}
