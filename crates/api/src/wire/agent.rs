//! Agents on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::{Error, agent as domain};
use utoipa::ToSchema;

/// Which agent: `{"id": "gemini"}` of the catalogue, `{"id": "command", "command": "…"}` for a shell command line, or
/// `{"id": "acp", "command": ["prog", "arg"]}` for any program that speaks the Agent Client Protocol.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct AgentSpec {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<Command>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Command {
    Line(String),
    Program(Vec<String>),
}

impl From<domain::AgentSpec> for AgentSpec {
    fn from(spec: domain::AgentSpec) -> Self {
        let id = spec.id().to_owned();
        let command = match spec {
            domain::AgentSpec::Command { command } => Some(Command::Line(command)),
            domain::AgentSpec::Acp { command } => Some(Command::Program(command)),
            domain::AgentSpec::Known { .. } => None,
        };
        Self { id, command }
    }
}

impl TryFrom<AgentSpec> for domain::AgentSpec {
    type Error = Error;

    fn try_from(spec: AgentSpec) -> Result<Self, Error> {
        match (spec.id.as_str(), spec.command) {
            ("command", Some(Command::Line(command))) => Ok(Self::Command { command }),
            ("acp", Some(Command::Program(command))) => Ok(Self::Acp { command }),
            ("command", _) => Err(Error::invalid("agent.command", "Give the command line as a string.")),
            ("acp", _) => {
                Err(Error::invalid("agent.command", "Give the program and its arguments as a list."))
            }
            (_, None) => Ok(Self::Known { id: spec.id }),
            (_, Some(_)) => Err(Error::invalid("agent.command", "Only `command` and `acp` take a command.")),
        }
    }
}

/// An agent of the catalogue, as found on the machine.
#[derive(Serialize, ToSchema)]
pub(crate) struct Agent {
    id: String,
    name: String,
    /// `acp` or `command`.
    kind: &'static str,
    installed: bool,
    #[schema(required = true)]
    version: Option<String>,
    /// A command line that installs it.
    install_hint: String,
    #[schema(required = true)]
    website: Option<String>,
}

impl From<domain::Agent> for Agent {
    fn from(agent: domain::Agent) -> Self {
        let kind = match agent.kind {
            domain::AgentKind::Acp => "acp",
            domain::AgentKind::Command => "command",
        };
        Self {
            id: agent.id,
            name: agent.name,
            kind,
            installed: agent.installed,
            version: agent.version,
            install_hint: agent.install_hint,
            website: agent.website,
        }
    }
}
