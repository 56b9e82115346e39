//! Who may see a project, and the groups that it can name.

use async_trait::async_trait;

use super::Act;
use crate::access::{Access, NewAccess, ProjectReach, ProjectRole};
use crate::group::{Group, GroupMember};
use crate::{GroupId, Page, PageRequest, ProjectId, Result, Scope, UserId};

/// Who may see a project. One that somebody may not see is as absent to them as one that never was, and so is all that is
/// in it, in every part of the store; what their role in it does not allow is `Forbidden` with code
/// `project_role_insufficient`.
#[async_trait]
pub trait ProjectAccess: Send + Sync {
    /// Who may see a project.
    async fn access(&self, scope: &Scope, project: ProjectId) -> Result<Access>;
    /// Says who may, if `version` is still the project's version. Whoever restricts a project is named as its admin. Keys
    /// that are named are for the projects alone that name them, from then on. `Invalid` with field `entries` for
    /// somebody who is not there; keys of others can be named by admins of the organisation alone.
    async fn set_access(
        &self,
        act: &Act,
        project: ProjectId,
        version: i64,
        access: &NewAccess,
    ) -> Result<Access>;
    /// What the acting user may do in a project.
    async fn project_role(&self, scope: &Scope, project: ProjectId) -> Result<ProjectRole>;
    /// Which projects the acting user can reach.
    async fn project_reach(&self, scope: &Scope) -> Result<ProjectReach>;
}

/// Groups.
#[async_trait]
pub trait Groups: Send + Sync {
    /// Groups, by name.
    async fn groups(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Group>>;
    /// Makes a group with nobody in it. `Conflict` with code `group_exists`, or `personal_organisation` in somebody's
    /// own; `Limited` with code `too_many_groups`.
    async fn create_group(&self, act: &Act, name: &str) -> Result<Group>;
    /// Renames a group if `version` is still its version. `Conflict` with code `group_exists`; `proxy_group` for one that
    /// the proxy keeps, as with each change but its deletion.
    async fn rename_group(&self, act: &Act, id: GroupId, version: i64, name: &str) -> Result<Group>;
    /// Deletes a group; no project names it any more.
    async fn delete_group(&self, act: &Act, id: GroupId) -> Result<()>;
    /// Who is in a group, by name.
    async fn group_members(
        &self,
        scope: &Scope,
        id: GroupId,
        page: &PageRequest,
    ) -> Result<Page<GroupMember>>;
    /// Puts a member of the organisation into a group; who is in it stays. `NotFound` for who is no member.
    async fn add_group_member(&self, act: &Act, id: GroupId, user: UserId) -> Result<Group>;
    /// Takes somebody out of a group. `NotFound` for who is not in it.
    async fn remove_group_member(&self, act: &Act, id: GroupId, user: UserId) -> Result<Group>;
}
