//! What people do with terminals.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::stream::{StreamExt, once};
use switchyard_domain::access::ProjectRole;
use switchyard_domain::runner::{
    TerminalInputs, TerminalOutput, TerminalOutputs, TerminalProgram, TerminalStart, WorkspaceSite,
};
use switchyard_domain::store::{Act, NewTerminal, TerminalPlace, Work};
use switchyard_domain::terminal::{
    ClosedReason, Terminal, TerminalEnd, TerminalKind, TerminalSize, validate_name,
};
use switchyard_domain::{Error, ErrorKind, Result, Scope, TerminalId, UserId, WorkspaceId};
use tokio::sync::Notify;

use crate::App;
use crate::recovery::runner_is_away;
use crate::replica::Claimed;
use crate::workspace::require_owner;

/// Terminals that a runner has already and the store does not have yet, each with whose it is.
#[derive(Default)]
pub(crate) struct Opening {
    terminals: Mutex<HashMap<TerminalId, UserId>>,
    begun: Notify,
}

/// A terminal that is being opened, until this is dropped.
struct BeingOpened<'a>(&'a Opening, TerminalId);

impl Opening {
    fn begin(&self, id: TerminalId, user: UserId) -> BeingOpened<'_> {
        self.terminals.lock().unwrap_or_else(PoisonError::into_inner).insert(id, user);
        self.begun.notify_one();
        BeingOpened(self, id)
    }

    pub(crate) fn all(&self) -> HashMap<TerminalId, UserId> {
        self.terminals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has all terminals looked at again.
    pub(crate) fn look_again(&self) {
        self.begun.notify_one();
    }

    /// Waits until there may be others than at the last call.
    pub(crate) async fn begun(&self) {
        self.begun.notified().await;
    }
}

