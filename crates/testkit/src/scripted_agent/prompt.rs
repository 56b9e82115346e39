//! Doing what a prompt says.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::Session;
use super::client::Client;
use crate::directive::{Directive, parse};

/// How a turn ends: a stop reason, or an error's code and message.
type Ended = Result<&'static str, (i64, String)>;

/// Whether the turn goes on.
enum Next {
    On,
    End(Ended),
}

/// Works on a prompt.
pub(super) fn work(client: &Client, session: &Session, text: &str) -> Ended {
    let told = session.history.prompts();
    if let Err(error) = session.history.add(text) {
        return Err((-32603, format!("The history could not be written: {error}")));
    }
    let turn = Turn { client, session, told };
    let directives = parse(text);
    if directives.is_empty() {
        turn.say("This prompt has no directive, so nothing is changed. It says: ");
        turn.say(text);
        return Ok("end_turn");
    }
    for (number, directive) in directives.iter().enumerate() {
        if client.is_cancelled() {
            return Ok("cancelled");
        }
        if let Next::End(ended) = turn.follow(number, directive) {
            return ended;
        }
    }
    Ok(if client.is_cancelled() { "cancelled" } else { "end_turn" })
}

struct Turn<'a> {
    client: &'a Client,
    session: &'a Session,
    /// The prompts before this one.
    told: Vec<String>,
}

