//! Agents that speak the Agent Client Protocol, version 1, over their standard streams.

mod connection;
mod content;
mod handshake;
mod incoming;
mod options;
mod permissions;
mod rpc;
mod speech;
mod stderr;
mod tools;

use agent_client_protocol::v1::schema as acp;
use switchyard_domain::runner::{MessageText, Resume};
use switchyard_domain::transcript::SystemEvent;

use tokio::time::Instant;

use self::connection::{Connection, Event, Halt};
use super::catalogue::AcpProgram;
use crate::agent::command::describe;
use crate::process::Outcome;
use crate::session::{Context, answer};

/// Runs a conversation until its process is gone.
pub(crate) async fn run(
    context: &mut Context,
    program: &AcpProgram,
    message: &MessageText,
    resume: Option<Resume>,
) {
    let tree = match context.launch_agent(&program.path, program.arguments.clone(), &[]).await {
        Ok(tree) => tree,
        Err(error) => {
            let text = format!(
                "{} could not be started: {error}. Check that “{}” runs in a terminal.",
                program.name,
                program.path.display()
            );
            context.recorder.error("agent_start_failed", text.clone());
            return context.exited(Outcome { code: Some(126), signal: None }, text);
        }
    };
    let mut connection = Connection::new(context, tree);
    let over = converse(&mut connection, message, resume).await;
    finish(connection, program, over).await;
}

/// Talks until something ends it.
async fn converse(connection: &mut Connection<'_>, message: &MessageText, resume: Option<Resume>) -> Halt {
    let recap = match handshake::open(connection, resume.as_ref()).await {
        Ok(recap) => recap,
        Err(halt) => return halt,
    };
    let mut text = match recap {
        Some(recap) => format!("{recap}\n\n{}", message.text),
        None => message.text.clone(),
    };
    loop {
        if let Err(halt) = turn(connection, &text).await {
            return halt;
        }
        let idle = Instant::now() + connection.context.options.timing.idle_after;
        text = loop {
            match connection.event(Some(idle)).await {
                Ok(Event::Message(message, reply)) => {
                    if !connection.context.meta.has(message.id) {
                        connection.context.take_message(&message);
                        answer(reply, Ok(()));
                        break message.text;
                    }
                    answer(reply, Ok(()));
                }
                Ok(Event::Answered) => {}
                Ok(Event::Deadline) => return Halt::Idle,
                Err(Halt::Died) => return Halt::Left,
                Err(halt) => return halt,
            }
        };
    }
}

/// One turn: the prompt, and everything until the agent says that it is over.
async fn turn(connection: &mut Connection<'_>, text: &str) -> Result<(), Halt> {
    connection.context.begin_turn();
    connection.begin();
    let prompt = acp::PromptRequest::new(connection.session_id(), vec![acp::ContentBlock::from(text)]);
    let answered = connection.call::<acp::PromptResponse>("session/prompt", &prompt, None).await;
    let ended = match answered {
        Ok(response) => match connection.incoming.take_fault() {
            Some(fault) => Err(fault),
            None => Ok(stop_reason(response.stop_reason)),
        },
        Err(Halt::Refused(error)) if error.code != acp::ErrorCode::AuthRequired => Err(error.to_string()),
        Err(halt) => return Err(halt),
    };
    let stop_reason = ended.unwrap_or_else(|fault| {
        connection.context.recorder.error("agent_error", format!("The agent could not go on: {fault}"));
        "error"
    });
    connection.end(matches!(stop_reason, "cancelled" | "error"));
    connection.context.end_turn(stop_reason).await;
    Ok(())
}

/// Ends the process, and writes how the conversation ended.
async fn finish(mut connection: Connection<'_>, program: &AcpProgram, over: Halt) {
    let busy = connection.is_busy();
    if let Halt::Stopped(_) = over
        && busy
    {
        connection.cancel().await;
    }
    connection.end(true);
    let outcome = connection.end_process().await;
    let stderr = connection.last_stderr().await;
    let context = connection.context;
    match over {
        Halt::Stopped(reply) => {
            if busy {
                context.end_turn_stopped().await;
            } else {
                context.recorder.system(SystemEvent::Stopped, "");
            }
            if let Some(reply) = reply {
                answer(reply, Ok(()));
            }
        }
        Halt::Idle => context.recorder.flush(),
        Halt::Fault(fault) => context.out_of_disk(&fault),
        // Some agents end by themselves when nobody talks to them.
        Halt::Left if outcome.code == Some(0) => context.recorder.flush(),
        Halt::Left | Halt::Died => {
            let text = format!(
                "{} ended{}. {}",
                program.name,
                if busy { " in the middle of its turn" } else { "" },
                describe(outcome)
            );
            died(context, "agent_died", text.trim_end().to_owned(), &stderr, busy, outcome).await;
        }
        Halt::TimedOut(method) => {
            let text = format!(
                "{} did not answer “{method}” within {} seconds and was stopped. Check that it runs in a terminal and is \
                 up to date, then send the message again.",
                program.name,
                context.options.timing.handshake.as_secs()
            );
            died(context, "agent_unresponsive", text, &stderr, busy, Outcome::default()).await;
        }
        Halt::Refused(error) if error.code == acp::ErrorCode::AuthRequired => {
            let how = program.login.map_or_else(
                || "Log in with its own program in a terminal".to_owned(),
                |login| format!("Run “{login}” in a terminal to log in"),
            );
            let text = format!("{} is not logged in. {how}, then send the message again.", program.name);
            died(context, "agent_login_required", text, "", busy, Outcome::default()).await;
        }
        Halt::Refused(error) => {
            let text = format!("{} refused to start: {error}", program.name);
            died(context, "agent_refused", text, &stderr, busy, Outcome::default()).await;
        }
        Halt::Version(version) => {
            let text = format!(
                "{} speaks version {version} of the Agent Client Protocol, and we speak version 1. Update it, then send \
                 the message again.",
                program.name
            );
            died(context, "agent_version", text, "", busy, Outcome::default()).await;
        }
    }
}

/// Writes that a conversation ended badly. An exit code of 0 is no success here.
async fn died(context: &mut Context, code: &str, text: String, stderr: &str, busy: bool, outcome: Outcome) {
    let told =
        if stderr.is_empty() { text.clone() } else { format!("{text}\n\nThe last it said:\n{stderr}") };
    context.recorder.error(code, told);
    if busy {
        context.end_turn("exit").await;
    }
    context.exited(Outcome { code: outcome.code.filter(|code| *code != 0), ..outcome }, text);
}

fn stop_reason(reason: acp::StopReason) -> &'static str {
    match reason {
        acp::StopReason::EndTurn => "end_turn",
        acp::StopReason::MaxTokens => "max_tokens",
        acp::StopReason::MaxTurnRequests => "max_turn_requests",
        acp::StopReason::Refusal => "refusal",
        acp::StopReason::Cancelled => "cancelled",
        _ => "other",
    }
}
