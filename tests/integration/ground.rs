//! A board with a repository to work on.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use switchyard_integration::{Client, Instance, Setup, id, text};
use switchyard_testkit::passed_time::let_pass;
use switchyard_testkit::repo::TempRepo;

/// An instance with a project that has one repository, called `project`.
pub(crate) struct Ground {
    pub(crate) instance: Instance,
    pub(crate) repo: TempRepo,
    pub(crate) project: String,
}

impl Ground {
    /// With a repository that holds a `README.md` on `main`.
    pub(crate) async fn new() -> Self {
        Self::of(TempRepo::new(), Setup::default()).await
    }

    /// With this repository, on an instance set up so.
    pub(crate) async fn of(repo: TempRepo, setup: Setup) -> Self {
        Self::on(Instance::start_with(setup).await, repo).await
    }

    /// With this repository, on an instance that runs.
    pub(crate) async fn on(instance: Instance, repo: TempRepo) -> Self {
        let project = instance.client().project_with(&repo.path()).await;
        Self { instance, repo, project }
    }

    pub(crate) fn client(&self) -> &Client {
        self.instance.client()
    }

    /// Makes a task with a workspace that is ready.
    pub(crate) async fn workspace(&self, title: &str) -> Value {
        self.client().workspace(&self.project, title).await
    }

    /// Changes the project's settings.
    pub(crate) async fn settings(&self, settings: Value) {
        let path = format!("/api/projects/{}", self.project);
        let version = self.client().get(&path).await.expect(200)["version"].as_i64().expect("a version");
        self.client().patch(&path, version, json!({ "settings": settings })).await.expect(200);
    }

    /// Stops the server, lets `time` pass for these rows (table, column and resource), and starts it again.
    pub(crate) async fn let_pass(&mut self, rows: &[(&str, &str, &Value)], time: Duration) {
        self.instance.stop().await;
        let database = self.instance.data_dir().join("switchyard.db");
        for (table, column, row) in rows {
            let id = uuid::Uuid::parse_str(id(row)).expect("an id");
            let_pass(&database, table, column, id, time);
        }
        self.instance.launch().await;
    }

    /// Posts to a workspace's route, such as `merge`.
    pub(crate) async fn ask(
        &self,
        workspace: &Value,
        verb: &str,
        body: Value,
    ) -> switchyard_integration::Answer {
        self.client().post(&format!("/api/workspaces/{}/{verb}", id(workspace)), body).await
    }

    /// The diff of a workspace.
    pub(crate) async fn diff(&self, workspace: &Value) -> Value {
        self.client().get(&format!("/api/workspaces/{}/diff", id(workspace))).await.expect(200)
    }

    /// Runs git in a workspace's worktree.
    pub(crate) fn git_in(&self, workspace: &Value, args: &[&str]) -> String {
        self.repo.git_in(&tree(workspace), args)
    }
}

/// The worktree of a workspace's one repository.
pub(crate) fn tree(workspace: &Value) -> PathBuf {
    PathBuf::from(text(&workspace["repos"][0], "path"))
}

/// Writes a file in a workspace's worktree.
pub(crate) fn write(workspace: &Value, path: &str, content: impl AsRef<[u8]>) {
    switchyard_testkit::repo::write(&tree(workspace).join(path), content);
}
