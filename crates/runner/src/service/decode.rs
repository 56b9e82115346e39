//! What a client sends, as domain values.

use std::str::FromStr;

use switchyard_domain::agent::AgentSpec;
use switchyard_domain::config::GitAuthor;
use switchyard_domain::credential::{CredentialName, Secret};
use switchyard_domain::diff::DiffPath;
use switchyard_domain::runner::{MessageText, Resume, SessionStart, WorkspaceSite};
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{Error, Result};

use super::proto;

/// Reads a value that travels as text.
pub(super) fn parse<T: FromStr>(field: &'static str, text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::invalid(field, format!("“{text}” cannot be read.")))
}

/// A part that the contract requires.
fn required<T>(field: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::invalid(field, "This is missing."))
}

pub(super) fn site(site: Option<proto::Site>) -> Result<WorkspaceSite> {
    let site = required("site", site)?;
    Ok(WorkspaceSite {
        id: parse("workspace_id", &site.workspace_id)?,
        user_id: parse("user_id", &site.user_id)?,
        branch: site.branch,
        repos: site.repos.into_iter().map(repo).collect::<Result<_>>()?,
        author: site.author.map(|author| GitAuthor { name: author.name, email: author.email }),
    })
}

fn repo(repo: proto::SiteRepo) -> Result<WorkspaceRepo> {
    Ok(WorkspaceRepo {
        repo_id: parse("repo_id", &repo.repo_id)?,
        name: repo.name,
        path: repo.path,
        repo_path: repo.repo_path,
        base_branch: repo.base_branch,
        base_commit: repo.base_commit,
        merged_commit: repo.merged_commit,
    })
}

pub(super) fn diff_path(path: proto::DiffPath) -> Result<DiffPath> {
    Ok(DiffPath { repo_id: parse("repo_id", &path.repo_id)?, path: path.path })
}

pub(super) fn message(message: Option<proto::MessageText>) -> Result<MessageText> {
    let message = required("message", message)?;
    Ok(MessageText { id: parse("message_id", &message.id)?, text: message.text })
}

pub(super) fn session_start(start: proto::SessionStart) -> Result<SessionStart> {
    let agent = agent(start.agent)?;
    agent.validate("agent")?;
    Ok(SessionStart {
        id: parse("session_id", &start.id)?,
        site: site(start.site)?,
        agent,
        message: message(start.message)?,
        setup_script: start.setup_script,
        environment: start.environment.into_iter().map(|variable| (variable.name, variable.value)).collect(),
        credentials: start
            .credentials
            .into_iter()
            .map(|variable| Ok((CredentialName::new(&variable.name)?, Secret::new(variable.value))))
            .collect::<Result<_>>()?,
        resume: start.resume.map(|resume| Resume {
            last_seq: resume.last_seq,
            last_turn: resume.last_turn,
            agent_session_id: resume.agent_session_id,
            recap: resume.recap,
        }),
    })
}

fn agent(spec: Option<proto::agent::Spec>) -> Result<AgentSpec> {
    use proto::agent::spec::Agent;
    Ok(match required("agent", spec.and_then(|spec| spec.agent))? {
        Agent::Known(id) => AgentSpec::Known { id },
        Agent::Command(command) => AgentSpec::Command { command },
        Agent::Acp(program) => AgentSpec::Acp { command: program.command },
    })
}
