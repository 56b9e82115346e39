//! Tool calls: agents send what changed, the transcript has their whole state.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use agent_client_protocol::v1::schema as acp;
use serde::Serialize;
use serde_json::Value;
use switchyard_domain::transcript::{Location, ToolCall, ToolContent};

use tokio::time::Instant;

use super::content;

/// Tool calls that are remembered; when there are more, the oldest is taken for new should it change again.
const REMEMBERED: usize = 1000;

/// Longest output of a command that is kept, in bytes: its end.
const TERMINAL: usize = 64 * 1024;

/// How long output that grows waits for more: each entry has all of it, so that many small steps would add up.
const GATHER: Duration = Duration::from_millis(500);

/// The tool calls of a conversation.
#[derive(Default)]
pub(super) struct Tools {
    calls: HashMap<String, Tracked>,
    order: VecDeque<String>,
    /// The calls whose output waits.
    waiting: Vec<String>,
}

struct Tracked {
    /// When an entry told of it last.
    told: Instant,
    /// Output that waits to be told.
    waits: Option<Vec<ToolContent>>,
    title: String,
    kind: &'static str,
    status: &'static str,
    /// Hash of each part as last written, so that only what changed is written again.
    content: u64,
    locations: u64,
    input: u64,
    output: u64,
    terminal: Option<Terminal>,
}

/// What a command printed, as some agents tell it beside the content.
#[derive(Default)]
struct Terminal {
    output: String,
    exit_code: Option<i32>,
    truncated: bool,
}

impl Tools {
    /// Takes in what an agent says of a tool call; the entry that tells it, unless nothing changed.
    pub(super) fn update(
        &mut self,
        id: &str,
        fields: acp::ToolCallUpdateFields,
        meta: Option<&acp::Meta>,
    ) -> Option<ToolCall> {
        let fresh = !self.calls.contains_key(id);
        if fresh {
            self.remember(id);
        }
        let call = self.calls.get_mut(id)?;
        let mut changed = fresh;
        if let Some(title) = fields.title.filter(|title| !title.is_empty() && *title != call.title) {
            (call.title, changed) = (content::shorten(title), true);
        }
        if let Some(kind) = fields.kind {
            changed |= replace(&mut call.kind, kind_name(kind));
        }
        if let Some(status) = fields.status {
            changed |= replace(&mut call.status, status_name(status));
        }
        let printed = meta.is_some_and(|meta| call.hear_terminal(meta));
        let shown = fields.content.map(content::tool_content).filter(|parts| !parts.is_empty());
        let content = match (&call.terminal, shown) {
            (Some(terminal), _) if printed => Some(vec![terminal.content()]),
            (_, shown) => shown,
        };
        let content = content.filter(|parts| differs(&mut call.content, parts)).or_else(|| call.waits.take());
        let locations: Option<Vec<Location>> = fields.locations.map(locations);
        let locations = locations.filter(|all| !all.is_empty() && differs(&mut call.locations, all));
        let input = fields.raw_input.map(json).filter(|text| differs(&mut call.input, text));
        let output = fields.raw_output.map(json).filter(|text| differs(&mut call.output, text));
        changed |= locations.is_some() || input.is_some() || output.is_some();
        if !changed && content.is_some() && call.told.elapsed() < GATHER {
            call.waits = content;
            self.waiting.retain(|waiting| waiting != id);
            self.waiting.push(id.to_owned());
            return None;
        }
        changed |= content.is_some();
        changed.then(|| ToolCall { locations, input, output, ..call.entry(id, content) })
    }

