//! Agents: which program to start, and the catalogue of those we know.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The agent that a person picked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "id", rename_all = "snake_case")]
pub enum AgentSpec {
    /// A shell command line: its output is the transcript, its exit code the result. The prompt comes on standard
    /// input and in `SWITCHYARD_PROMPT`.
    Command {
        /// Run by `sh -c`.
        command: String,
    },
    /// A program that speaks the Agent Client Protocol on standard input and output.
    Acp {
        /// Program and arguments.
        command: Vec<String>,
    },
    /// An agent of the catalogue.
    #[serde(untagged)]
    Known {
        /// Its id there.
        id: String,
    },
}

impl AgentSpec {
    /// Checks what a person may have got wrong.
    ///
    /// # Errors
    /// `Invalid`, naming `field`.
    pub fn validate(&self, field: &'static str) -> Result<()> {
        let fine = match self {
            Self::Command { command } => !command.trim().is_empty() && !command.contains('\0'),
            Self::Acp { command } => {
                command.first().is_some_and(|program| !program.trim().is_empty())
                    && command.iter().all(|part| !part.contains('\0'))
            }
            Self::Known { id } => {
                !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            }
        };
        if fine {
            return Ok(());
        }
        Err(Error::invalid(field, "Name an agent of the catalogue, or give a command that is not empty."))
    }

    /// The catalogue id, or `command` or `acp`.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Command { .. } => "command",
            Self::Acp { .. } => "acp",
            Self::Known { id } => id,
        }
    }
}

/// How an agent is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentKind {
    /// Agent Client Protocol over standard input and output.
    Acp,
    /// Any command line.
    Command,
}

/// An agent of the catalogue, as found on the runner's machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// Stable id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How it is spoken to.
    pub kind: AgentKind,
    /// Whether its program was found.
    pub installed: bool,
    /// What the program says its version is.
    pub version: Option<String>,
    /// A command line that installs it.
    pub install_hint: String,
    /// Where to read about it.
    pub website: Option<String>,
}
