//! An agent that says again what a real one said: what its client has to understand, without the agent.
//!
//! A recording has one message a line, after `> ` where it was the client's and after `< ` where it was the agent's. What
//! the agent said up to the client's next message is said again as soon as the client sends one of the same method.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

/// The pause after an answer, so that what follows cannot be taken for a part of it.
const BREATH: Duration = Duration::from_millis(50);

/// Serves one client on the standard streams.
///
/// # Errors
/// When the recording or the streams cannot be read.
pub fn run(recording: &Path) -> std::io::Result<()> {
    let mut tape = Tape::of(&std::fs::read_to_string(recording)?);
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Ok(message) = serde_json::from_str(&line?) else { continue };
        for said in tape.answers(&message) {
            writeln!(output, "{said}")?;
            output.flush()?;
            if said["method"].is_null() {
                std::thread::sleep(BREATH);
            }
        }
    }
    Ok(())
}

struct Tape {
    /// Each message, and whether it was the client's.
    messages: Vec<(bool, Value)>,
    at: usize,
    /// The ids that the client uses now, by those that it used when this was recorded.
    ids: HashMap<String, Value>,
}

impl Tape {
    fn of(recording: &str) -> Self {
        let message = |line: &str| {
            let (from, text) = line.split_at_checked(2)?;
            Some((from == "> ", serde_json::from_str(text).ok()?))
        };
        let messages = recording.lines().map(|line| message(line).expect("a recorded message")).collect();
        Self { messages, at: 0, ids: HashMap::new() }
    }

    /// What follows on a message of the client's.
    fn answers(&mut self, heard: &Value) -> Vec<Value> {
        let same = |(client, message): &(bool, Value)| *client && message["method"] == heard["method"];
        let Some(found) = self.messages[self.at..].iter().position(same) else {
            let error = json!({"code": -32601, "message": "Method not found"});
            let refusal = json!({"jsonrpc": "2.0", "id": heard["id"], "error": error});
            return if heard["method"].is_string() && !heard["id"].is_null() {
                vec![refusal]
            } else {
                Vec::new()
            };
        };
        let at = self.at + found;
        self.ids.insert(self.messages[at].1["id"].to_string(), heard["id"].clone());
        let said = self.messages[at + 1..].iter().take_while(|(client, _)| !client);
        let said: Vec<Value> = said.map(|(_, message)| self.readdressed(message)).collect();
        self.at = at + 1 + said.len();
        said
    }

    /// An answer goes to the client's own id; all else is as it was.
    fn readdressed(&self, message: &Value) -> Value {
        let mut message = message.clone();
        if message["method"].is_null()
            && let Some(id) = self.ids.get(&message["id"].to_string())
        {
            message["id"] = id.clone();
        }
        message
    }
}
