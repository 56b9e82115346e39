//! Domain values as the contract has them.

use switchyard_domain::agent::AgentSpec;
use switchyard_domain::config::GitAuthor;
use switchyard_domain::diff::DiffPath;
use switchyard_domain::runner::{
    MessageText, NewRepository, RemoteAccess, Resume, SessionStart, TerminalInput, UnwantedClone,
    WantedClone, WorkspaceSite,
};
use switchyard_domain::terminal::TerminalSize;
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{RepoId, TerminalId, Timestamp};

use crate::proto;

pub(crate) fn site(site: &WorkspaceSite) -> proto::Site {
    proto::Site {
        workspace_id: site.id.to_string(),
        user_id: site.user_id.to_string(),
        branch: site.branch.clone(),
        repos: site.repos.iter().map(site_repo).collect(),
        author: site.author.as_ref().map(author),
    }
}

fn author(author: &GitAuthor) -> proto::Author {
    proto::Author { name: author.name.clone(), email: author.email.clone() }
}

fn remote_access(access: &RemoteAccess) -> proto::RemoteAccess {
    let credential = access.credential.as_ref().map(|credential| proto::GitCredential {
        host: credential.host().as_str().to_owned(),
        username: credential.username().to_owned(),
        secret: credential.secret().reveal().to_owned(),
        origin: credential.origin().as_str().to_owned(),
    });
    proto::RemoteAccess { url: access.url.to_string(), credential }
}

pub(crate) fn repo_access((repo, access): &(RepoId, RemoteAccess)) -> proto::RepoAccess {
    proto::RepoAccess { repo_id: repo.to_string(), access: Some(remote_access(access)) }
}

pub(crate) fn wanted_clone(wanted: &WantedClone) -> proto::WantedClone {
    proto::WantedClone {
        repo_id: wanted.repo_id.to_string(),
        user_id: wanted.user_id.to_string(),
        name: wanted.name.clone(),
        folder: wanted.folder.clone(),
        access: Some(remote_access(&wanted.access)),
        branches: wanted.branches.clone(),
        attempt: wanted.attempt,
    }
}

pub(crate) fn unwanted_clone(unwanted: &UnwantedClone) -> proto::UnwantedClone {
    proto::UnwantedClone {
        repo_id: unwanted.repo_id.to_string(),
        user_id: unwanted.user_id.to_string(),
        name: unwanted.name.clone(),
        access: Some(remote_access(&unwanted.access)),
    }
}

pub(crate) fn new_repository(new: &NewRepository) -> proto::NewRepository {
    proto::NewRepository {
        repo_id: new.repo_id.to_string(),
        user_id: new.user_id.to_string(),
        name: new.name.clone(),
        folder: new.folder.clone(),
        author: new.author.as_ref().map(author),
    }
}

fn site_repo(repo: &WorkspaceRepo) -> proto::SiteRepo {
    proto::SiteRepo {
        repo_id: repo.repo_id.to_string(),
        name: repo.name.clone(),
        path: repo.path.clone(),
        repo_path: repo.repo_path.clone(),
        base_branch: repo.base_branch.clone(),
        base_commit: repo.base_commit.clone(),
        merged_commit: repo.merged_commit.clone(),
    }
}

pub(crate) fn diff_path(path: &DiffPath) -> proto::DiffPath {
    proto::DiffPath { repo_id: path.repo_id.to_string(), path: path.path.clone() }
}

pub(crate) fn message(message: &MessageText) -> proto::MessageText {
    proto::MessageText { id: message.id.to_string(), text: message.text.clone() }
}

fn agent(spec: &AgentSpec) -> proto::agent::Spec {
    use proto::agent::spec::Agent;
    let agent = match spec {
        AgentSpec::Known { id } => Agent::Known(id.clone()),
        AgentSpec::Command { command } => Agent::Command(command.clone()),
        AgentSpec::Acp { command } => Agent::Acp(proto::agent::Program { command: command.clone() }),
    };
    proto::agent::Spec { agent: Some(agent) }
}

fn resume(resume: &Resume) -> proto::Resume {
    proto::Resume {
        last_seq: resume.last_seq,
        last_turn: resume.last_turn,
        agent_session_id: resume.agent_session_id.clone(),
        recap: resume.recap.clone(),
    }
}

pub(crate) fn session_start(start: &SessionStart) -> proto::SessionStart {
    proto::SessionStart {
        id: start.id.to_string(),
        site: Some(site(&start.site)),
        agent: Some(agent(&start.agent)),
        message: Some(message(&start.message)),
        setup_script: start.setup_script.clone(),
        environment: start
            .environment
            .iter()
            .map(|(name, value)| proto::Variable { name: name.clone(), value: value.clone() })
            .collect(),
        resume: start.resume.as_ref().map(resume),
        credentials: start
            .credentials
            .iter()
            .map(|(name, value)| proto::Variable {
                name: name.as_str().to_owned(),
                value: value.reveal().to_owned(),
            })
            .collect(),
    }
}

/// Microseconds since the Unix epoch back into a time.
pub(crate) fn time_from_micros(micros: i64) -> Option<Timestamp> {
    Timestamp::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()
}

pub(crate) fn terminal_size(size: TerminalSize) -> proto::TerminalSize {
    proto::TerminalSize { cols: size.cols.into(), rows: size.rows.into() }
}

pub(crate) fn attach_terminal(id: TerminalId, from: Option<u64>) -> proto::TerminalInput {
    let attach = proto::terminal_input::Attach { terminal_id: id.to_string(), from };
    proto::TerminalInput { input: Some(proto::terminal_input::Input::Attach(attach)) }
}

pub(crate) fn terminal_input(input: TerminalInput) -> proto::TerminalInput {
    use proto::terminal_input::Input;
    let input = match input {
        TerminalInput::Bytes(bytes) => Input::Bytes(bytes),
        TerminalInput::Ack(offset) => Input::Ack(offset),
        TerminalInput::Resize(size) => Input::Resize(terminal_size(size)),
    };
    proto::TerminalInput { input: Some(input) }
}
