//! What an agent says, as entries of the transcript.

use agent_client_protocol::v1::schema as acp;
use serde_json::value::RawValue;
use switchyard_domain::Result;
use switchyard_domain::transcript::{EntryBody, PlanItem, SystemEvent, Usage};
use tokio::time::Instant;

use super::connection::{Answer, Connection};
use super::content;
use super::options::{Options, Setting};
use super::permissions::{self, Permissions};
use super::rpc::{self, Frame};
use super::speech::{ChunkText, ChunkUpdate, Speech};
use super::tools::Tools;
use crate::agent::lines::Read;
use crate::session::{Recorder, Voice};

/// Lines that are no messages and are still told; of further ones only that there are more.
const GARBAGE_TOLD: u32 = 20;

/// What is to be done about a line.
pub(super) enum Taken {
    /// Nothing more.
    Nothing,
    /// Send this.
    Reply(Vec<u8>),
    /// The agent answered this call.
    Answer(i64, Answer),
}

/// Understands what the agent says.
#[derive(Default)]
pub(super) struct Incoming {
    pub(super) options: Options,
    /// Whether a turn is under way.
    pub(super) busy: bool,
    /// Id of the last prompt's call.
    pub(super) prompt: i64,
    replaying: bool,
    tools: Tools,
    permissions: Permissions,
    garbage: u32,
    speech: Speech,
}

impl Incoming {
    /// Takes in one line.
    pub(super) fn take(&mut self, recorder: &mut Recorder, line: Read) -> Taken {
        let Read::Line(line) = line else {
            self.on_garbage(recorder, "a line that was too long");
            return Taken::Nothing;
        };
        match rpc::parse(&line) {
            Some(Frame::Notification(method, Some(params))) if method == "session/update" => {
                self.on_update(recorder, params.get());
                Taken::Nothing
            }
            Some(Frame::Notification(..)) => Taken::Nothing,
            Some(Frame::Request(id, method, params)) => {
                match self.on_request(recorder, id, &method, params) {
                    Some(reply) => Taken::Reply(reply),
                    None => Taken::Nothing,
                }
            }
            Some(Frame::Response(id, answer)) => Taken::Answer(id, answer),
            None => {
                self.on_garbage(recorder, &String::from_utf8_lossy(&line));
                Taken::Nothing
            }
        }
    }

    /// Takes in that an option was set, with the agent's answer.
    pub(super) fn set(&mut self, setting: Setting, answer: Option<&RawValue>) {
        match setting {
            Setting::Mode(mode) => self.options.take_mode(&mode.0),
            Setting::Option(..) => {
                let answer = answer.and_then(|answer| {
                    serde_json::from_str::<acp::SetSessionConfigOptionResponse>(answer.get()).ok()
                });
                if let Some(answer) = answer {
                    self.options.take_configured(answer.config_options);
                }
            }
        }
    }

    /// Whether a person is asked for a permission.
    pub(super) fn waits_for_person(&self) -> bool {
        self.permissions.any()
    }

    /// Settles a permission request; the line that tells the agent, unless it was settled before.
    pub(super) fn answer_permission(
        &mut self,
        recorder: &mut Recorder,
        id: &str,
        option: &str,
    ) -> Result<Option<Vec<u8>>> {
        self.permissions.answer(recorder, id, option)
    }

    /// Settles all permission requests that wait as cancelled; the lines that tell the agent.
    pub(super) fn cancel_permissions(&mut self, recorder: &mut Recorder) -> Vec<Vec<u8>> {
        self.permissions.cancel(recorder)
    }

    /// When output of tools that waits for more is to be told.
    pub(super) fn due(&self) -> Option<Instant> {
        self.tools.due()
    }

    /// Tells output of tools that has waited long enough, or with `all` any that waits.
    pub(super) fn flush_tools(&mut self, recorder: &mut Recorder, all: bool) {
        for call in self.tools.flush(all) {
            recorder.push(EntryBody::ToolCall(call));
        }
    }

