//! Runs one session: from its first message until no process is there for it.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use switchyard_domain::runner::{MessageText, Resume};

use super::context::Context;
use super::setup;
use crate::agent::catalogue::Program;
use crate::agent::{acp, command};
use crate::process::Outcome;

/// What a session begins with.
pub(crate) struct Beginning {
    pub(crate) message: MessageText,
    pub(crate) setup_script: Option<String>,
    pub(crate) resume: Option<Resume>,
    pub(crate) program: Program,
}

/// Runs the session to its end. Its journal then tells how it ended, whatever happened.
pub(crate) async fn run(mut context: Context, beginning: Beginning) {
    if AssertUnwindSafe(work(&mut context, beginning)).catch_unwind().await.is_err() {
        let text = "The session ended because of a fault of our own; the runner's log tells more. Send the message again.";
        context.recorder.error("internal", text);
        context.exited(Outcome::default(), text);
    }
    context.recorder.flush();
    context.meta.live = false;
    context.keep_meta();
    context.recorder.journal().close();
}

async fn work(context: &mut Context, beginning: Beginning) {
    if let Some(script) = beginning.setup_script.filter(|script| !script.trim().is_empty())
        && !setup::run(context, &script).await
    {
        return;
    }
    match beginning.program {
        Program::Shell(line) => command::run(context, &line, &beginning.message.text).await,
        Program::Acp(program) => acp::run(context, &program, &beginning.message, beginning.resume).await,
    }
}
