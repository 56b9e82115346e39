//! Handing queued messages to agents, one per turn.

use switchyard_domain::message::{Message, MessageStatus};
use switchyard_domain::runner::{MessageText, Resume, SessionStart};
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{Error, ErrorKind, Result};

use crate::App;
use crate::recap::recap;
use crate::recovery::runner_is_away;
use crate::replica::Mandate;

impl App {
    /// Delivers the oldest queued message if the agent's turn is over. True when the runner took it.
    ///
    /// The runner knows a message by its id, so delivering it again does nothing; it counts as delivered once its
    /// entry came back in the transcript.
    pub(crate) async fn deliver_next(&self, mandate: Mandate, session: &Session) -> Result<bool> {
        let scope = mandate.scope;
        let fresh = session.status == SessionStatus::Starting;
        if session.status.is_active() && !fresh {
            return Ok(false);
        }
        // The agent is given the credentials of whose authority this is: nobody's but its owner's. Who queued the
        // message is the owner, and has left the driver that authority.
        if scope.user() != session.created_by {
            return Ok(false);
        }
        let queued = self.store().queued_messages(&scope, session.id).await?;
        let Some(message) = queued.into_iter().find(|message| message.status == MessageStatus::Queued) else {
            return Ok(false);
        };
        if self.store().session_loss(&scope, session.id).await?.is_some() {
            return Ok(false);
        }
        let text = MessageText { id: message.id, text: message.text.clone() };
        let mut outcome = match session.last_seq {
            0 => Err(Error::conflict("session_not_live", "")),
            _ => self.runner(session.created_by).send_message(session.id, &text).await,
        };
        if let Err(error) = &outcome
            && (error.code == "session_not_live" || error.kind == ErrorKind::NotFound)
        {
            outcome = self.start(mandate, session, text).await;
        }
        match outcome {
            Ok(()) => Ok(true),
            Err(error) if error.code == "session_busy" || error.code == "workspace_busy" => Ok(false),
            Err(error) if runner_is_away(&error) => Err(error),
            Err(error) => {
                self.give_up(mandate, session, &message, &error).await?;
                Ok(false)
            }
        }
    }

    /// Starts the session's agent, or starts it again.
    async fn start(&self, mandate: Mandate, session: &Session, message: MessageText) -> Result<()> {
        let scope = mandate.scope;
        let workspace = self.store().workspace(&scope, session.workspace_id).await?;
        if workspace.status == WorkspaceStatus::Creating {
            return Err(Error::conflict("workspace_busy", "The workspace is still being made."));
        }
        let site = self.open_site(&scope, workspace.id).await?;
        let project = self.store().project(&scope, session.project_id).await?;
        let resume = if session.last_seq == 0 {
            None
        } else {
            use switchyard_domain::store::EntryRange::Before;
            let last = self.store().entries(&scope, session.id, Before(None), 1).await?;
            Some(Resume {
                last_seq: session.last_seq,
                last_turn: last.last().map_or(0, |entry| entry.turn),
                agent_session_id: self.store().agent_session_id(&scope, session.id).await?,
                recap: recap(self.store(), &scope, session.id).await?,
            })
        };
        if !session.status.is_active() {
            let act = self.act_for(mandate, "session.start");
            self.store().set_session_status(&act, session.id, SessionStatus::Starting, None).await?;
        }
        let start = SessionStart {
            id: session.id,
            site,
            agent: session.agent.clone(),
            message,
            setup_script: project.settings.setup_script,
            environment: vec![
                ("SWITCHYARD_TASK_ID".to_owned(), session.task_id.to_string()),
                ("SWITCHYARD_WORKSPACE_ID".to_owned(), session.workspace_id.to_string()),
                ("SWITCHYARD_SESSION_ID".to_owned(), session.id.to_string()),
            ],
            credentials: self.vault().reveal_credentials(&scope).await?,
            resume,
        };
        self.runner(start.site.user_id).start_session(&start).await
    }

    /// The runner refused for a reason that trying again does not mend.
    async fn give_up(
        &self,
        mandate: Mandate,
        session: &Session,
        message: &Message,
        error: &Error,
    ) -> Result<()> {
        tracing::warn!(session = %session.id, ?error, "a message could not be delivered");
        let act = self.act_for(mandate, "message.fail");
        match self.store().set_message_status(&act, message.id, MessageStatus::Failed).await {
            // Taken back meanwhile.
            Err(error) if error.kind == ErrorKind::NotFound => {}
            other => drop(other?),
        }
        self.fail_session(mandate, session.id, error).await
    }
}
