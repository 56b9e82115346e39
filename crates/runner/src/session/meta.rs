//! What the runner keeps of a session besides its journal.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use switchyard_domain::agent::AgentSpec;
use switchyard_domain::{MessageId, SessionId, WorkspaceId};

/// Ids of delivered messages that are remembered, so that delivering one twice does nothing.
const REMEMBERED: usize = 64;

/// A session's folder in the runner's state.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder of a session; it need not exist.
    pub(crate) fn of(state: &Path, session: SessionId) -> Self {
        Self { path: state.join("sessions").join(session.to_string()) }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The session's journal.
    pub(crate) fn journal(&self) -> PathBuf {
        self.path.join("journal.jsonl")
    }

    fn meta(&self) -> PathBuf {
        self.path.join("meta.json")
    }
}

/// What is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// The workspace that the session works in.
    pub(crate) workspace_id: WorkspaceId,
    /// Its agent.
    pub(crate) agent: AgentSpec,
    /// Whether a process was there for it when this was written.
    pub(crate) live: bool,
    /// The agent's own id of the conversation, if it gave one.
    pub(crate) agent_session_id: Option<String>,
    /// The last messages that were delivered, the newest last.
    pub(crate) messages: Vec<MessageId>,
}

impl Meta {
    /// Reads a session's; `None` when the runner does not know the session.
    ///
    /// # Errors
    /// What the system says; `InvalidData` when the file is damaged.
    pub(crate) fn read(folder: &Folder) -> io::Result<Option<Self>> {
        match std::fs::read(folder.meta()) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn write(&self, folder: &Folder) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder.path())?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.persist(folder.meta())?;
        Ok(())
    }

    /// Whether a message was delivered already.
    pub(crate) fn has(&self, message: MessageId) -> bool {
        self.messages.contains(&message)
    }

    /// Remembers a delivered message.
    pub(crate) fn remember(&mut self, message: MessageId) {
        self.messages.push(message);
        let surplus = self.messages.len().saturating_sub(REMEMBERED);
        self.messages.drain(..surplus);
    }
}
