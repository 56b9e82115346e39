//! The Gemini API.

use serde_json::{Value, json};

use super::script::{Conversation, Part};
use super::{Dialect, event, fresh_id, list, names};

/// Reads a request.
pub(super) fn read(body: &Value) -> Conversation {
    let declared =
        list(&body["tools"]).flat_map(|tools| names(&tools["functionDeclarations"], |tool| &tool["name"]));
    let mut conversation = Conversation::with_tools(declared.collect());
    for content in list(&body["contents"]).filter(|content| content["role"] == "user") {
        for part in list(&content["parts"]) {
            if part["functionResponse"].is_object() {
                conversation.count_result();
            } else {
                conversation.hear(part["text"].as_str().unwrap_or_default());
            }
        }
    }
    conversation
}

/// Tells an answer.
pub(super) struct Generation;

fn chunk(parts: Value, finish: Option<&str>) -> String {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if let Some(finish) = finish {
        candidate["finishReason"] = finish.into();
    }
    let usage = json!({"promptTokenCount": 1000, "candidatesTokenCount": 50, "totalTokenCount": 1050});
    event(
        None,
        &json!({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted", "responseId": fresh_id("response")}),
    )
}

impl Dialect for Generation {
    fn begin(&mut self) -> String {
        String::new()
    }

    fn part(&mut self, part: &Part) -> String {
        match part {
            Part::Say(text) => chunk(json!([{ "text": text }]), None),
            Part::Think(text) => chunk(json!([{"text": text, "thought": true}]), None),
            Part::Call { id, name, input } => {
                chunk(json!([{"functionCall": {"id": id, "name": name, "args": input}}]), None)
            }
            Part::Pause(_) | Part::Hang => String::new(),
        }
    }

    fn end(&mut self) -> String {
        chunk(json!([{ "text": "" }]), Some("STOP"))
    }
}
