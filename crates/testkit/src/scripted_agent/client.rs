//! The scripted agent's side of the connection.

use std::collections::HashMap;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The client that the agent talks to.
pub(super) struct Client {
    cancelled: AtomicBool,
    shows_terminals: AtomicBool,
    next_id: AtomicU64,
    answers: Mutex<HashMap<u64, Value>>,
    changed: Condvar,
}

impl Client {
    pub(super) fn new() -> Self {
        Self {
            cancelled: AtomicBool::new(false),
            shows_terminals: AtomicBool::new(false),
            next_id: AtomicU64::new(1),
            answers: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Notes what the client can do.
    pub(super) fn take_capabilities(&self, params: &Value) {
        let shows = params["clientCapabilities"]["_meta"]["terminal_output"] == json!(true);
        self.shows_terminals.store(shows, Ordering::SeqCst);
    }

    /// Whether the client takes what commands print beside the content.
    pub(super) fn shows_terminals(&self) -> bool {
        self.shows_terminals.load(Ordering::SeqCst)
    }

    /// A turn begins.
    pub(super) fn begin(&self) {
        self.cancelled.store(false, Ordering::SeqCst);
    }

    /// The client wants the turn to end.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        self.changed.notify_all();
    }

    /// Whether the client wants the turn to end.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// Waits; `false` when the turn is to end meanwhile.
    pub(super) fn sleep(&self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        while Instant::now() < until && !self.is_cancelled() {
            std::thread::sleep((until - Instant::now()).min(Duration::from_millis(5)));
        }
        !self.is_cancelled()
    }

    pub(super) fn answer(&self, id: &Value, result: Value) {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
    }

    pub(super) fn refuse(&self, id: &Value, code: i64, message: &str) {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}));
    }

    pub(super) fn update(&self, session: &str, update: Value) {
        let params = json!({"sessionId": session, "update": update});
        self.send(&json!({"jsonrpc": "2.0", "method": "session/update", "params": params}));
    }

    /// Asks the client, and waits for its answer; `None` when the turn is to end.
    pub(super) fn ask(&self, method: &str, params: Value) -> Option<Value> {
        let id = self.next_id.fetch_add(1, Ordering::SeqCst);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(answer) = answers.remove(&id) {
                return Some(answer);
            }
            if self.is_cancelled() {
                return None;
            }
            let waited = self.changed.wait_timeout(answers, Duration::from_millis(20));
            answers = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes in an answer of the client's.
    pub(super) fn take_answer(&self, id: &Value, result: &Value) {
        if let Some(id) = id.as_u64() {
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(id, result.clone());
            self.changed.notify_all();
        }
    }

    /// Prints a line as it is.
    pub(super) fn print(&self, line: &[u8]) {
        let mut out = std::io::stdout().lock();
        // A client that is gone is noticed by the end of the input.
        let _ = out.write_all(line).and_then(|()| out.flush());
    }

    fn send(&self, message: &Value) {
        let mut line = message.to_string();
        line.push('\n');
        self.print(line.as_bytes());
    }
}
