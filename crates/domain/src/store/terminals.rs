//! Terminals: whose they are and what became of them. What was shown in them is the runner's alone.

use async_trait::async_trait;

use super::Act;
use crate::terminal::{Terminal, TerminalEnd, TerminalKind, TerminalSize};
use crate::{OrgId, ProjectId, Result, Scope, TaskId, TerminalId, UserId, WorkspaceId};

/// A terminal as it begins.
#[derive(Clone, Debug)]
pub struct NewTerminal {
    /// Its id.
    pub id: TerminalId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What runs in it.
    pub kind: TerminalKind,
    /// Its name; the smallest free “Terminal N” when unset.
    pub name: Option<String>,
    /// Its size.
    pub size: TerminalSize,
    /// Lines of output that are kept.
    pub scrollback_lines: u32,
}

/// What terminals may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalPlace {
    /// One workspace.
    Workspace(WorkspaceId),
    /// Any workspace of a task.
    Task(TaskId),
    /// Any workspace of a project.
    Project(ProjectId),
}

/// Terminals. People see their own alone: another's is as absent as one that never was.
#[async_trait]
pub trait Terminals: Send + Sync {
    /// Notes a terminal that was opened. `Limited` with code `too_many_terminals` when the acting user has
    /// [`MOST_OPEN`] open.
    ///
    /// [`MOST_OPEN`]: crate::terminal::MOST_OPEN
    async fn create_terminal(&self, act: &Act, new: &NewTerminal) -> Result<Terminal>;
    /// The acting user's open terminals, oldest first; those of one workspace alone, if one is named.
    async fn terminals(&self, scope: &Scope, workspace: Option<WorkspaceId>) -> Result<Vec<Terminal>>;
    /// One of the acting user's terminals, closed ones included.
    async fn terminal(&self, scope: &Scope, id: TerminalId) -> Result<Terminal>;
    /// Renames a terminal if `version` is still its version. `Conflict` with code `terminal_closed` when it is closed.
    async fn rename_terminal(&self, act: &Act, id: TerminalId, version: i64, name: &str) -> Result<Terminal>;
    /// Notes how a terminal ended, if `version` is still its version where one is given. One that is closed already
    /// stays as it is.
    async fn close_terminal(
        &self,
        act: &Act,
        id: TerminalId,
        version: Option<i64>,
        end: TerminalEnd,
    ) -> Result<Terminal>;
    /// The open terminals in a place with their users, whoever these are: who may throw the place away ends them.
    async fn terminals_in(&self, scope: &Scope, place: TerminalPlace) -> Result<Vec<(UserId, TerminalId)>>;
    /// All open terminals, each with its user and organisation. Asked before anybody acts.
    async fn open_terminals(&self) -> Result<Vec<(OrgId, UserId, TerminalId)>>;
}
