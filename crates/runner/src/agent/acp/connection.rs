//! The connection to one agent: sending, and waiting for whatever comes next.

use std::collections::HashMap;

use agent_client_protocol::v1::schema as acp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use switchyard_domain::Error;
use switchyard_domain::runner::MessageText;
use switchyard_domain::transcript::SystemEvent;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::incoming::Incoming;
use super::options::Setting;
use super::rpc;
use super::stderr::Tail;
use crate::agent::lines::Lines;
use crate::agent::quiet::Quiet;
use crate::journal::Fault;
use crate::process::{Outcome, Tree};
use crate::session::{Command, Context, Reply, answer};

/// Messages that may wait for the agent to read them.
const UNREAD: usize = 256;

/// How long an agent that has ended is listened to for its last words.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_secs(1);

/// Why a conversation ends.
pub(super) enum Halt {
    /// Somebody stopped it.
    Stopped(Option<Reply>),
    /// Nobody talked to the agent for a while.
    Idle,
    /// The agent has ended, or closed its output.
    Died,
    /// The same while nobody talked to it.
    Left,
    /// The agent did not answer this method in time.
    TimedOut(&'static str),
    /// The agent answered with an error.
    Refused(acp::Error),
    /// The agent speaks another version of the protocol.
    Version(u16),
    /// The journal cannot be written.
    Fault(Fault),
}

/// What came.
pub(super) enum Event {
    /// Answers, or anything else that was dealt with already.
    Answered,
    /// Somebody says something, while no turn is under way.
    Message(MessageText, Reply),
    /// It is as late as was asked to be told.
    Deadline,
}

/// An agent's answer.
pub(super) type Answer = Result<Option<Box<RawValue>>, acp::Error>;

/// A connection to an agent.
pub(super) struct Connection<'a> {
    pub(super) context: &'a mut Context,
    pub(super) incoming: Incoming,
    tree: Tree,
    lines: Option<Lines>,
    outbox: mpsc::Sender<Vec<u8>>,
    stderr: Tail,
    quiet: Quiet,
    next_id: i64,
    answers: HashMap<i64, Answer>,
    settings: HashMap<i64, (Setting, Reply)>,
    session: acp::SessionId,
}

impl<'a> Connection<'a> {
    /// A connection to an agent that was just started.
    pub(super) fn new(context: &'a mut Context, mut tree: Tree) -> Self {
        let (outbox, queue) = mpsc::channel(UNREAD);
        if let Some(stdin) = tree.stdin.take() {
            tokio::spawn(write(stdin, queue));
        }
        let quiet = Quiet::new(context.options.timing.quiet_after);
        Self {
            context,
            incoming: Incoming::default(),
            lines: tree.stdout.take().map(Lines::new),
            stderr: Tail::read(tree.stderr.take()),
            tree,
            outbox,
            quiet,
            next_id: 1,
            answers: HashMap::new(),
            settings: HashMap::new(),
            session: acp::SessionId::new(""),
        }
    }

    /// The agent's own id of the conversation.
    pub(super) fn session_id(&self) -> acp::SessionId {
        self.session.clone()
    }

    /// Sets the agent's own id of the conversation.
    pub(super) fn set_session(&mut self, session: acp::SessionId) {
        self.session = session;
    }

    /// Whether a turn is under way.
    pub(super) fn is_busy(&self) -> bool {
        self.incoming.busy
    }

    /// A turn begins.
    pub(super) fn begin(&mut self) {
        self.incoming.busy = true;
        self.quiet.heard();
    }

    /// The turn is over: permission requests that still wait are settled, and so are tool calls, those under way only
    /// if the turn was `broken` off: an agent may leave one running behind its turn.
    pub(super) fn end(&mut self, broken: bool) {
        self.incoming.busy = false;
        self.incoming.end_tools(&mut self.context.recorder, broken);
        for frame in self.incoming.cancel_permissions(&mut self.context.recorder) {
            self.send(frame);
        }
    }