    /// The turn is over: tells what waits, and gives up on the calls that nobody will finish.
    pub(super) fn end_tools(&mut self, recorder: &mut Recorder, broken: bool) {
        self.flush_tools(recorder, true);
        for call in self.tools.give_up(broken) {
            recorder.push(EntryBody::ToolCall(call));
        }
    }

    /// Why the turn failed, if the agent told so beside its answer.
    pub(super) fn take_fault(&mut self) -> Option<String> {
        self.speech.take_fault()
    }

    fn on_request(
        &mut self,
        recorder: &mut Recorder,
        id: acp::RequestId,
        method: &str,
        params: Option<&RawValue>,
    ) -> Option<Vec<u8>> {
        if method != "session/request_permission" {
            return Some(rpc::response(&id, Err::<(), _>(acp::Error::method_not_found())));
        }
        let request =
            serde_json::from_str::<acp::RequestPermissionRequest>(params.map_or("null", RawValue::get));
        let request = match request {
            Ok(request) => request,
            Err(error) => return Some(rpc::response(&id, Err::<(), _>(acp::Error::from(error)))),
        };
        if !self.busy {
            // Nobody looks at a session whose turn is over.
            return Some(permissions::cancelled(&id));
        }
        self.speech.interrupt();
        let call = request.tool_call;
        let tool = call.tool_call_id.0.to_string();
        // Some agents ask before they tell of the tool call.
        if let Some(call) = self.tools.update(&tool, call.fields, call.meta.as_ref()) {
            recorder.push(EntryBody::ToolCall(call));
        }
        let title = self.tools.title(&tool).unwrap_or("The agent asks for a permission").to_owned();
        self.permissions.ask(recorder, id, tool, title, request.options);
        None
    }

