//! Who may see a project, and what they may do in it.

use switchyard_domain::access::{Access, NewAccess, ProjectRole};
use switchyard_domain::store::Act;
use switchyard_domain::{ProjectId, Result, Scope};

use crate::App;

impl App {
    /// Who may see a project.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn access(&self, scope: &Scope, project: ProjectId) -> Result<Access> {
        self.store().access(scope, project).await
    }

    /// Says who may see a project, and what they may do in it. Whoever restricts it is named as its admin.
    ///
    /// # Errors
    /// `Invalid` with field `entries`, `NotFound`, `Stale`; `Forbidden` for who is no admin of the project.
    pub async fn set_access(
        &self,
        act: &Act,
        project: ProjectId,
        version: i64,
        access: &NewAccess,
    ) -> Result<Access> {
        access.validate()?;
        self.store().set_access(act, project, version, access).await
    }

    /// Refuses unless the acting user may do at least this in a project. For what has an effect before it is written: the
    /// store looks at each write by itself.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` with code `project_role_insufficient`.
    pub(crate) async fn require(&self, scope: &Scope, project: ProjectId, needed: ProjectRole) -> Result<()> {
        if scope.reaches_all_projects() {
            return Ok(());
        }
        self.store().project_role(scope, project).await?.require(needed)
    }
}
