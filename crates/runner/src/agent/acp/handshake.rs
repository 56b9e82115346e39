//! Getting to know the agent, and opening or resuming the conversation.

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::schema as acp;
use switchyard_domain::runner::Resume;
use switchyard_domain::transcript::SystemEvent;
use tokio::time::Instant;

use super::connection::{Connection, Halt};

/// Opens the conversation; answers what a new one must be told of the old one.
pub(super) async fn open(
    connection: &mut Connection<'_>,
    resume: Option<&Resume>,
) -> Result<Option<String>, Halt> {
    let agent = initialize(connection).await?;
    let Some(resume) = resume else {
        create(connection).await?;
        started(connection);
        return Ok(None);
    };
    let known = resume.agent_session_id.clone().or_else(|| connection.context.meta.agent_session_id.clone());
    let remembered = match known {
        Some(id) => take_up(connection, &agent, id).await?,
        None => false,
    };
    if !remembered {
        create(connection).await?;
    }
    started(connection);
    connection.context.recorder.system(SystemEvent::Resumed { remembered }, "");
    let recap = (!remembered && !resume.recap.is_empty()).then(|| resume.recap.clone());
    Ok(recap)
}

async fn initialize(connection: &mut Connection<'_>) -> Result<acp::AgentCapabilities, Halt> {
    // No file or terminal capabilities: agents work on the worktree themselves, under the supervisor. Some agents tell
    // what commands print only to a client that asks for it by this extension.
    let mut meta = acp::Meta::new();
    meta.insert("terminal_output".to_owned(), true.into());
    let mut capabilities = acp::ClientCapabilities::new();
    capabilities.meta = Some(meta);
    let request = acp::InitializeRequest::new(ProtocolVersion::V1)
        .client_capabilities(capabilities)
        .client_info(acp::Implementation::new("switchyard", env!("CARGO_PKG_VERSION")));
    let deadline = deadline(connection);
    let answer: acp::InitializeResponse = connection.call("initialize", &request, deadline).await?;
    if answer.protocol_version != ProtocolVersion::V1 {
        return Err(Halt::Version(answer.protocol_version.as_u16()));
    }
    Ok(answer.agent_capabilities)
}

async fn create(connection: &mut Connection<'_>) -> Result<(), Halt> {
    let request = acp::NewSessionRequest::new(connection.context.folder.clone());
    let deadline = deadline(connection);
    let answer: acp::NewSessionResponse = connection.call("session/new", &request, deadline).await?;
    connection.set_session(answer.session_id);
    connection.take_options(answer.modes, answer.config_options);
    Ok(())
}

/// Takes up the conversation that the agent knows by `id`; `false` when it cannot.
async fn take_up(
    connection: &mut Connection<'_>,
    agent: &acp::AgentCapabilities,
    id: String,
) -> Result<bool, Halt> {
    let (id, folder, until) =
        (acp::SessionId::new(id), connection.context.folder.clone(), deadline(connection));
    connection.set_session(id.clone());
    let options = if agent.session_capabilities.resume.is_some() {
        let request = acp::ResumeSessionRequest::new(id, folder);
        let answer: Result<acp::ResumeSessionResponse, _> =
            connection.call("session/resume", &request, until).await;
        answer.map(|answer| (answer.modes, answer.config_options))
    } else if agent.load_session {
        let request = acp::LoadSessionRequest::new(id, folder);
        // The agent tells the whole conversation again, which we have.
        connection.set_replaying(true);
        let answer: Result<acp::LoadSessionResponse, _> =
            connection.call("session/load", &request, until).await;
        connection.set_replaying(false);
        answer.map(|answer| (answer.modes, answer.config_options))
    } else {
        return Ok(false);
    };
    match options {
        Ok((modes, configured)) => {
            connection.take_options(modes, configured);
            Ok(true)
        }
        Err(Halt::Refused(error)) if error.code != acp::ErrorCode::AuthRequired => {
            tracing::info!(%error, "an agent could not take up a conversation; a new one begins");
            Ok(false)
        }
        Err(halt) => Err(halt),
    }
}

fn started(connection: &mut Connection<'_>) {
    let id = connection.session_id().0.to_string();
    let context = &mut *connection.context;
    context.meta.agent_session_id = Some(id.clone());
    context.keep_meta();
    context.recorder.system(SystemEvent::Started { agent_session_id: Some(id) }, "");
    connection.tell_options();
}

fn deadline(connection: &Connection<'_>) -> Option<Instant> {
    Some(Instant::now() + connection.context.options.timing.handshake)
}
