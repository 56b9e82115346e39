//! Starting a workspace's dev server: the project's script, in a terminal of its own.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::runner::TerminalProgram;
use switchyard_domain::store::Act;
use switchyard_domain::terminal::{DEV_SERVER, Terminal, TerminalKind, TerminalSize};
use switchyard_domain::{Error, ErrorKind, Result, WorkspaceId};

use crate::App;

impl App {
    /// Starts the project's dev-server script in a workspace, or answers with the acting user's one that runs there.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` with code `no_dev_server_script` when the project has none, and otherwise as for any
    /// terminal.
    pub async fn start_dev_server(
        &self,
        act: &Act,
        workspace: WorkspaceId,
        size: TerminalSize,
    ) -> Result<Terminal> {
        // Who starts it twice at once gets the same one twice.
        let _only_one = self.hold_workspace(workspace).await?;
        let of = self.store().workspace(&act.scope, workspace).await?;
        self.require(&act.scope, of.project_id, ProjectRole::Editor).await?;
        let open = self.store().terminals(&act.scope, Some(workspace)).await?;
        if let Some(one) = open.into_iter().find(|one| one.kind == TerminalKind::DevServer)
            && let Some(running) = self.if_it_runs(act, one).await?
        {
            return Ok(running);
        }
        let script = self.store().project(&act.scope, of.project_id).await?.settings.dev_server_script;
        let Some(script) = script.filter(|script| !script.trim().is_empty()) else {
            return Err(Error::conflict(
                "no_dev_server_script",
                "The project has no dev-server script. Write one in the project's settings, under Scripts.",
            ));
        };
        let site = self.open_site(&act.scope, workspace).await?;
        let name = Some(DEV_SERVER.to_owned());
        self.open_terminal(act, site, TerminalProgram::Script(script), name, size).await
    }

    /// The terminal if its program runs. Who saw it end may start it anew before the end was noted, so it is noted here.
    async fn if_it_runs(&self, act: &Act, terminal: Terminal) -> Result<Option<Terminal>> {
        let known = self.runner(terminal.created_by).terminals().await?;
        let end = match known.iter().find(|known| known.id == terminal.id) {
            Some(known) => known.end,
            None => {
                self.lose_terminal(act.scope, terminal.id).await?;
                return Ok(None);
            }
        };
        let Some(end) = end else { return Ok(Some(terminal)) };
        match self.end_terminal(&self.act(act.scope, "terminal.end"), terminal.id, None, end).await {
            // Its end was noted meanwhile.
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            other => other.map(|()| None),
        }
    }
}
