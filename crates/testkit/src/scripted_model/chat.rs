//! The OpenAI chat completions API.

use serde_json::{Value, json};

use super::script::{Conversation, Part};
use super::{Dialect, event, fresh_id, list, names};

/// Reads a request.
pub(super) fn read(body: &Value) -> Conversation {
    let tools = names(&body["tools"], |tool| &tool["function"]["name"]);
    let mut conversation = Conversation::with_tools(tools);
    for message in list(&body["messages"]) {
        match message["role"].as_str() {
            Some("tool") => conversation.count_result(),
            Some("user") => {
                conversation.hear(message["content"].as_str().unwrap_or_default());
                for part in list(&message["content"]) {
                    conversation.hear(part["text"].as_str().unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    conversation
}

/// Tells an answer.
pub(super) struct Completions {
    id: String,
    calls: usize,
}

impl Default for Completions {
    fn default() -> Self {
        Self { id: fresh_id("chat"), calls: 0 }
    }
}

impl Completions {
    fn chunk(&self, delta: Value, finish: Option<&str>, usage: Value) -> String {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        event(
            None,
            &json!({
                "id": self.id, "object": "chat.completion.chunk", "created": 0, "model": "scripted",
                "choices": [choice], "usage": usage,
            }),
        )
    }
}

impl Dialect for Completions {
    fn begin(&mut self) -> String {
        self.chunk(json!({"role": "assistant", "content": ""}), None, Value::Null)
    }

    fn part(&mut self, part: &Part) -> String {
        let delta = match part {
            Part::Say(text) => json!({ "content": text }),
            Part::Think(text) => json!({ "reasoning_content": text }),
            Part::Call { id, name, input } => {
                let function = json!({"name": name, "arguments": input.to_string()});
                let call = json!({"index": self.calls, "id": id, "type": "function", "function": function});
                self.calls += 1;
                json!({ "tool_calls": [call] })
            }
            Part::Pause(_) | Part::Hang => return String::new(),
        };
        self.chunk(delta, None, Value::Null)
    }

    fn end(&mut self) -> String {
        let reason = if self.calls > 0 { "tool_calls" } else { "stop" };
        let usage = json!({"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050});
        self.chunk(json!({}), Some(reason), usage) + "data: [DONE]\n\n"
    }
}
