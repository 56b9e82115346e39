//! What whoever runs a session's agent has at hand.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use switchyard_domain::credential::{CredentialName, Secret};
use switchyard_domain::runner::{MessageText, WorkspaceSite};
use switchyard_domain::transcript::{EntryBody, SystemEvent};
use switchyard_domain::{Error, Result, SessionId};
use tokio::sync::{mpsc, oneshot};

use super::Options;
use super::meta::{Folder, Meta};
use super::recorder::{Recorder, system};
use crate::journal::Fault;
use crate::process::{Launch, Outcome, Tree};

/// How long saving the workspace's files may take at the end of a turn.
const CHECKPOINT_WITHIN: Duration = Duration::from_secs(120);

/// What is asked of a live session.
pub(crate) enum Command {
    /// Say something to the agent.
    Message(MessageText, Reply),
    /// Answer a permission request.
    Answer { permission: String, option: String, reply: Reply },
    /// Set one of the agent's options.
    SetOption { option: String, choice: String, reply: Reply },
    /// End the session's process.
    Stop(Reply),
}

/// Where the answer to a command goes.
pub(crate) type Reply = oneshot::Sender<Result<()>>;

/// A session that is being run.
pub(crate) struct Context {
    pub(crate) id: SessionId,
    pub(crate) site: WorkspaceSite,
    /// Where the agent works.
    pub(crate) folder: PathBuf,
    /// Variables for the agent, besides those that the runner builds.
    pub(crate) environment: Vec<(String, String)>,
    /// Variables for the agent that nothing else may know.
    pub(crate) credentials: Vec<(CredentialName, Secret)>,
    pub(crate) options: Arc<Options>,
    pub(crate) recorder: Recorder,
    pub(crate) inbox: mpsc::Receiver<Command>,
    pub(crate) kept: Folder,
    pub(crate) meta: Meta,
}

impl Context {
    /// Starts the session's agent, with its person's credentials.
    pub(crate) async fn launch_agent(
        &self,
        program: &std::path::Path,
        arguments: Vec<String>,
        extra: &[(String, String)],
    ) -> std::io::Result<Tree> {
        let credentials = self.credentials.iter();
        let mut given: Vec<_> =
            credentials.map(|(name, value)| (name.as_str().to_owned(), value.reveal().to_owned())).collect();
        given.extend_from_slice(extra);
        self.launch(program, arguments, &given).await
    }

    /// Starts a program in the workspace.
    pub(crate) async fn launch(
        &self,
        program: &std::path::Path,
        arguments: Vec<String>,
        extra: &[(String, String)],
    ) -> std::io::Result<Tree> {
        let mut given = self.environment.clone();
        given.push(("SWITCHYARD_SESSION".to_owned(), self.id.to_string()));
        given.push(("SWITCHYARD_WORKSPACE".to_owned(), self.site.id.to_string()));
        given.extend_from_slice(extra);
        let environment = self.options.environment.with(&given);
        let grace = self.options.timing.kill_grace;
        self.options
            .launcher
            .launch(Launch { program, arguments, folder: &self.folder, environment, grace })
            .await
    }

    /// Takes note of what a person says.
    pub(crate) fn take_message(&mut self, message: &MessageText) {
        self.recorder
            .push(EntryBody::UserMessage { message_id: Some(message.id), text: message.text.clone() });
        self.meta.remember(message.id);
        self.keep_meta();
    }

    /// Writes what is kept besides the journal. A disk that is full is told through the journal.
    pub(crate) fn keep_meta(&self) {
        if let Err(error) = self.meta.write(&self.kept) {
            tracing::error!(session = %self.id, %error, "what is kept of the session could not be written");
        }
    }

    /// Answers a message that comes while a turn is under way: it has to wait, unless it is one that was delivered.
    pub(crate) fn turn_away(&self, message: &MessageText, reply: Reply) {
        answer(reply, if self.meta.has(message.id) { Ok(()) } else { Err(busy()) });
    }

    /// Begins a turn.
    pub(crate) fn begin_turn(&mut self) {
        self.recorder.next_turn();
        self.recorder.system(SystemEvent::TurnStarted, "");
    }

    /// Ends a turn, and saves the workspace's files.
    pub(crate) async fn end_turn(&mut self, stop_reason: &str) {
        self.recorder.system(SystemEvent::TurnEnded { stop_reason: stop_reason.to_owned() }, "");
        let saved = self.save_files().await;
        self.recorder.push(saved);
    }

    /// Ends a turn because somebody stopped the session. Nobody can see the end of the turn alone and take the session
    /// for one that can be talked to.
    pub(crate) async fn end_turn_stopped(&mut self) {
        let saved = self.save_files().await;
        let ended = system(SystemEvent::TurnEnded { stop_reason: "cancelled".to_owned() }, "");
        self.recorder.push_all(&[ended, saved, system(SystemEvent::Stopped, "")]);
    }

    /// Says how a process ended that nobody asked to end.
    pub(crate) fn exited(&mut self, outcome: Outcome, text: impl Into<String>) {
        self.recorder.system(SystemEvent::Exited { code: outcome.code, signal: outcome.signal }, text);
    }

    /// Says that the journal cannot be written. It is read once there is room again.
    pub(crate) fn out_of_disk(&mut self, fault: &Fault) {
        let (code, text) = if fault.full {
            let text =
                "The disk is full, so the agent was stopped. Free some space, then send the message again.";
            ("disk_full", text.to_owned())
        } else {
            let text = format!(
                "The session's journal could not be written, so the agent was stopped: {}. Check the disk of the data \
                 folder, then send the message again.",
                fault.text
            );
            ("journal_unwritable", text)
        };
        self.recorder.error(code, text.clone());
        self.exited(Outcome::default(), text);
    }

    async fn save_files(&self) -> EntryBody {
        let taken = self.options.checkpoints.take(&self.site, self.id, self.recorder.turn());
        let error = match tokio::time::timeout(CHECKPOINT_WITHIN, taken).await {
            Ok(Ok(number)) => return system(SystemEvent::Checkpoint { number }, ""),
            Ok(Err(error)) => error,
            Err(_) => Error::unavailable("checkpoint_timeout", "It took too long."),
        };
        tracing::warn!(session = %self.id, ?error, "no checkpoint at the end of a turn");
        EntryBody::Error {
            code: "checkpoint_failed".to_owned(),
            text: format!(
                "The files could not be saved as a checkpoint: {} They are still in the workspace.",
                error.message
            ),
        }
    }
}

/// Answers a command. Whoever asked may be gone.
pub(crate) fn answer(reply: Reply, result: Result<()>) {
    let _ = reply.send(result);
}

/// The answer to a message while a turn is under way.
fn busy() -> Error {
    Error::conflict("session_busy", "The agent is still at work. Send the message when its turn is over.")
}

/// The answer to whatever needs a process while there is none.
pub(crate) fn not_live() -> Error {
    Error::conflict("session_not_live", "The agent does not run. Start the session again.")
}
