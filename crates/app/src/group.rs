//! Groups: members of an organisation under one name.

use switchyard_domain::group::{Group, GroupMember, group_name};
use switchyard_domain::store::Act;
use switchyard_domain::{GroupId, Page, PageRequest, Result, Scope, UserId};

use crate::App;

impl App {
    /// Groups, by name.
    ///
    /// # Errors
    /// What the store says.
    pub async fn groups(&self, scope: &Scope, page: &PageRequest) -> Result<Page<Group>> {
        self.store().groups(scope, page).await
    }

    /// Makes a group with nobody in it.
    ///
    /// # Errors
    /// `Invalid` with field `name`; `Conflict` with code `group_exists` or `personal_organisation`; `Limited`.
    pub async fn create_group(&self, act: &Act, name: &str) -> Result<Group> {
        self.store().create_group(act, &group_name(name)?).await
    }

    /// Renames a group.
    ///
    /// # Errors
    /// `Invalid` with field `name`; `NotFound`; `Stale`; `Conflict` with code `group_exists` or `proxy_group`.
    pub async fn rename_group(&self, act: &Act, id: GroupId, version: i64, name: &str) -> Result<Group> {
        self.store().rename_group(act, id, version, &group_name(name)?).await
    }

    /// Deletes a group; no project names it any more.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete_group(&self, act: &Act, id: GroupId) -> Result<()> {
        self.store().delete_group(act, id).await
    }

    /// Who is in a group, by name.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn group_members(
        &self,
        scope: &Scope,
        id: GroupId,
        page: &PageRequest,
    ) -> Result<Page<GroupMember>> {
        self.store().group_members(scope, id, page).await
    }

    /// Puts a member of the organisation into a group.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` with code `proxy_group`.
    pub async fn add_group_member(&self, act: &Act, id: GroupId, user: UserId) -> Result<Group> {
        self.store().add_group_member(act, id, user).await
    }

    /// Takes somebody out of a group.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` with code `proxy_group`.
    pub async fn remove_group_member(&self, act: &Act, id: GroupId, user: UserId) -> Result<Group> {
        self.store().remove_group_member(act, id, user).await
    }
}