    fn on_update(&mut self, recorder: &mut Recorder, params: &str) {
        if let Ok(ChunkUpdate { update }) = serde_json::from_str::<ChunkUpdate<'_>>(params) {
            let voice = match update.session_update.as_ref() {
                "agent_message_chunk" => Some(Voice::Message),
                "agent_thought_chunk" => Some(Voice::Thought),
                _ => None,
            };
            if let (Some(voice), Some(content)) = (voice, update.content) {
                return self.on_chunk(recorder, voice, update.message_id.as_deref(), content);
            }
        }
        match serde_json::from_str::<acp::SessionNotification>(params) {
            Ok(notification) => self.on_typed_update(recorder, notification.update),
            // Newer agents may tell more than we know of.
            Err(error) => tracing::debug!(%error, "an update was not understood"),
        }
    }

    fn on_chunk(&mut self, recorder: &mut Recorder, voice: Voice, message: Option<&str>, content: &RawValue) {
        if self.replaying {
            return;
        }
        let text = serde_json::from_str::<ChunkText<'_>>(content.get());
        if let Ok(ChunkText { text: Some(text), .. }) = &text
            && self.speech.explain(text)
        {
            return;
        }
        let item = self.speech.item(voice, message, recorder.turn());
        match text {
            Ok(ChunkText { r#type, text: Some(text) }) if r#type == "text" => {
                recorder.say(voice, item, &text)
            }
            _ => {
                if let Ok(block) = serde_json::from_str::<acp::ContentBlock>(content.get()) {
                    recorder.say(voice, item, &content::text(&block));
                }
            }
        }
    }

    fn on_typed_update(&mut self, recorder: &mut Recorder, update: acp::SessionUpdate) {
        use acp::SessionUpdate as Update;
        match update {
            Update::CurrentModeUpdate(update) => {
                self.options.take_mode(&update.current_mode_id.0);
                self.tell_options(recorder);
            }
            Update::ConfigOptionUpdate(update) => {
                self.options.take_configured(update.config_options);
                self.tell_options(recorder);
            }
            Update::UsageUpdate(update) => recorder.push(EntryBody::Usage(Usage {
                used: Some(update.used),
                size: Some(update.size),
                cost: update.cost.as_ref().map(|cost| cost.amount).filter(|amount| amount.is_finite()),
                currency: update.cost.map(|cost| cost.currency),
            })),
            _ if self.replaying => {}
            Update::ToolCall(call) => self.on_tool(recorder, call.into()),
            Update::ToolCallUpdate(update) => self.on_tool(recorder, update),
            Update::Plan(plan) => {
                self.speech.interrupt();
                recorder.push(EntryBody::Plan {
                    items: plan.entries.into_iter().take(1000).map(plan_item).collect(),
                });
            }
            Update::Notice(notice) => {
                self.speech.interrupt();
                let text = [Some(notice.title), notice.description].into_iter().flatten().collect::<Vec<_>>();
                recorder.system(SystemEvent::Notice, text.join("\n"));
            }
            Update::CompactionUpdate(update) => {
                self.speech.interrupt();
                let text = match update.status {
                    acp::CompactionStatus::Completed => {
                        "The agent has shortened its memory of the conversation."
                    }
                    acp::CompactionStatus::Failed => {
                        "The agent could not shorten its memory of the conversation."
                    }
                    _ => "The agent shortens its memory of the conversation.",
                };
                recorder.system(SystemEvent::Notice, text);
            }
            Update::SessionInfoUpdate(update) => self.on_info(recorder, update.meta.as_ref()),
            // The person's words are in the transcript already; commands and titles have no place in it.
            _ => {}
        }
    }

    fn on_tool(&mut self, recorder: &mut Recorder, update: acp::ToolCallUpdate) {
        self.speech.interrupt();
        let (id, meta) = (update.tool_call_id.0, update.meta);
        if let Some(call) = self.tools.update(&id, update.fields, meta.as_ref()) {
            recorder.push(EntryBody::ToolCall(call));
        }
    }

    /// Codex ends a turn that its model's provider refused as any other, and tells the refusal as if it were a message.
    /// What it thinks of the turn stands in an extension.
    fn on_info(&mut self, recorder: &mut Recorder, meta: Option<&acp::Meta>) {
        let status = meta.and_then(|meta| meta.get("codex")?.pointer("/threadStatus/type")?.as_str());
        match status {
            Some("systemError") => self.speech.fail(),
            // It has tried again.
            Some("active") => {
                if let Some(fault) = self.take_fault() {
                    recorder.error("agent_error", fault);
                }
            }
            _ => {}
        }
    }

    fn on_garbage(&mut self, recorder: &mut Recorder, line: &str) {
        self.garbage += 1;
        match self.garbage {
            1..=GARBAGE_TOLD => {
                let shown: String = line.chars().take(500).collect();
                recorder.error(
                    "agent_garbage",
                    format!("The agent printed something that is no message: {shown}"),
                );
            }
            count if count == GARBAGE_TOLD + 1 => {
                recorder.error(
                    "agent_garbage",
                    "The agent prints more that is no message; it is left out from here on.",
                );
            }
            _ => {}
        }
    }

    fn tell_options(&self, recorder: &mut Recorder) {
        recorder.system(SystemEvent::Options { options: self.options.all() }, "");
    }
}

impl Connection<'_> {
    /// Takes in what can be chosen of the agent.
    pub(super) fn take_options(
        &mut self,
        modes: Option<acp::SessionModeState>,
        configured: Option<Vec<acp::SessionConfigOption>>,
    ) {
        if let Some(modes) = modes {
            self.incoming.options.take_modes(modes);
        }
        if let Some(configured) = configured {
            self.incoming.options.take_configured(configured);
        }
    }

    /// Tells what can be chosen of the agent.
    pub(super) fn tell_options(&mut self) {
        self.incoming.tell_options(&mut self.context.recorder);
    }

    /// Whether the agent tells an old conversation again, which is not to be recorded.
    pub(super) fn set_replaying(&mut self, replaying: bool) {
        self.incoming.replaying = replaying;
    }
}

fn plan_item(entry: acp::PlanEntry) -> PlanItem {
    let priority = match entry.priority {
        acp::PlanEntryPriority::High => "high",
        acp::PlanEntryPriority::Low => "low",
        _ => "medium",
    };
    let status = match entry.status {
        acp::PlanEntryStatus::InProgress => "in_progress",
        acp::PlanEntryStatus::Completed => "completed",
        _ => "pending",
    };
    PlanItem { content: entry.content, priority: priority.to_owned(), status: status.to_owned() }
}
