//! Taking up what a process left under way: the last one at start, and another server's when that is gone.

use std::time::Duration;

use switchyard_domain::store::WorkspaceChange;
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{Actor, Error, ErrorKind, OrgId, Result, Role, Scope, UserId, WorkspaceId};

use crate::App;
use crate::panics::{caught, outlived};

/// Waits between tries to reach a runner that is still starting.
pub(crate) const WAIT: Duration = Duration::from_millis(250);
/// How often to try before a workspace is left for the next start.
pub(crate) const TRIES: u32 = 240;

impl App {
    /// Takes up unfinished clones, workspaces and sessions in the background, except those that another server sees to.
    ///
    /// `authority` turns the owner of unfinished work into the actor on whose behalf it goes on.
    ///
    /// # Errors
    /// What the store says.
    pub async fn recover(&self, authority: impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        self.withdraw_clones(&authority).await?;
        for (org, user, id) in self.store().unfinished_clones().await? {
            let scope = owner_scope(&authority, user, org)?;
            let app = self.clone();
            tokio::spawn(async move { app.drive_clone(scope, id).await });
        }
        for (org, user, id) in self.store().unfinished_workspaces().await? {
            let scope = owner_scope(&authority, user, org)?;
            let app = self.clone();
            tokio::spawn(async move { app.recover_workspace(scope, id).await });
        }
        for (org, user, id) in self.store().unfinished_sessions().await? {
            self.take_up_session(owner_scope(&authority, user, org)?, id);
        }
        Ok(())
    }

    /// Tries until the runner has finished or undone what is under way in a workspace.
    pub(crate) async fn recover_workspace(&self, scope: Scope, id: WorkspaceId) {
        let scope = scope.unattended();
        let finish = || async {
            self.finish_workspace(scope, id).await;
            Ok(())
        };
        if let Err(fault) = outlived("unfinished work in a workspace", id, finish).await
            && let Some(Err(error)) = caught("a workspace", id, self.give_up_making(scope, id, &fault)).await
            && error.kind != ErrorKind::Conflict
        {
            tracing::error!(workspace = %id, ?error, "a workspace could not be given up");
        }
    }

    /// Says of a workspace that cannot be made that it is not being made any more. Anything else that is under way is left
    /// for the next start.
    async fn give_up_making(&self, scope: Scope, id: WorkspaceId, fault: &Error) -> Result<()> {
        let change = WorkspaceChange {
            status: Some(WorkspaceStatus::Failed),
            error: Some(Some(fault.message.to_string())),
            only_from: vec![WorkspaceStatus::Creating],
            ..WorkspaceChange::default()
        };
        self.store().change_workspace(&self.act(scope, "workspace.make"), id, &change).await.map(drop)
    }

    async fn finish_workspace(&self, scope: Scope, id: WorkspaceId) {
        for _ in 0..TRIES {
            match self.take_up(scope, id).await {
                Err(error) if runner_is_away(&error) => tokio::time::sleep(WAIT).await,
                Err(error) => {
                    return tracing::warn!(workspace = %id, ?error, "unfinished work could not be taken up");
                }
                Ok(()) => return,
            }
        }
        tracing::warn!(workspace = %id, "the runner did not answer; the workspace is left for the next start");
    }

    async fn take_up(&self, scope: Scope, id: WorkspaceId) -> Result<()> {
        if self.store().workspace(&scope, id).await?.status == WorkspaceStatus::Creating {
            let sessions = self.store().workspace_sessions(&scope, id).await?;
            return self.finish_making(scope, id, sessions.into_iter().next()).await;
        }
        let only_one = self.hold_workspace(id).await?;
        let mandate = only_one.mandate(scope);
        // Whoever was at work on it may have come to its end.
        match self.store().workspace(&scope, id).await?.status {
            WorkspaceStatus::Discarding => {
                self.finish_discarding(mandate, WorkspaceStatus::Ready, id).await.map(drop)
            }
            WorkspaceStatus::Restoring => self.finish_restoring(mandate, id).await.map(drop),
            WorkspaceStatus::Merging => {
                // The runner finished or undid the merge when it started; only a person knows whether to repeat it.
                let note = "The merge was interrupted. Look at the diff: merge again if anything is left.";
                let change = WorkspaceChange {
                    status: Some(WorkspaceStatus::Ready),
                    error: Some(Some(note.to_owned())),
                    ..WorkspaceChange::default()
                };
                let act = self.act_for(mandate, "workspace.merge_interrupted");
                self.store().change_workspace(&act, id, &change).await.map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Whether an error says that nobody answered, so that it is not known how far the runner came.
pub(crate) fn runner_is_away(error: &Error) -> bool {
    error.code == "runner_unavailable"
}

/// Whether an error says that the database does not answer, or too slowly.
pub(crate) fn store_is_away(error: &Error) -> bool {
    matches!(error.code, "store_unavailable" | "store_busy" | "outcome_unknown")
}

/// The authority of whoever owns what is taken up.
pub(crate) fn owner_scope(
    authority: &impl Fn(UserId, OrgId) -> Actor,
    user: UserId,
    org: OrgId,
) -> Result<Scope> {
    let scope = authority(user, org).scope(org)?;
    scope.require(Role::Member)?;
    Ok(scope)
}