    /// When output that waits is to be told.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.iter().filter_map(|id| self.calls.get(id)).map(|call| call.told + GATHER).min()
    }

    /// The entries of output that has waited long enough, or with `all` of any that waits.
    pub(super) fn flush(&mut self, all: bool) -> Vec<ToolCall> {
        let (calls, mut entries) = (&mut self.calls, Vec::new());
        self.waiting.retain(|id| {
            let Some(call) = calls.get_mut(id) else { return false };
            if !all && call.told.elapsed() < GATHER {
                return true;
            }
            // Told meanwhile together with something else, if nothing waits any more.
            let content = call.waits.take();
            entries.extend(content.map(|content| call.entry(id, Some(content))));
            false
        });
        entries
    }

    /// Takes the calls that nobody will finish for failed: those that have not begun, and with `all` those under way.
    pub(super) fn give_up(&mut self, all: bool) -> Vec<ToolCall> {
        let mut entries = Vec::new();
        for id in &self.order {
            let Some(call) = self.calls.get_mut(id) else { continue };
            if call.status == "pending" || (all && call.status == "in_progress") {
                call.status = "failed";
                entries.push(call.entry(id, None));
            }
        }
        entries
    }

    /// What a tool call does, as last said.
    pub(super) fn title(&self, id: &str) -> Option<&str> {
        self.calls.get(id).map(|call| call.title.as_str()).filter(|title| !title.is_empty())
    }

    fn remember(&mut self, id: &str) {
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.calls.remove(&oldest);
        }
        self.order.push_back(id.to_owned());
        self.calls.insert(id.to_owned(), Tracked::new());
    }
}

impl Tracked {
    fn new() -> Self {
        Self {
            told: Instant::now(),
            waits: None,
            title: String::new(),
            kind: "other",
            status: "pending",
            content: 0,
            locations: 0,
            input: 0,
            output: 0,
            terminal: None,
        }
    }

    /// The entry that tells the call's state, with this content.
    fn entry(&mut self, id: &str, content: Option<Vec<ToolContent>>) -> ToolCall {
        self.told = Instant::now();
        if content.is_some() {
            self.waits = None;
        }
        ToolCall {
            tool_call_id: id.to_owned(),
            title: self.title.clone(),
            tool_kind: self.kind.to_owned(),
            status: self.status.to_owned(),
            content,
            locations: None,
            input: None,
            output: None,
        }
    }

    /// Takes in terminal output that an agent sends in the update's extension fields.
    fn hear_terminal(&mut self, meta: &acp::Meta) -> bool {
        let (output, exit) = (meta.get("terminal_output"), meta.get("terminal_exit"));
        if output.is_none() && exit.is_none() {
            return false;
        }
        let terminal = self.terminal.get_or_insert_default();
        if let Some(data) = output.and_then(|output| output.get("data")).and_then(Value::as_str) {
            terminal.output.push_str(data);
            let surplus = terminal.output.len().saturating_sub(TERMINAL);
            if surplus > 0 {
                terminal.output.drain(..terminal.output.ceil_char_boundary(surplus));
                terminal.truncated = true;
            }
        }
        if let Some(code) = exit.and_then(|exit| exit.get("exit_code")).and_then(Value::as_i64) {
            terminal.exit_code = i32::try_from(code).ok();
        }
        true
    }
}

impl Terminal {
    fn content(&self) -> ToolContent {
        let Self { output, exit_code, truncated } = self;
        ToolContent::Terminal { output: output.clone(), exit_code: *exit_code, truncated: *truncated }
    }
}

fn replace(old: &mut &'static str, new: &'static str) -> bool {
    std::mem::replace(old, new) != new
}

/// Whether something differs from what was hashed last.
fn differs(last: &mut u64, new: &impl Serialize) -> bool {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(new).unwrap_or_default().hash(&mut hasher);
    let hash = hasher.finish();
    std::mem::replace(last, hash) != hash
}

fn json(value: Value) -> String {
    let text = value.to_string();
    if text.len() <= content::LONGEST { text } else { Value::from(content::shorten(text)).to_string() }
}

fn locations(all: Vec<acp::ToolCallLocation>) -> Vec<Location> {
    all.into_iter()
        .take(1000)
        .map(|at| Location { path: at.path.to_string_lossy().into_owned(), line: at.line })
        .collect()
}

