//! The end of the trash: what was thrown away longer ago than its owner keeps things is removed for good.

use std::time::Duration;

use switchyard_domain::store::{Expired, Work};
use switchyard_domain::workspace::{Workspace, WorkspaceStatus};
use switchyard_domain::{
    Actor, Error, ErrorKind, OrgId, PageRequest, ProjectId, Result, Scope, TaskId, Timestamp, UserId,
    WorkspaceId,
};

use crate::App;
use crate::panics::unceasing;
use crate::recovery::{owner_scope, runner_is_away};
use crate::replica::ELSEWHERE;

/// How often the trash is looked through.
const PULSE: Duration = Duration::from_secs(3600);
/// When it is looked through again after the store or the runner did not answer.
const SOON: Duration = Duration::from_secs(5);
/// A day, which is what retention is counted in.
const DAY: Duration = Duration::from_secs(24 * 3600);

impl App {
    /// Looks through everybody's trash now and every hour, for as long as it is polled and no other server does.
    ///
    /// `authority` turns an owner into the actor on whose behalf their trash is emptied.
    pub async fn keep_trash(&self, authority: impl Fn(UserId, OrgId) -> Actor) {
        unceasing("the trash", || self.look_after_trash(&authority)).await;
    }

    async fn look_after_trash(&self, authority: &impl Fn(UserId, OrgId) -> Actor) {
        let mut woken = false;
        loop {
            if !self.leads(Work::Trash).await {
                tokio::time::sleep(ELSEWHERE).await;
                continue;
            }
            let pause = match self.empty_trash(authority).await {
                Ok(()) => {
                    self.tidy_clones(authority, woken).await;
                    PULSE
                }
                Err(error) => {
                    tracing::debug!(?error, "the trash could not be looked through");
                    SOON
                }
            };
            woken = tokio::select! {
                () = tokio::time::sleep(pause) => false,
                () = self.parts.trash.notified() => true,
            };
        }
    }

    async fn empty_trash(&self, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        for (org, user) in self.store().trash_owners().await? {
            let scope = owner_scope(authority, user, org)?;
            let Some(kept) = self.store().config(&scope).await?.config.trash_retention() else { continue };
            let before = self.parts.clock.now() - DAY * kept;
            let Expired { workspaces, tasks, projects } = self.store().expired(&scope, before).await?;
            for id in workspaces {
                noted("workspace", id, self.purge_expired_workspace(scope, id, before).await)?;
            }
            for id in tasks {
                noted("task", id, self.purge_expired_task(scope, id, before).await)?;
            }
            for id in projects {
                noted("project", id, self.purge_expired_project(scope, id, before).await)?;
            }
        }
        Ok(())
    }

    async fn purge_expired_workspace(&self, scope: Scope, id: WorkspaceId, before: Timestamp) -> Result<()> {
        let act = self.act(scope, "workspace.purge_expired");
        self.purge_if(&act, id, |workspace| {
            if workspace.discarded_at.is_some_and(|discarded| discarded <= before) {
                return Ok(());
            }
            Err(Error::conflict("not_expired", "The workspace was discarded again meanwhile."))
        })
        .await
    }

    /// The task goes when the last of its workspaces went.
    async fn purge_expired_task(&self, scope: Scope, id: TaskId, before: Timestamp) -> Result<()> {
        let workspaces = self.store().task_workspaces(&scope, id).await?;
        if workspaces.is_empty() {
            return self.store().purge_task(&self.act(scope, "task.purge_expired"), id, before).await;
        }
        self.discard_left_over(scope, &workspaces).await
    }

    /// The project goes when the last of its workspaces went.
    async fn purge_expired_project(&self, scope: Scope, id: ProjectId, before: Timestamp) -> Result<()> {
        let page = PageRequest::new(Some(PageRequest::MAX), None);
        let living: Vec<_> =
            WorkspaceStatus::ALL.into_iter().filter(|status| *status != WorkspaceStatus::Discarded).collect();
        let workspaces = self.store().project_workspaces(&scope, id, &living, &page).await?.items;
        self.discard_left_over(scope, &workspaces).await?;
        let left = self.store().project_workspaces(&scope, id, &[], &page).await?.items;
        if left.is_empty() {
            return self.store().purge_project(&self.act(scope, "project.purge_expired"), id, before).await;
        }
        Ok(())
    }

    /// Discards workspaces of what was deleted. They were never in the trash, so their own time begins now. One that
    /// an agent is at work in, or that something else is being done to, is left for the next time.
    async fn discard_left_over(&self, scope: Scope, workspaces: &[Workspace]) -> Result<()> {
        use WorkspaceStatus::{Failed, Merged, Ready};
        for workspace in workspaces.iter().filter(|one| matches!(one.status, Ready | Merged | Failed)) {
            if self.refuse_while_active(&scope, workspace.id).await.is_ok() {
                let act = self.act(scope, "workspace.discard_left_over");
                let discarded = self.discard_workspace(&act, workspace.id).await.map(drop);
                noted("workspace", workspace.id, discarded)?;
            }
        }
        Ok(())
    }
}

/// Logs what stays in the trash and why; only what concerns all of it is an error.
fn noted(what: &'static str, id: impl std::fmt::Display, outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(error) if runner_is_away(&error) || error.code == "store_closed" => Err(error),
        // Somebody restored or removed it meanwhile.
        Err(error) if matches!(error.kind, ErrorKind::NotFound) || error.code == "not_expired" => Ok(()),
        Err(error) => {
            tracing::warn!(what, %id, ?error, "could not be removed from the trash");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
