//! The scripted agent: a real program that speaks the Agent Client Protocol, version 1, and needs no model.
//!
//! What it does stands in the prompt, in directives:
//!
//! | directive | does |
//! |---|---|
//! | `[[say TEXT]]` `[[think TEXT]]` | speaks, thinks |
//! | `[[plan a\|b\|c]]` | tells a plan, the first step in progress |
//! | `[[write PATH\|TEXT]]` `[[edit PATH\|OLD\|NEW]]` | changes a file, as a tool call with a diff |
//! | `[[shell COMMAND]]` | runs a command, as a tool call with its output |
//! | `[[ask TITLE]]` | asks for a permission; goes on only if it is given |
//! | `[[ask-first TITLE]]` | the same, without telling of the tool call before |
//! | `[[ask-leave TITLE]]` | the same as `ask`, but takes a yes alone |
//! | `[[sleep MS]]` `[[hang]]` | waits; for ever |
//! | `[[deaf]]` | waits for ever, whatever it is told |
//! | `[[flood N]]` `[[flood-tools N]]` | sends N updates as fast as it can: pieces of text, or tool calls |
//! | `[[garbage]]` | prints lines that are no messages |
//! | `[[die CODE]]` | ends at once, after a word on standard error |
//! | `[[fork-stubborn N]]` | leaves N processes behind that ignore signals, in sessions of their own |
//! | `[[usage USED\|SIZE\|COST]]` | tells its use of the context, and cost |
//! | `[[env NAME]]` | says the value of a variable |
//! | `[[fail TEXT]]` | answers the prompt with an error |
//! | `[[login]]` | answers the prompt with “authentication required” |
//! | `[[echo-history]]` | says what it was told before, one prompt a line |
//!
//! A prompt without directives is answered in words. Options of the program: `--no-load` (cannot take up a conversation),
//! `--exit-on-eof=no` (does not end when its input does), `--hang-at-initialize`, `--login-required`.

mod client;
mod history;
mod prompt;

use std::io::BufRead;
use std::sync::Arc;

use serde_json::{Value, json};

use self::client::Client;
use self::history::History;

/// What the program was asked to be like.
#[derive(Clone, Copy, Default)]
struct Manner {
    no_load: bool,
    stays_after_eof: bool,
    hangs_at_initialize: bool,
    wants_login: bool,
}

/// Serves one client on the standard streams.
pub fn run(arguments: impl Iterator<Item = String>) {
    let mut manner = Manner::default();
    for argument in arguments {
        match argument.as_str() {
            "--no-load" => manner.no_load = true,
            "--exit-on-eof=no" => manner.stays_after_eof = true,
            "--hang-at-initialize" => manner.hangs_at_initialize = true,
            "--login-required" => manner.wants_login = true,
            _ => {}
        }
    }
    let client = Arc::new(Client::new());
    let mut agent = Agent { manner, client, session: None };
    for line in std::io::stdin().lock().lines() {
        let Ok(message) = line.map_err(drop).and_then(|line| serde_json::from_str(&line).map_err(drop))
        else {
            continue;
        };
        agent.take(&message);
    }
    if manner.stays_after_eof {
        loop {
            std::thread::park();
        }
    }
}

struct Agent {
    manner: Manner,
    client: Arc<Client>,
    session: Option<Session>,
}

/// A conversation.
#[derive(Clone)]
struct Session {
    id: String,
    folder: std::path::PathBuf,
    history: Arc<History>,
}

impl Agent {
    fn take(&mut self, message: &Value) {
        let (id, params) = (message.get("id").cloned(), &message["params"]);
        match (message["method"].as_str(), id) {
            (Some("initialize"), Some(id)) if !self.manner.hangs_at_initialize => {
                self.client.take_capabilities(params);
                self.client.answer(&id, self.capabilities());
            }
            (Some("session/new"), Some(id)) if self.manner.wants_login => {
                self.client.refuse(&id, -32000, "Authentication required");
            }
            (Some("session/new"), Some(id)) => {
                let name = format!("scripted-{}", uuid::Uuid::now_v7());
                self.open(&name, params);
                let mut answer = options("code", "small");
                answer["sessionId"] = name.into();
                self.client.answer(&id, answer);
            }
            (Some("session/load"), Some(id)) => self.load(&id, params),
            (Some("session/prompt"), Some(id)) => self.prompt(id, params),
            (Some("session/cancel"), None) => self.client.cancel(),
            (Some("session/set_mode"), Some(id)) => self.client.answer(&id, json!({})),
            (Some("session/set_config_option"), Some(id)) => {
                let model = params["value"].as_str().unwrap_or("small");
                let answer = json!({ "configOptions": options("code", model)["configOptions"] });
                self.client.answer(&id, answer);
            }
            (Some(_), Some(id)) if !self.manner.hangs_at_initialize => {
                self.client.refuse(&id, -32601, "Method not found")
            }
            (None, Some(id)) => self.client.take_answer(&id, &message["result"]),
            _ => {}
        }
    }

    fn capabilities(&self) -> Value {
        json!({
            "protocolVersion": 1,
            "agentCapabilities": { "loadSession": !self.manner.no_load, "promptCapabilities": {} },
            "agentInfo": { "name": "scripted-agent", "version": env!("CARGO_PKG_VERSION") },
            "authMethods": [],
        })
    }

    fn open(&mut self, name: &str, params: &Value) {
        let folder = params["cwd"].as_str().unwrap_or("/").into();
        let history = Arc::new(History::of(name));
        self.session = Some(Session { id: name.to_owned(), folder, history });
    }

    fn load(&mut self, id: &Value, params: &Value) {
        let name = params["sessionId"].as_str().unwrap_or_default().to_owned();
        if self.manner.no_load || !History::of(&name).exists() {
            return self.client.refuse(id, -32002, "Resource not found");
        }
        self.open(&name, params);
        let Some(session) = &self.session else { return };
        for prompt in session.history.prompts() {
            self.client.update(
                &name,
                json!({"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": prompt}}),
            );
            self.client.update(&name, json!({"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "as before"}}));
        }
        self.client.answer(id, options("code", "small"));
    }

    /// Prompts are worked on in a thread of their own, so that cancelling and answers get through.
    fn prompt(&mut self, id: Value, params: &Value) {
        let Some(session) = self.session.clone() else {
            return self.client.refuse(&id, -32602, "There is no session");
        };
        let text: String = params["prompt"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|block| block["text"].as_str())
            .collect::<Vec<_>>()
            .join("\n");
        let client = Arc::clone(&self.client);
        client.begin();
        std::thread::spawn(move || match prompt::work(&client, &session, &text) {
            Ok(stop_reason) => client.answer(&id, json!({ "stopReason": stop_reason })),
            Err((code, message)) => client.refuse(&id, code, &message),
        });
    }
}

/// What can be chosen of this agent.
fn options(mode: &str, model: &str) -> Value {
    json!({
        "modes": {
            "currentModeId": mode,
            "availableModes": [{"id": "code", "name": "Code"}, {"id": "ask", "name": "Ask"}],
        },
        "configOptions": [{
            "id": "model", "name": "Model", "category": "model", "type": "select", "currentValue": model,
            "options": [{"value": "small", "name": "Small"}, {"value": "large", "name": "Large"}],
        }],
    })
}
