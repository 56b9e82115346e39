//! What an agent says in words.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::content;
use crate::session::Voice;

/// Which message or thought the agent is in.
#[derive(Default)]
pub(super) struct Speech {
    voice: Option<Voice>,
    serial: u64,
    item: String,
    /// What the agent says since it told that its turn failed.
    fault: Option<String>,
}

/// A piece of text, as nearly all updates of a busy agent are. Reading it this way is several times quicker than going
/// through the protocol's type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chunk<'a> {
    #[serde(borrow)]
    pub(super) session_update: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) message_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct ChunkUpdate<'a> {
    #[serde(borrow)]
    pub(super) update: Chunk<'a>,
}

#[derive(Deserialize)]
pub(super) struct ChunkText<'a> {
    #[serde(borrow)]
    pub(super) r#type: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) text: Option<Cow<'a, str>>,
}

impl Speech {
    /// The item that a piece of text belongs to: the agent's own message, or whatever it says without a break.
    pub(super) fn item(&mut self, voice: Voice, message: Option<&str>, turn: u32) -> &str {
        if let Some(message) = message {
            let kind = if voice == Voice::Thought { "t" } else { "m" };
            self.voice = None;
            self.item = format!("{kind}-{message}");
        } else if self.voice != Some(voice) {
            self.serial += 1;
            self.voice = Some(voice);
            self.item = format!("{turn}-{}", self.serial);
        }
        &self.item
    }

    /// Something else came between.
    pub(super) fn interrupt(&mut self) {
        self.voice = None;
    }

    /// The agent tells that its turn failed; what it says from here on is why.
    pub(super) fn fail(&mut self) {
        self.fault = Some(String::new());
    }

    /// Takes in why the turn failed; `false` when it did not, and these are words like any other.
    pub(super) fn explain(&mut self, text: &str) -> bool {
        let Some(fault) = &mut self.fault else { return false };
        let room = content::LONGEST.saturating_sub(fault.len());
        fault.push_str(&text[..text.floor_char_boundary(room)]);
        true
    }

    /// Why the turn failed, if it did.
    pub(super) fn take_fault(&mut self) -> Option<String> {
        self.fault.take().map(|fault| match provider_message(&fault) {
            Some(message) => message,
            None if fault.trim().is_empty() => "it does not say why.".to_owned(),
            None => fault.trim().to_owned(),
        })
    }
}

/// The message in an error of a model's provider, which all of them answer in about the same form.
fn provider_message(text: &str) -> Option<String> {
    let error: serde_json::Value = serde_json::from_str(text.trim()).ok()?;
    Some(error.pointer("/error/message")?.as_str()?.to_owned())
}