impl Drop for BeingOpened<'_> {
    fn drop(&mut self) {
        self.0.terminals.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

pub(crate) const CLOSED: TerminalEnd = TerminalEnd { reason: ClosedReason::Closed, exit_code: None };
const LOST: TerminalEnd = TerminalEnd { reason: ClosedReason::Lost, exit_code: None };

impl App {
    /// Opens a terminal in a workspace.
    ///
    /// # Errors
    /// `Invalid` for a bad name, `NotFound`, `Forbidden` with code `not_the_owner` for another's workspace, `Conflict`
    /// when the workspace has no folder (`workspace_busy`, `workspace_discarded`, `workspace_failed`), `Limited` with
    /// code `too_many_terminals`, or what the runner says.
    pub async fn create_terminal(
        &self,
        act: &Act,
        workspace: WorkspaceId,
        name: Option<&str>,
        size: TerminalSize,
    ) -> Result<Terminal> {
        let name = name.map(validate_name).transpose()?;
        // A discard that comes meanwhile waits, and closes this one too.
        let _only_one = self.hold_workspace(workspace).await?;
        let site = self.site_to_change(&act.scope, workspace).await?;
        self.open_terminal(act, site, TerminalProgram::Shell, name, size).await
    }

    /// Opens a terminal in a workspace of the acting user's that is locked.
    pub(crate) async fn open_terminal(
        &self,
        act: &Act,
        site: WorkspaceSite,
        program: TerminalProgram,
        name: Option<String>,
        size: TerminalSize,
    ) -> Result<Terminal> {
        require_owner(&act.scope, site.user_id)?;
        let kind = match program {
            TerminalProgram::Shell => TerminalKind::Shell,
            TerminalProgram::Script(_) => TerminalKind::DevServer,
        };
        let scrollback_lines = self.store().config(&act.scope).await?.config.terminal_scrollback_lines;
        let (id, workspace_id) = (TerminalId::new(), site.id);
        let runner = self.runner(site.user_id);
        let _opening = self.parts.opening.begin(id, site.user_id);
        let start = TerminalStart { id, site, program, size, scrollback_lines };
        runner.open_terminal(&start).await?;
        let new = NewTerminal { id, workspace_id, kind, name, size, scrollback_lines };
        let made = self.store().create_terminal(act, &new).await;
        let app = self.clone();
        tokio::spawn(async move { app.tell_of_terminals().await });
        // Refused, or made before under the same key: the one that was just opened is nobody's.
        if made.as_ref().map_or(true, |made| made.id != id) {
            runner.close_terminal(id, ClosedReason::Closed).await?;
        }
        made
    }

    /// Has the server that looks after terminals look again, where that is another one.
    async fn tell_of_terminals(&self) {
        let told = match self.claim(Work::Terminals).await {
            Ok(Claimed::Elsewhere(Some(holder))) => self.store().call(holder).await,
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            tracing::debug!(?error, "a new terminal is looked after with the next look through all");
        }
    }

    /// The acting user's open terminals, oldest first; those of one workspace alone, if one is named.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn terminals(&self, scope: &Scope, workspace: Option<WorkspaceId>) -> Result<Vec<Terminal>> {
        self.store().terminals(scope, workspace).await
    }

    /// One of the acting user's terminals.
    ///
    /// # Errors
    /// `NotFound`, for another's too.
    pub async fn terminal(&self, scope: &Scope, id: TerminalId) -> Result<Terminal> {
        self.store().terminal(scope, id).await
    }

    /// One of the acting user's terminals, for who may still change what is in its project.
    ///
    /// # Errors
    /// `NotFound`, for another's too; `Forbidden`.
    pub async fn usable_terminal(&self, scope: &Scope, id: TerminalId) -> Result<Terminal> {
        let terminal = self.store().terminal(scope, id).await?;
        self.require(scope, terminal.project_id, ProjectRole::Editor).await?;
        Ok(terminal)
    }

    /// Renames a terminal.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Stale`, `Conflict` with code `terminal_closed`.
    pub async fn rename_terminal(
        &self,
        act: &Act,
        id: TerminalId,
        version: i64,
        name: &str,
    ) -> Result<Terminal> {
        self.store().rename_terminal(act, id, version, &validate_name(name)?).await
    }

    /// Closes a terminal: its shell ends, and everything that it started.
    ///
    /// # Errors
    /// `NotFound`, `Stale`.
    pub async fn delete_terminal(&self, act: &Act, id: TerminalId, version: i64) -> Result<()> {
        self.store().terminal(&act.scope, id).await?;
        self.end_terminal(act, id, Some(version), CLOSED).await
    }

    /// Closes all terminals in what is about to be thrown away.
    ///
    /// # Errors
    /// What the store or the runner says.
    pub(crate) async fn close_terminals_in(&self, scope: Scope, place: TerminalPlace) -> Result<()> {
        for (_, id) in self.store().terminals_in(&scope, place).await? {
            self.end_terminal(&self.act(scope, "terminal.delete"), id, None, CLOSED).await?;
        }
        Ok(())
    }

    /// Notes that a terminal is closed, then ends it. A runner that is away ends it when it is seen again.
    pub(crate) async fn end_terminal(
        &self,
        act: &Act,
        id: TerminalId,
        version: Option<i64>,
        end: TerminalEnd,
    ) -> Result<()> {
        let terminal = self.store().close_terminal(act, id, version, end).await?;
        match self.runner(terminal.created_by).close_terminal(id, end.reason).await {
            Err(error) if runner_is_away(&error) => {
                tracing::warn!(terminal = %id, ?error, "a closed terminal is left for the runner's next visit");
                Ok(())
            }
            other => other,
        }
    }

    /// Notes that the runner does not have a terminal any more.
    pub(crate) async fn lose_terminal(&self, scope: Scope, id: TerminalId) -> Result<Terminal> {
        tracing::info!(terminal = %id, user = %scope.user(), "a terminal was lost with its runner");
        self.store().close_terminal(&self.act(scope, "terminal.lose"), id, None, LOST).await
    }

    /// Attaches a viewer to a terminal of the acting user's, from an offset or from the oldest byte that is kept. One
    /// that is closed says so and ends.
    ///
    /// # Errors
    /// `NotFound`, or what the runner says.
    pub async fn attach_terminal(
        &self,
        scope: Scope,
        id: TerminalId,
        from: Option<u64>,
        input: TerminalInputs,
    ) -> Result<TerminalOutputs> {
        let terminal = self.usable_terminal(&scope, id).await?;
        if let Some(end) = terminal.end {
            return Ok(only(end));
        }
        match self.runner(terminal.created_by).attach_terminal(id, from, input).await {
            // It ended a moment ago, or with the runner that had it.
            Err(error) if error.kind == ErrorKind::NotFound => match self.lose_terminal(scope, id).await?.end
            {
                Some(end) => Ok(only(end)),
                None => Err(Error::not_found()),
            },
            other => other,
        }
    }
}

/// The output of a terminal that has none any more.
fn only(end: TerminalEnd) -> TerminalOutputs {
    once(async move { Ok(TerminalOutput::Ended(end)) }.boxed()).boxed()
}