impl Turn<'_> {
    fn follow(&self, number: usize, directive: &Directive<'_>) -> Next {
        let tool = format!("{}-{number}", self.told.len() + 1);
        match directive.name {
            "say" => self.say(directive.argument),
            "think" => self.speak("agent_thought_chunk", directive.argument),
            "plan" => self.plan(directive),
            "write" => self.write(&tool, directive),
            "edit" => self.edit(&tool, directive),
            "shell" => self.shell(&tool, directive.argument),
            "ask" => return self.ask(&tool, directive.argument, true, true),
            "ask-first" => return self.ask(&tool, directive.argument, false, true),
            "ask-leave" => return self.ask(&tool, directive.argument, true, false),
            "sleep" => return self.sleep(Duration::from_millis(directive.number())),
            "hang" => return self.sleep(Duration::from_secs(24 * 3600)),
            "deaf" => loop {
                std::thread::park();
            },
            "flood" => self.flood(directive.number()),
            "flood-tools" => self.flood_tools(&tool, directive.number()),
            "garbage" => self.client.print(b"this is no message\n{\"half\": \n\xFF\xFE\n[]\n"),
            "die" => self.die(directive.number()),
            "fork-stubborn" => self.fork_stubborn(directive.number()),
            "usage" => self.usage(directive),
            "env" => self.say(&std::env::var(directive.argument).unwrap_or_else(|_| "(unset)".to_owned())),
            "fail" => return Next::End(Err((-32603, directive.argument.to_owned()))),
            "login" => return Next::End(Err((-32000, "Authentication required".to_owned()))),
            "echo-history" => self.say(&self.told.join("\n")),
            other => self.say(&format!("There is no directive “{other}”.")),
        }
        Next::On
    }

    fn say(&self, text: &str) {
        self.speak("agent_message_chunk", text);
    }

    fn speak(&self, kind: &str, text: &str) {
        // In pieces, as a model would.
        for piece in text.split_inclusive(' ') {
            self.update(json!({"sessionUpdate": kind, "content": {"type": "text", "text": piece}}));
        }
    }

    fn update(&self, update: Value) {
        self.client.update(&self.session.id, update);
    }

    fn plan(&self, directive: &Directive<'_>) {
        let steps = directive.argument.split('|').enumerate();
        let entries: Vec<Value> = steps
            .map(|(n, step)| {
                let status = if n == 0 { "in_progress" } else { "pending" };
                json!({"content": step, "priority": "medium", "status": status})
            })
            .collect();
        self.update(json!({"sessionUpdate": "plan", "entries": entries}));
    }

    fn write(&self, tool: &str, directive: &Directive<'_>) {
        let parts = directive.parts(2);
        let (path, text) = (parts[0], parts.get(1).copied().unwrap_or_default());
        let old = std::fs::read_to_string(self.session.folder.join(path)).ok();
        self.change(tool, &format!("Write {path}"), path, old, text);
    }

    fn edit(&self, tool: &str, directive: &Directive<'_>) {
        let parts = directive.parts(3);
        let [path, from, to] = parts[..] else {
            return self.say("An edit needs a path, an old and a new text.");
        };
        match std::fs::read_to_string(self.session.folder.join(path)) {
            Ok(old) if old.contains(from) => {
                let new = old.replacen(from, to, 1);
                self.change(tool, &format!("Edit {path}"), path, Some(old), &new);
            }
            Ok(_) => self.say(&format!("{path} does not hold the old text.")),
            Err(error) => self.say(&format!("{path} cannot be read: {error}.")),
        }
    }

    fn change(&self, tool: &str, title: &str, path: &str, old: Option<String>, new: &str) {
        let whole = self.session.folder.join(path);
        self.update(json!({
            "sessionUpdate": "tool_call", "toolCallId": tool, "title": title, "kind": "edit", "status": "in_progress",
            "locations": [{"path": whole}], "rawInput": {"path": path},
        }));
        let made =
            whole.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&whole, new));
        let (status, content) = match made {
            Ok(()) => ("completed", json!([{"type": "diff", "path": whole, "oldText": old, "newText": new}])),
            Err(error) => ("failed", text_content(&error.to_string())),
        };
        self.update(json!({"sessionUpdate": "tool_call_update", "toolCallId": tool, "status": status, "content": content}));
    }

    fn shell(&self, tool: &str, command: &str) {
        self.update(json!({
            "sessionUpdate": "tool_call", "toolCallId": tool, "title": command, "kind": "execute",
            "status": "in_progress", "rawInput": {"command": command},
        }));
        let script = format!("( {command}\n) 2>&1");
        let ran = Command::new("sh")
            .args(["-c", &script])
            .current_dir(&self.session.folder)
            .stdin(Stdio::null())
            .output();
        let (code, output) = match ran {
            Ok(ran) => (ran.status.code(), String::from_utf8_lossy(&ran.stdout).into_owned()),
            Err(error) => (None, error.to_string()),
        };
        let status = if code == Some(0) { "completed" } else { "failed" };
        let mut update = json!({
            "sessionUpdate": "tool_call_update", "toolCallId": tool, "status": status, "rawOutput": {"exit_code": code},
        });
        if self.client.shows_terminals() {
            update["content"] = json!([{"type": "terminal", "terminalId": tool}]);
            update["_meta"] = json!({
                "terminal_output": {"terminal_id": tool, "data": output},
                "terminal_exit": {"terminal_id": tool, "exit_code": code, "signal": null},
            });
        } else {
            update["content"] = text_content(&output);
        }
        self.update(update);
    }

    fn ask(&self, tool: &str, title: &str, tell_first: bool, takes_no: bool) -> Next {
        let call = json!({"toolCallId": tool, "title": title, "kind": "execute", "status": "pending"});
        if tell_first {
            let mut update = call.clone();
            update["sessionUpdate"] = "tool_call".into();
            self.update(update);
        }
        let mut options = vec![
            json!({"optionId": "allow", "name": "Allow", "kind": "allow_once"}),
            json!({"optionId": "always", "name": "Always allow", "kind": "allow_always"}),
        ];
        if takes_no {
            options.push(json!({"optionId": "reject", "name": "Reject", "kind": "reject_once"}));
        }
        let params = json!({"sessionId": self.session.id, "toolCall": call, "options": options});
        let answer = self.client.ask("session/request_permission", params);
        let chosen = answer.as_ref().and_then(|answer| answer["outcome"]["optionId"].as_str());
        let allowed = matches!(chosen, Some("allow" | "always"));
        let status = if allowed { "completed" } else { "failed" };
        self.update(json!({"sessionUpdate": "tool_call_update", "toolCallId": tool, "status": status}));
        match chosen {
            Some(_) if allowed => Next::On,
            Some(_) => {
                self.say("Then I leave it.");
                Next::End(Ok("end_turn"))
            }
            None => Next::End(Ok("cancelled")),
        }
    }

    fn sleep(&self, pause: Duration) -> Next {
        if self.client.sleep(pause) { Next::On } else { Next::End(Ok("cancelled")) }
    }

    fn flood(&self, count: u64) {
        self.stream(count, |n| {
            json!({"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": format!("piece {n} of the flood\n")}})
        });
    }

    fn flood_tools(&self, tool: &str, count: u64) {
        self.stream(count, |n| {
            json!({"sessionUpdate": "tool_call", "toolCallId": format!("{tool}-{n}"), "title": format!("Call {n}"),
                   "kind": "read", "status": "completed"})
        });
    }

    /// Prints many updates in large blocks, so that the reader is what is measured.
    fn stream(&self, count: u64, update: impl Fn(u64) -> Value) {
        let mut block = Vec::new();
        for n in 0..count {
            let params = json!({"sessionId": self.session.id, "update": update(n)});
            let message = json!({"jsonrpc": "2.0", "method": "session/update", "params": params});
            block.extend_from_slice(message.to_string().as_bytes());
            block.push(b'\n');
            if block.len() > 64 * 1024 || n + 1 == count {
                self.client.print(&block);
                block.clear();
            }
        }
    }

    fn die(&self, code: u64) {
        std::io::Write::write_all(&mut std::io::stderr(), b"the scripted agent dies as it was told\n").ok();
        std::process::exit(i32::try_from(code).unwrap_or(1));
    }

    /// Starts processes in the hardest way to end: they ignore what can be ignored, make themselves sessions, and lose
    /// their parents.
    fn fork_stubborn(&self, count: u64) {
        const STUBBORN: &str =
            "trap '' TERM HUP INT QUIT; exec >/dev/null 2>&1 </dev/null; while :; do sleep 0.2; done";
        for _ in 0..count {
            let script = format!("setsid sh -c \"{STUBBORN}\" stubborn & exit 0");
            let _ =
                Command::new("sh").args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).status();
        }
        self.say(&format!("{count} processes are left behind."));
    }

    fn usage(&self, directive: &Directive<'_>) {
        let number = |at: usize| directive.parts(3).get(at).and_then(|part| part.trim().parse::<f64>().ok());
        let mut update = json!({
            "sessionUpdate": "usage_update", "used": number(0).unwrap_or(0.0) as u64, "size": number(1).unwrap_or(0.0) as u64,
        });
        if let Some(cost) = number(2) {
            update["cost"] = json!({"amount": cost, "currency": "USD"});
        }
        self.update(update);
    }
}

fn text_content(text: &str) -> Value {
    json!([{"type": "content", "content": {"type": "text", "text": text}}])
}
