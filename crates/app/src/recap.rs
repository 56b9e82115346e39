//! A conversation as text, for an agent that cannot load it itself.

use switchyard_domain::store::{EntryRange, Store};
use switchyard_domain::transcript::{Entry, EntryBody};
use switchyard_domain::{Result, Scope, SessionId};

/// Longest recap, in bytes; what came last matters most.
const LONGEST: usize = 48 * 1024;
/// How many entries back to look.
const ENTRIES: u32 = 1000;

/// What was said in the session so far, the last of it where it is long.
pub(crate) async fn recap(store: &dyn Store, scope: &Scope, session: SessionId) -> Result<String> {
    let entries = store.entries(scope, session, EntryRange::Before(None), ENTRIES).await?;
    Ok(write(&entries))
}

fn write(entries: &[Entry]) -> String {
    let mut text = String::new();
    let mut speaking = "";
    for entry in entries {
        let (speaker, said) = match &entry.body {
            EntryBody::UserMessage { text, .. } => ("User", text.as_str()),
            EntryBody::AgentMessage { item, text } => (item.as_str(), text.as_str()),
            EntryBody::ToolCall(call) if call.status == "completed" => ("Tool", call.title.as_str()),
            _ => continue,
        };
        if speaker != speaking || speaker == "User" || speaker == "Tool" {
            let heading = if matches!(speaker, "User" | "Tool") { speaker } else { "Agent" };
            text.push_str(&format!("\n\n{heading}: "));
        }
        speaking = speaker;
        text.push_str(said);
    }
    let text = text.trim();
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let start = (text.len() - LONGEST..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("[…] {}", &text[start..])
}
