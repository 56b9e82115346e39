//! Getting to know the agent, and opening or resuming the conversation.

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::schema as acp;
use switchyard_domain::runner::Resume;
use switchyard_domain::transcript::SystemEvent;
use tokio::time::{Duration, Instant};

use super::connection::{Connection, Event, Halt};

/// Silence after which an agent that was asked for an old conversation has told all of it.
const REPLAY_PAUSE: Duration = Duration::from_millis(300);

/// How long it is listened to at most once it has answered.
const LONGEST_REPLAY: Duration = Duration::from_secs(10);

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
    let id = acp::SessionId::new(id);
    connection.set_session(id.clone());
    // Some agents offer to resume and refuse when they are asked to.
    Ok((agent.session_capabilities.resume.is_some() && resume(connection, id.clone()).await?)
        || (agent.load_session && load(connection, id).await?))
}

/// The short way: the agent takes the conversation up in silence.
async fn resume(connection: &mut Connection<'_>, id: acp::SessionId) -> Result<bool, Halt> {
    let request = acp::ResumeSessionRequest::new(id, connection.context.folder.clone());
    let until = deadline(connection);
    let answer: Result<acp::ResumeSessionResponse, _> =
        connection.call("session/resume", &request, until).await;
    let Some(answer) = unless_refused(answer)? else { return Ok(false) };
    connection.take_options(answer.modes, answer.config_options);
    Ok(true)
}

/// The long way: the agent tells the whole conversation again, which we have.
async fn load(connection: &mut Connection<'_>, id: acp::SessionId) -> Result<bool, Halt> {
    let request = acp::LoadSessionRequest::new(id, connection.context.folder.clone());
    let until = deadline(connection);
    connection.set_replaying(true);
    let answer: Result<acp::LoadSessionResponse, _> = connection.call("session/load", &request, until).await;
    let answer = unless_refused(answer)?;
    if answer.is_some() {
        hear_out(connection).await?;
    }
    connection.set_replaying(false);
    let Some(answer) = answer else { return Ok(false) };
    connection.take_options(answer.modes, answer.config_options);
    Ok(true)
}

/// Some agents answer before they have told all: what comes without a pause still belongs to the old conversation.
async fn hear_out(connection: &mut Connection<'_>) -> Result<(), Halt> {
    let last = Instant::now() + LONGEST_REPLAY;
    loop {
        let until = last.min(Instant::now() + REPLAY_PAUSE);
        match connection.event(Some(until)).await? {
            Event::Answered => {}
            Event::Message(message, reply) => connection.context.turn_away(&message, reply),
            Event::Deadline => return Ok(()),
        }
    }
}

fn unless_refused<T>(answer: Result<T, Halt>) -> Result<Option<T>, Halt> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Halt::Refused(error)) if error.code != acp::ErrorCode::AuthRequired => {
            tracing::info!(%error, "an agent could not take up a conversation");
            Ok(None)
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
