//! Agents that are a command line: what it prints is the transcript, its exit code the result.

use std::path::Path;

use switchyard_domain::transcript::SystemEvent;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::time::{Duration, Instant};

use super::Output;
use super::quiet::Quiet;
use crate::process::{Outcome, Tree};
use crate::session::{Command, Context, Reply, Voice, answer};

/// Longest prompt that is also put into the environment; the system takes no longer variable than 128 KiB.
const LONGEST_VARIABLE: usize = 100 * 1024;

/// How long the last output is waited for once nothing of the tree is left.
const DRAIN: Duration = Duration::from_secs(2);

/// Why a program is no longer listened to.
pub(crate) enum Over {
    /// It has ended and everything it printed was recorded.
    Ended(Outcome),
    /// Somebody stopped it.
    Stopped(Option<Reply>),
    /// The journal cannot be written.
    Fault(crate::journal::Fault),
}

/// Runs the command once, with `prompt` as its input.
pub(crate) async fn run(context: &mut Context, command: &str, prompt: &str) {
    let arguments = vec!["-c".to_owned(), command.to_owned()];
    let mut extra = Vec::new();
    if prompt.len() <= LONGEST_VARIABLE {
        extra.push(("SWITCHYARD_PROMPT".to_owned(), prompt.to_owned()));
    }
    let mut tree = match context.launch_agent(Path::new("/bin/sh"), arguments, &extra).await {
        Ok(tree) => tree,
        Err(error) => {
            let text = format!("The command could not be started: {error}.");
            context.recorder.error("agent_start_failed", text.clone());
            return context.exited(Outcome { code: Some(126), signal: None }, text);
        }
    };
    if let Some(stdin) = tree.stdin.take() {
        tokio::spawn(feed(stdin, prompt.to_owned()));
    }
    context.recorder.system(SystemEvent::Started { agent_session_id: None }, "");
    context.begin_turn();
    let turn = context.recorder.turn();
    let voices = [(Voice::Message, format!("out-{turn}")), (Voice::Message, format!("err-{turn}"))];
    match listen(context, &mut tree, &voices).await {
        Over::Ended(outcome) => {
            context.end_turn("exit").await;
            let text = describe(outcome);
            context.exited(outcome, text);
        }
        Over::Stopped(reply) => {
            tree.end().await;
            context.end_turn_stopped().await;
            if let Some(reply) = reply {
                answer(reply, Ok(()));
            }
        }
        Over::Fault(fault) => {
            tree.end().await;
            context.out_of_disk(&fault);
        }
    }
}

/// Records what a program prints, until it has ended or somebody stops it. The voices are those of its standard output
/// and of its standard error.
pub(crate) async fn listen(context: &mut Context, tree: &mut Tree, voices: &[(Voice, String); 2]) -> Over {
    let (mut out, mut err) = (Output::new(tree.stdout.take()), Output::new(tree.stderr.take()));
    let mut quiet = Quiet::new(context.options.timing.quiet_after);
    let mut gone: Option<(Outcome, Instant)> = None;
    loop {
        if let Some((outcome, until)) = gone
            && ((out.is_at_end() && err.is_at_end()) || until <= Instant::now())
        {
            context.recorder.flush();
            return Over::Ended(outcome);
        }
        let mut wake = gone.map_or(quiet.due(), |(_, until)| until);
        wake = context.recorder.due().map_or(wake, |due| due.min(wake));
        let (text, (voice, item)) = tokio::select! {
            biased;
            fault = context.recorder.journal().fault() => return Over::Fault(fault),
            command = context.inbox.recv() => match command {
                Some(Command::Stop(reply)) => return Over::Stopped(Some(reply)),
                None => return Over::Stopped(None),
                Some(command) => { refuse(context, command); continue }
            },
            text = out.next() => (text, &voices[0]),
            text = err.next() => (text, &voices[1]),
            outcome = tree.gone(), if gone.is_none() => {
                gone = Some((outcome, Instant::now() + DRAIN));
                continue;
            }
            () = tokio::time::sleep_until(wake) => {
                context.recorder.flush_due();
                if let Some(seconds) = quiet.tell() {
                    context.recorder.system(SystemEvent::Quiet { seconds }, "");
                }
                continue;
            }
        };
        // A pipe that cannot be read has nothing more to say.
        context.recorder.say(*voice, item, &text.unwrap_or_default());
        quiet.heard();
        if let Err(fault) = context.recorder.room().await {
            return Over::Fault(fault);
        }
    }
}

/// How a program ended, for people.
pub(crate) fn describe(outcome: Outcome) -> String {
    match outcome {
        Outcome { code: Some(0), .. } => String::new(),
        Outcome { code: Some(code), .. } => format!("It ended with exit code {code}."),
        Outcome { signal: Some(signal), .. } => format!("It was ended by signal {signal}."),
        Outcome { code: None, signal: None } => "It ended, and nobody knows how.".to_owned(),
    }
}

/// Answers what a program without a protocol cannot do.
fn refuse(context: &Context, command: Command) {
    match command {
        Command::Message(message, reply) => context.turn_away(&message, reply),
        // Nothing waits for an answer.
        Command::Answer { reply, .. } | Command::Stop(reply) => answer(reply, Ok(())),
        Command::SetOption { reply, .. } => {
            let text = "A command has no options.";
            answer(reply, Err(switchyard_domain::Error::invalid("option_id", text)));
        }
    }
}

/// Gives the prompt to the program's standard input and closes it. A program need not read it.
async fn feed(mut stdin: pipe::Sender, prompt: String) {
    let _ = stdin.write_all(prompt.as_bytes()).await;
}
