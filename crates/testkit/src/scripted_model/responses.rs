//! The OpenAI Responses API.

use serde_json::{Value, json};

use super::script::{Conversation, Part};
use super::{Dialect, event, fresh_id, list, names};

/// Reads a request.
pub(super) fn read(body: &Value) -> Conversation {
    let mut conversation = Conversation::with_tools(names(&body["tools"], |tool| &tool["name"]));
    for item in list(&body["input"]) {
        match item["type"].as_str() {
            Some("function_call_output" | "custom_tool_call_output") => conversation.count_result(),
            Some("message") if item["role"] == "user" => {
                for part in list(&item["content"]) {
                    conversation.hear(part["text"].as_str().unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    conversation
}

/// Tells an answer.
pub(super) struct Responses {
    id: String,
    items: Vec<Value>,
}

impl Default for Responses {
    fn default() -> Self {
        Self { id: fresh_id("resp"), items: Vec::new() }
    }
}

impl Responses {
    /// An item; words also come in pieces before it is done.
    fn item(&mut self, item: Value, words: Option<&str>) -> String {
        let (at, id) = (self.items.len(), item["id"].clone());
        let mut begun = item.clone();
        if words.is_some() {
            begun["content"] = json!([]);
        }
        let mut all = told(json!({"type": "response.output_item.added", "output_index": at, "item": begun}));
        if let Some(words) = words {
            all += &told(json!({
                "type": "response.output_text.delta", "output_index": at, "content_index": 0, "item_id": id,
                "delta": words,
            }));
        }
        all += &told(json!({"type": "response.output_item.done", "output_index": at, "item": item}));
        self.items.push(item);
        all
    }
}

impl Dialect for Responses {
    fn begin(&mut self) -> String {
        told(json!({"type": "response.created", "response": {"id": self.id}}))
    }

    fn part(&mut self, part: &Part) -> String {
        let id = fresh_id("item");
        match part {
            Part::Say(text) => {
                let content = json!([{"type": "output_text", "text": text, "annotations": []}]);
                let item = json!({"type": "message", "id": id, "role": "assistant", "content": content});
                self.item(item, Some(text))
            }
            Part::Think(text) => {
                let summary = json!([{"type": "summary_text", "text": text}]);
                self.item(json!({"type": "reasoning", "id": id, "summary": summary}), None)
            }
            Part::Call { id: call, name, input: Value::String(text) } => {
                let item = json!({
                    "type": "custom_tool_call", "id": id, "call_id": call, "name": name, "input": text,
                    "status": "completed",
                });
                self.item(item, None)
            }
            Part::Call { id: call, name, input } => {
                let item = json!({
                    "type": "function_call", "id": id, "call_id": call, "name": name, "arguments": input.to_string(),
                    "status": "completed",
                });
                self.item(item, None)
            }
            Part::Pause(_) | Part::Hang => String::new(),
        }
    }

    fn end(&mut self) -> String {
        let usage = json!({
            "input_tokens": 1000, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 50,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 1050,
        });
        let response = json!({"id": self.id, "status": "completed", "output": self.items, "usage": usage});
        told(json!({"type": "response.completed", "response": response}))
    }
}

fn told(data: Value) -> String {
    event(data["type"].as_str(), &data)
}