    /// Calls a method and waits for its answer, until `deadline` if there is one.
    pub(super) async fn call<R: DeserializeOwned>(
        &mut self,
        method: &'static str,
        params: &impl Serialize,
        deadline: Option<Instant>,
    ) -> Result<R, Halt> {
        let id = self.request(method, params);
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                let result = answer.map_err(Halt::Refused)?;
                let text = result.as_deref().map_or("null", RawValue::get);
                return serde_json::from_str(text).map_err(|error| Halt::Refused(unreadable(method, &error)));
            }
            match self.event(deadline).await? {
                Event::Answered => {}
                Event::Message(message, reply) => self.context.turn_away(&message, reply),
                Event::Deadline => return Err(Halt::TimedOut(method)),
            }
        }
    }

    /// Waits for the next thing to come, and deals with it where nobody else need know.
    pub(super) async fn event(&mut self, deadline: Option<Instant>) -> Result<Event, Halt> {
        let quiet = self.waits_for_agent().then(|| self.quiet.due());
        let dues = [deadline, self.context.recorder.due(), self.incoming.due(), quiet];
        let wake = dues.into_iter().flatten().min();
        let lines = async {
            match &mut self.lines {
                Some(lines) => lines.fill().await.unwrap_or(false),
                None => false,
            }
        };
        tokio::select! {
            biased;
            fault = self.context.recorder.journal().fault() => Err(Halt::Fault(fault)),
            command = self.context.inbox.recv() => self.on_command(command),
            more = lines => {
                if !more {
                    return Err(Halt::Died);
                }
                self.quiet.heard();
                self.on_lines();
                self.context.recorder.room().await.map_err(Halt::Fault)?;
                Ok(Event::Answered)
            }
            () = sleep_until(wake) => {
                self.context.recorder.flush_due();
                self.incoming.flush_tools(&mut self.context.recorder, false);
                if quiet.is_some() && let Some(seconds) = self.quiet.tell() {
                    self.context.recorder.system(SystemEvent::Quiet { seconds }, "");
                }
                let late = deadline.is_some_and(|deadline| deadline <= Instant::now());
                Ok(if late { Event::Deadline } else { Event::Answered })
            }
        }
    }

    /// Asks the agent to end its turn, and gives it a moment to.
    pub(super) async fn cancel(&mut self) {
        for frame in self.incoming.cancel_permissions(&mut self.context.recorder) {
            self.send(frame);
        }
        self.notify("session/cancel", &acp::CancelNotification::new(self.session.clone()));
        let deadline = Instant::now() + self.context.options.timing.cancel_grace;
        // The prompt is the only call whose answer can be outstanding.
        while !self.answers.contains_key(&self.incoming.prompt) {
            match self.event(Some(deadline)).await {
                Ok(Event::Answered) => {}
                Ok(Event::Message(message, reply)) => self.context.turn_away(&message, reply),
                Ok(Event::Deadline) => return,
                Err(Halt::Stopped(Some(reply))) => answer(reply, Ok(())),
                Err(_) => return,
            }
        }
    }

    /// Ends the process and all that it started, and reads its last words.
    pub(super) async fn end_process(&mut self) -> Outcome {
        let outcome = self.tree.end().await;
        let drained = tokio::time::timeout(LAST_WORDS, async {
            while let Some(lines) = &mut self.lines {
                if !lines.fill().await.unwrap_or(false) {
                    return;
                }
                self.on_lines();
            }
        });
        let _ = drained.await;
        self.context.recorder.flush();
        outcome
    }

    /// The last that the agent said on its standard error.
    pub(super) async fn last_stderr(&mut self) -> String {
        self.stderr.last().await
    }

    /// Sends a line. An agent that does not read for so long that the queue is full is as good as dead; what it would
    /// have answered is waited for in vain, and told as silence.
    pub(super) fn send(&mut self, line: Vec<u8>) {
        if self.outbox.try_send(line).is_err() {
            tracing::warn!(session = %self.context.id, "the agent does not read what it is sent");
        }
    }

    fn request(&mut self, method: &'static str, params: &impl Serialize) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        if method == "session/prompt" {
            self.incoming.prompt = id;
        }
        self.send(rpc::request(Some(id), method, params));
        id
    }

    fn notify(&mut self, method: &str, params: &impl Serialize) {
        self.send(rpc::request(None, method, params));
    }

    fn waits_for_agent(&self) -> bool {
        self.incoming.busy && !self.incoming.waits_for_person()
    }

    fn on_command(&mut self, command: Option<Command>) -> Result<Event, Halt> {
        match command {
            None => return Err(Halt::Stopped(None)),
            Some(Command::Stop(reply)) => return Err(Halt::Stopped(Some(reply))),
            Some(Command::Message(message, reply)) if !self.incoming.busy => {
                return Ok(Event::Message(message, reply));
            }
            Some(Command::Message(message, reply)) => self.context.turn_away(&message, reply),
            Some(Command::Answer { permission, option, reply }) => {
                let settled =
                    self.incoming.answer_permission(&mut self.context.recorder, &permission, &option);
                self.quiet.heard();
                answer(reply, settled.map(|frame| frame.into_iter().for_each(|frame| self.send(frame))));
            }
            Some(Command::SetOption { option, choice, reply }) => self.set_option(&option, &choice, reply),
        }
        Ok(Event::Answered)
    }

    fn on_lines(&mut self) {
        let Some(mut lines) = self.lines.take() else { return };
        while let Some(line) = lines.next() {
            match self.incoming.take(&mut self.context.recorder, line) {
                super::incoming::Taken::Nothing => {}
                super::incoming::Taken::Reply(frame) => self.send(frame),
                super::incoming::Taken::Answer(id, answer) => self.on_answer(id, answer),
            }
        }
        self.lines = Some(lines);
    }

    fn on_answer(&mut self, id: i64, answered: Answer) {
        let Some((setting, reply)) = self.settings.remove(&id) else {
            self.answers.insert(id, answered);
            return;
        };
        match answered {
            Ok(result) => {
                self.incoming.set(setting, result.as_deref());
                self.tell_options();
                answer(reply, Ok(()));
            }
            Err(error) => {
                answer(reply, Err(Error::invalid("choice_id", format!("The agent refused: {error}"))))
            }
        }
    }

    fn set_option(&mut self, option: &str, choice: &str, reply: Reply) {
        let Some(setting) = self.incoming.options.setting(option, choice) else {
            let text = "The agent has no such option, or not this choice.";
            return answer(reply, Err(Error::invalid("option_id", text)));
        };
        let session = self.session.clone();
        let id = match &setting {
            Setting::Mode(mode) => {
                self.request("session/set_mode", &acp::SetSessionModeRequest::new(session, mode.clone()))
            }
            Setting::Option(option, value) => self.request(
                "session/set_config_option",
                &acp::SetSessionConfigOptionRequest::new(session, option.clone(), value.clone()),
            ),
        };
        self.settings.insert(id, (setting, reply));
    }
}

fn unreadable(method: &str, error: &serde_json::Error) -> acp::Error {
    acp::Error::new(
        i32::from(acp::ErrorCode::InternalError),
        format!("its answer to “{method}” cannot be read: {error}"),
    )
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake).await,
        None => std::future::pending().await,
    }
}

/// Writes what is queued to the agent, for as long as it reads.
async fn write(mut stdin: pipe::Sender, mut queue: mpsc::Receiver<Vec<u8>>) {
    while let Some(line) = queue.recv().await {
        if stdin.write_all(&line).await.is_err() {
            return;
        }
    }
}
