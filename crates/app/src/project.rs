//! What people do with projects.

use switchyard_domain::project::{Project, ProjectPatch, ProjectSettings, validate_name};
use switchyard_domain::store::{Act, TerminalPlace};
use switchyard_domain::{Page, PageRequest, ProjectId, Result, Scope};

use crate::App;

impl App {
    /// What a new project begins with: the defaults, and what the acting user's configuration says.
    ///
    /// # Errors
    /// What the store says.
    pub async fn new_project_settings(&self, scope: &Scope) -> Result<ProjectSettings> {
        let config = self.store().config(scope).await?.config;
        Ok(ProjectSettings { branch_prefix: config.branch_prefix, ..ProjectSettings::default() })
    }

    /// Makes a project.
    ///
    /// # Errors
    /// `Invalid` for a bad name or settings.
    pub async fn create_project(&self, act: &Act, name: &str, settings: &ProjectSettings) -> Result<Project> {
        let name = validate_name(name)?;
        settings.validate()?;
        self.store().create_project(act, &name, settings).await
    }

    /// Projects in order of name.
    ///
    /// # Errors
    /// What the store says.
    pub async fn projects(&self, scope: &Scope, archived: bool, page: &PageRequest) -> Result<Page<Project>> {
        self.store().projects(scope, archived, page).await
    }

    /// One project.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn project(&self, scope: &Scope, id: ProjectId) -> Result<Project> {
        self.store().project(scope, id).await
    }

    /// Changes a project.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Stale`.
    pub async fn update_project(
        &self,
        act: &Act,
        id: ProjectId,
        version: i64,
        mut patch: ProjectPatch,
    ) -> Result<Project> {
        if let Some(name) = &mut patch.name {
            *name = validate_name(name)?;
        }
        if let Some(settings) = &patch.settings {
            settings.validate()?;
        }
        self.store().update_project(act, id, version, &patch).await
    }

    /// Deletes a project and closes the terminals in its workspaces; [`App::restore_project`] takes the project back.
    ///
    /// # Errors
    /// `NotFound`, `Stale`.
    pub async fn delete_project(&self, act: &Act, id: ProjectId, version: i64) -> Result<()> {
        self.store().delete_project(act, id, version).await?;
        self.close_terminals_in(act.scope, TerminalPlace::Project(id)).await
    }

    /// Takes a deletion back.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn restore_project(&self, act: &Act, id: ProjectId) -> Result<Project> {
        self.store().restore_project(act, id).await
    }
}
