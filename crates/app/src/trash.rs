//! Discarding workspaces, and getting them back.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::store::{Act, TerminalPlace, WorkspaceChange};
use switchyard_domain::workspace::{Workspace, WorkspaceStatus};
use switchyard_domain::{Error, ErrorKind, Result, Scope, WorkspaceId};

use crate::App;
use crate::recovery::runner_is_away;
use crate::replica::Mandate;

impl App {
    /// Moves a workspace to the trash, stopping its agents and closing its terminals first.
    ///
    /// # Errors
    /// `Conflict` with code `workspace_busy`, `NotFound`, or what the runner says; then it stays as it was.
    pub async fn discard_workspace(&self, act: &Act, id: WorkspaceId) -> Result<Workspace> {
        self.stop_sessions(&act.scope, id).await?;
        let only_one = self.hold_workspace(id).await?;
        let before = self.store().workspace(&act.scope, id).await?;
        if before.status == WorkspaceStatus::Discarded {
            return Ok(before);
        }
        let begin = WorkspaceChange {
            status: Some(WorkspaceStatus::Discarding),
            only_from: vec![
                WorkspaceStatus::Ready,
                WorkspaceStatus::Merged,
                WorkspaceStatus::Failed,
                WorkspaceStatus::Discarding,
            ],
            ..WorkspaceChange::default()
        };
        self.store().change_workspace(&only_one.bind(act), id, &begin).await?;
        let outcome = self.finish_discarding(only_one.mandate(act.scope), before.status, id).await;
        self.take_up_later(act.scope, id, &outcome);
        outcome
    }

    /// Goes on in the background with what the runner did not answer to.
    fn take_up_later<T>(&self, scope: Scope, id: WorkspaceId, outcome: &Result<T>) {
        if outcome.as_ref().is_err_and(runner_is_away) {
            let app = self.clone();
            tokio::spawn(async move { app.recover_workspace(scope, id).await });
        }
    }

    /// Takes up a discard whose row says `discarding`. `before` is what it goes back to when the runner refuses.
    pub(crate) async fn finish_discarding(
        &self,
        mandate: Mandate,
        before: WorkspaceStatus,
        id: WorkspaceId,
    ) -> Result<Workspace> {
        let scope = mandate.scope;
        // A shell that sits in the folder would go to the trash with it.
        self.close_terminals_in(scope, TerminalPlace::Workspace(id)).await?;
        let workspace = self.store().workspace(&scope, id).await?;
        let project = self.store().project(&scope, workspace.project_id).await?;
        let site = self.site(&scope, &workspace).await?;
        let cleanup = project.settings.cleanup_script.as_deref();
        let outcome = match self.runner(site.user_id).discard_workspace(&site, cleanup).await {
            // What was never made needs no trash.
            Err(error) if error.kind == ErrorKind::NotFound && before == WorkspaceStatus::Failed => Ok(()),
            // Nobody knows how far it came: the row keeps its intention, which is taken up when the runner is back.
            Err(error) if runner_is_away(&error) => return Err(error),
            other => other,
        };
        let change = match &outcome {
            Ok(()) => WorkspaceChange {
                status: Some(WorkspaceStatus::Discarded),
                error: Some(None),
                ..WorkspaceChange::default()
            },
            Err(error) => WorkspaceChange {
                status: Some(before),
                error: Some(Some(error.message.to_string())),
                ..WorkspaceChange::default()
            },
        };
        let workspace = self
            .store()
            .change_workspace(&self.act_for(mandate, "workspace.discard_end"), id, &change)
            .await?;
        outcome.map(|()| workspace)
    }

    /// Takes a workspace out of the trash.
    ///
    /// # Errors
    /// `Conflict` with code `workspace_busy` when it is not in the trash, or what the runner says.
    pub async fn restore_workspace(&self, act: &Act, id: WorkspaceId) -> Result<Workspace> {
        let only_one = self.hold_workspace(id).await?;
        let begin = WorkspaceChange {
            status: Some(WorkspaceStatus::Restoring),
            only_from: vec![WorkspaceStatus::Discarded, WorkspaceStatus::Restoring],
            ..WorkspaceChange::default()
        };
        self.store().change_workspace(&only_one.bind(act), id, &begin).await?;
        let outcome = self.finish_restoring(only_one.mandate(act.scope), id).await;
        self.take_up_later(act.scope, id, &outcome);
        outcome
    }

    /// Takes up a restore whose row says `restoring`.
    pub(crate) async fn finish_restoring(&self, mandate: Mandate, id: WorkspaceId) -> Result<Workspace> {
        let scope = mandate.scope;
        let workspace = self.store().workspace(&scope, id).await?;
        let site = self.site(&scope, &workspace).await?;
        let outcome = match self.runner(site.user_id).restore_workspace(&site).await {
            Err(error) if runner_is_away(&error) => return Err(error),
            other => other,
        };
        let change = match &outcome {
            Ok(made) => WorkspaceChange {
                status: Some(WorkspaceStatus::Ready),
                error: Some(None),
                path: Some(made.path.clone()),
                repos: Some(made.repos.clone()),
                ..WorkspaceChange::default()
            },
            Err(error) => WorkspaceChange {
                status: Some(WorkspaceStatus::Discarded),
                error: Some(Some(error.message.to_string())),
                ..WorkspaceChange::default()
            },
        };
        let workspace = self
            .store()
            .change_workspace(&self.act_for(mandate, "workspace.restore_end"), id, &change)
            .await?;
        outcome.map(|_| workspace)
    }

    /// Removes a discarded workspace for good; `branch` must be its branch's name, so that it is not done by mistake.
    ///
    /// # Errors
    /// `Invalid` for another branch, `Conflict` unless it is in the trash.
    pub async fn purge_workspace(&self, act: &Act, id: WorkspaceId, branch: &str) -> Result<()> {
        self.purge_if(act, id, |workspace| {
            if workspace.branch == branch {
                return Ok(());
            }
            Err(Error::invalid("branch", "Name the workspace's branch to remove it for good."))
        })
        .await
    }

    /// Removes a discarded workspace for good if `allowed` says so while nobody else can change it.
    pub(crate) async fn purge_if(
        &self,
        act: &Act,
        id: WorkspaceId,
        allowed: impl Fn(&Workspace) -> Result<()> + Send,
    ) -> Result<()> {
        let only_one = self.hold_workspace(id).await?;
        let workspace = self.store().workspace(&act.scope, id).await?;
        self.require(&act.scope, workspace.project_id, ProjectRole::Editor).await?;
        if workspace.status != WorkspaceStatus::Discarded {
            return Err(Error::conflict("workspace_not_discarded", "Discard the workspace first."));
        }
        allowed(&workspace)?;
        let site = self.site(&act.scope, &workspace).await?;
        match self.runner(site.user_id).purge_workspace(&site, &workspace.branch).await {
            Err(error) if error.kind == ErrorKind::NotFound => {}
            other => other?,
        }
        self.store().delete_workspace(&only_one.bind(act), id).await?;
        // It may have been the last that used the clone of a repo that is gone.
        self.parts.trash.notify_one();
        Ok(())
    }

    async fn stop_sessions(&self, scope: &Scope, id: WorkspaceId) -> Result<()> {
        for session in self.store().workspace_sessions(scope, id).await? {
            if session.status.is_active() {
                self.stop_session(&self.act(*scope, "session.stop"), session.id).await?;
            }
        }
        Ok(())
    }
}
