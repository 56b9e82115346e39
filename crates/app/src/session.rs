//! What people do with sessions.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::agent::AgentSpec;
use switchyard_domain::message::{Message, validate_text};
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::{Act, EntryRange, NewSession, WorkspaceChange};
use switchyard_domain::transcript::Entry;
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{Error, ErrorKind, MessageId, Result, Scope, SessionId, WorkspaceId};

use crate::App;
use crate::workspace::require_owner;

/// What is asked of a new session.
#[derive(Clone, Debug)]
pub struct NewSessionRequest {
    /// The agent.
    pub agent: AgentSpec,
    /// The first message.
    pub prompt: String,
}

impl App {
    /// Starts a session in a workspace. Answers at once, in status `starting`.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Conflict` while another agent works there or the workspace cannot be worked in;
    /// `Forbidden` with code `not_the_owner` for another's workspace.
    pub async fn create_session(
        &self,
        act: &Act,
        workspace: WorkspaceId,
        request: NewSessionRequest,
    ) -> Result<Session> {
        request.agent.validate("agent")?;
        validate_text("prompt", &request.prompt)?;
        let of = self.store().workspace(&act.scope, workspace).await?;
        require_owner(&act.scope, of.created_by)?;
        if of.status != WorkspaceStatus::Creating {
            self.open_site(&act.scope, workspace).await?;
        }
        self.refuse_while_active(&act.scope, workspace).await?;
        if of.status == WorkspaceStatus::Merged {
            let reopen = WorkspaceChange {
                status: Some(WorkspaceStatus::Ready),
                only_from: vec![WorkspaceStatus::Merged],
                ..WorkspaceChange::default()
            };
            self.store()
                .change_workspace(&self.act(act.scope, "workspace.reopen"), workspace, &reopen)
                .await?;
        }
        let new = NewSession { workspace_id: workspace, agent: request.agent, prompt: request.prompt };
        let (session, _) = self.store().create_session(act, &new).await?;
        self.drive(act.scope, session.id);
        Ok(session)
    }

    /// One session.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn session(&self, scope: &Scope, id: SessionId) -> Result<Session> {
        self.store().session(scope, id).await
    }

    /// Sessions of a workspace, newest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn sessions(&self, scope: &Scope, workspace: WorkspaceId) -> Result<Vec<Session>> {
        self.store().workspace_sessions(scope, workspace).await
    }

    /// A stretch of a transcript.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn entries(
        &self,
        scope: &Scope,
        id: SessionId,
        range: EntryRange,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        self.store().entries(scope, id, range, limit).await
    }

    /// Says something to an agent. It hears it now if its turn is over, when the turn ends otherwise; an agent whose
    /// process is gone is started again.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Conflict` when the workspace cannot be worked in; `Forbidden` with code `not_the_owner`
    /// for another's session.
    pub async fn send_message(&self, act: &Act, session: SessionId, text: &str) -> Result<Message> {
        validate_text("text", text)?;
        let of = self.store().session(&act.scope, session).await?;
        require_owner(&act.scope, of.created_by)?;
        if !of.status.is_active() {
            self.open_site(&act.scope, of.workspace_id).await?;
        }
        let message = self.store().create_message(act, session, text).await?;
        self.drive(act.scope, session);
        Ok(message)
    }

    /// Messages that wait for the agent, oldest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn queued_messages(&self, scope: &Scope, session: SessionId) -> Result<Vec<Message>> {
        self.store().queued_messages(scope, session).await
    }

    /// Takes back a message that the agent does not have yet.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` when it has been delivered.
    pub async fn delete_message(&self, act: &Act, id: MessageId) -> Result<()> {
        self.store().delete_message(act, id).await
    }

    /// Stops a session: the agent is asked first and ended, with every process it started, when it does not.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable` when the runner does not answer.
    pub async fn stop_session(&self, act: &Act, id: SessionId) -> Result<()> {
        let session = self.store().session(&act.scope, id).await?;
        self.require(&act.scope, session.project_id, ProjectRole::Editor).await?;
        match self.runner(session.created_by).stop_session(id).await {
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Conflict) => {
                // No process is there to be stopped: only the row may say otherwise.
                if session.status.is_active() {
                    self.store().set_session_status(act, id, SessionStatus::Stopped, None).await?;
                }
                Ok(())
            }
            other => {
                other?;
                // A session whose agent was not at work has no driver that would take the last entries in.
                self.drive(act.scope, id);
                Ok(())
            }
        }
    }

    /// Sets one of the agent's options, such as its model or mode.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for an option or choice that the agent does not have, `Conflict` with code
    /// `session_not_live` when its process is gone, `Forbidden` with code `not_the_owner` for another's session.
    pub async fn set_session_option(
        &self,
        act: &Act,
        id: SessionId,
        option_id: &str,
        choice_id: &str,
    ) -> Result<()> {
        let session = self.store().session(&act.scope, id).await?;
        self.require(&act.scope, session.project_id, ProjectRole::Editor).await?;
        require_owner(&act.scope, session.created_by)?;
        let offered = session.modes.iter().any(|option| {
            option.id == option_id && option.choices.iter().any(|choice| choice.id == choice_id)
        });
        if !offered {
            return Err(Error::invalid("option_id", "The agent does not offer this."));
        }
        self.runner(session.created_by).set_option(id, option_id, choice_id).await
    }
}
