//! Taking up what a process left under way: the last one at start, and another server's when that is gone.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use switchyard_domain::store::WorkspaceChange;
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{
    Actor, Error, ErrorKind, OrgId, Result, Role, Scope, SessionId, UserId, WorkspaceId,
};
use tokio::time::timeout;

use crate::App;
use crate::panics::{caught, outlived};

/// Waits between tries to reach a runner that is still starting.
pub(crate) const WAIT: Duration = Duration::from_millis(250);
/// How often to try before a workspace is left for the next start.
pub(crate) const TRIES: u32 = 240;
/// How long after its turn a session may still have its agent: runners keep one for ten minutes. The servers' clocks
/// need not agree to the minute.
const KEPT: Duration = Duration::from_secs(30 * 60);
/// How many runners are asked at once which agents they have.
const RUNNERS: usize = 8;
/// How long one may take to answer, and how often it is asked.
const ANSWER: Duration = Duration::from_secs(10);
const ASKED: u32 = 60;

/// Sessions between two turns, each with whose it is and the last entry that is stored.
type Idle = HashMap<SessionId, (Scope, i64)>;

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
        self.take_up_waiting(&authority).await
    }

    /// Takes up, in the background, the sessions between two turns whose agents wait in a runner for the next, or ended
    /// while nobody followed: the one must end with its owner's access, the other must say so. Those whose last turn is
    /// long over are left alone.
    async fn take_up_waiting(&self, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        let mut waiting: HashMap<UserId, Idle> = HashMap::new();
        for (org, user, id, last_seq) in self.store().idle_sessions(self.now() - KEPT).await? {
            waiting.entry(user).or_default().insert(id, (owner_scope(authority, user, org)?, last_seq));
        }
        let app = self.clone();
        let asking = tokio::spawn(async move {
            let users = stream::iter(waiting);
            users.for_each_concurrent(RUNNERS, |(user, idle)| app.take_up_idle(user, idle)).await;
        });
        // One that still asks knows less than this one.
        let mut latest = self.parts.drivers.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = latest.replace(asking.abort_handle()) {
            earlier.abort();
        }
        Ok(())
    }

    /// Takes up those of a user's sessions that have a process, or a journal that goes on behind what is stored.
    async fn take_up_idle(&self, user: UserId, idle: Idle) {
        let look = || async {
            for _ in 0..ASKED {
                match timeout(ANSWER, self.runner(user).sessions()).await {
                    Ok(Ok(known)) => {
                        for known in known {
                            if let Some((scope, stored)) = idle.get(&known.id)
                                && (known.live || known.last_seq > *stored)
                            {
                                self.take_up_session(*scope, known.id);
                            }
                        }
                        return Ok(());
                    }
                    Ok(Err(error)) if !runner_is_away(&error) => return Err(error),
                    Ok(Err(_)) | Err(_) => tokio::time::sleep(WAIT).await,
                }
            }
            Ok(())
        };
        if let Err(error) = outlived("agents that wait for their next turn", user, look).await {
            tracing::warn!(%user, ?error, "agents that wait for their next turn could not be taken up");
        }
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
