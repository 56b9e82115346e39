//! The Anthropic Messages API.

use serde_json::{Value, json};

use super::script::{Conversation, Part};
use super::{Dialect, event, fresh_id, list, names};

/// Reads a request.
pub(super) fn read(body: &Value) -> Conversation {
    let mut conversation = Conversation::with_tools(names(&body["tools"], |tool| &tool["name"]));
    for message in list(&body["messages"]).filter(|message| message["role"] == "user") {
        if let Some(text) = message["content"].as_str() {
            conversation.hear(text);
        }
        for block in list(&message["content"]) {
            match block["type"].as_str() {
                Some("tool_result") => conversation.count_result(),
                _ => conversation.hear(block["text"].as_str().unwrap_or_default()),
            }
        }
    }
    conversation
}

/// Tells an answer.
#[derive(Default)]
pub(super) struct Messages {
    blocks: usize,
    calls: bool,
}

impl Messages {
    fn block(&mut self, start: Value, delta: Value) -> String {
        let index = self.blocks;
        self.blocks += 1;
        told(json!({"type": "content_block_start", "index": index, "content_block": start}))
            + &told(json!({"type": "content_block_delta", "index": index, "delta": delta}))
            + &told(json!({"type": "content_block_stop", "index": index}))
    }
}

impl Dialect for Messages {
    fn begin(&mut self) -> String {
        let message = json!({
            "id": fresh_id("msg"), "type": "message", "role": "assistant", "model": "scripted", "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 1000, "output_tokens": 1},
        });
        told(json!({"type": "message_start", "message": message}))
    }

    fn part(&mut self, part: &Part) -> String {
        match part {
            Part::Say(text) => {
                self.block(json!({"type": "text", "text": ""}), json!({"type": "text_delta", "text": text}))
            }
            Part::Think(text) => self.block(
                json!({"type": "thinking", "thinking": "", "signature": ""}),
                json!({"type": "thinking_delta", "thinking": text}),
            ),
            Part::Call { id, name, input } => {
                self.calls = true;
                self.block(
                    json!({"type": "tool_use", "id": id, "name": name, "input": {}}),
                    json!({"type": "input_json_delta", "partial_json": input.to_string()}),
                )
            }
            Part::Pause(_) | Part::Hang => String::new(),
        }
    }

    fn end(&mut self) -> String {
        let reason = if self.calls { "tool_use" } else { "end_turn" };
        let delta = json!({"stop_reason": reason, "stop_sequence": null});
        told(json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 50}}))
            + &told(json!({"type": "message_stop"}))
    }
}

fn told(data: Value) -> String {
    event(data["type"].as_str(), &data)
}