fn kind_name(kind: acp::ToolKind) -> &'static str {
    match kind {
        acp::ToolKind::Read => "read",
        acp::ToolKind::Edit => "edit",
        acp::ToolKind::Delete => "delete",
        acp::ToolKind::Move => "move",
        acp::ToolKind::Search => "search",
        acp::ToolKind::Execute => "execute",
        acp::ToolKind::Think => "think",
        acp::ToolKind::Fetch => "fetch",
        acp::ToolKind::SwitchMode => "switch_mode",
        _ => "other",
    }
}

fn status_name(status: acp::ToolCallStatus) -> &'static str {
    match status {
        acp::ToolCallStatus::InProgress => "in_progress",
        acp::ToolCallStatus::Completed => "completed",
        acp::ToolCallStatus::Failed => "failed",
        _ => "pending",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: Value) -> acp::ToolCallUpdateFields {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn each_entry_has_the_whole_state_but_content_only_when_it_changed() {
        let mut tools = Tools::default();
        let diff = serde_json::json!([{"type": "diff", "path": "/a", "oldText": null, "newText": "x"}]);
        let first = fields(serde_json::json!({"title": "Edit a", "kind": "edit", "content": diff}));
        let entry = tools.update("t", first, None).unwrap();
        assert_eq!((entry.status.as_str(), entry.content.is_some()), ("pending", true));
        let again = fields(serde_json::json!({"status": "completed", "content": diff}));
        let entry = tools.update("t", again.clone(), None).unwrap();
        assert_eq!((entry.title.as_str(), entry.tool_kind.as_str()), ("Edit a", "edit"));
        assert_eq!((entry.status.as_str(), entry.content), ("completed", None));
        assert_eq!(tools.update("t", again, None), None);
    }

    #[test]
    fn a_call_that_was_refused_and_never_told_of_again_has_failed_with_the_turn() {
        let mut tools = Tools::default();
        for (id, status) in [("asked", "pending"), ("background", "in_progress"), ("done", "completed")] {
            tools.update(id, fields(serde_json::json!({"title": id, "status": status})), None).unwrap();
        }
        let given_up = |tools: &mut Tools, all| -> Vec<String> {
            let entries = tools.give_up(all);
            assert!(entries.iter().all(|entry| entry.status == "failed"));
            entries.into_iter().map(|entry| entry.tool_call_id).collect()
        };
        assert_eq!(given_up(&mut tools, false), ["asked"]);
        assert_eq!(given_up(&mut tools, true), ["background"]);
        assert!(given_up(&mut tools, true).is_empty());
    }

    #[test]
    fn what_a_command_prints_is_gathered_and_its_end_kept() {
        let mut tools = Tools::default();
        let meta = |data: &str| {
            let value = serde_json::json!({"terminal_output": {"terminal_id": "1", "data": data}});
            serde_json::from_value::<acp::Meta>(value).unwrap()
        };
        tools.update("t", fields(serde_json::json!({"title": "ls"})), Some(&meta("one\n"))).unwrap();
        for piece in ["t", "w", "o\n"] {
            assert_eq!(tools.update("t", fields(serde_json::json!({})), Some(&meta(piece))), None);
        }
        assert!(tools.flush(false).is_empty() && tools.due().is_some());
        let entry = tools.flush(true).remove(0);
        let expected =
            ToolContent::Terminal { output: "one\ntwo\n".into(), exit_code: None, truncated: false };
        assert_eq!(entry.content, Some(vec![expected]));
        assert!(tools.flush(true).is_empty() && tools.due().is_none());
        tools.update("t", fields(serde_json::json!({})), Some(&meta(&"z".repeat(70_000))));
        let entry = tools.update("t", fields(serde_json::json!({"status": "completed"})), None).unwrap();
        let Some([ToolContent::Terminal { output, truncated, .. }]) = entry.content.as_deref() else {
            panic!()
        };
        assert_eq!((output.len(), *truncated), (TERMINAL, true));
    }
}
