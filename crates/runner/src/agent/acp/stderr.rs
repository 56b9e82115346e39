//! The end of what an agent says on its standard error, for when it dies.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::unix::pipe;

use crate::agent::Output;

/// Bytes that are kept.
const KEPT: usize = 64 * 1024;

/// Bytes that are shown.
const SHOWN: usize = 8 * 1024;

/// Reads an agent's standard error for as long as it is open.
pub(super) struct Tail {
    kept: Arc<Mutex<String>>,
    reader: tokio::task::JoinHandle<()>,
}

impl Tail {
    /// Begins to read.
    pub(super) fn read(pipe: Option<pipe::Receiver>) -> Self {
        let kept = Arc::new(Mutex::new(String::new()));
        let (to, mut output) = (Arc::clone(&kept), Output::new(pipe));
        let reader = tokio::spawn(async move {
            while !output.is_at_end() {
                let Ok(text) = output.next().await else { return };
                let mut kept = to.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_str(&text);
                let surplus = kept.len().saturating_sub(KEPT);
                let cut = kept.ceil_char_boundary(surplus);
                kept.drain(..cut);
            }
        });
        Self { kept, reader }
    }

    /// The last lines, once the agent has ended or a moment has passed.
    pub(super) async fn last(&mut self) -> String {
        let _ = tokio::time::timeout(std::time::Duration::from_millis(200), &mut self.reader).await;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let from = kept.ceil_char_boundary(kept.len().saturating_sub(SHOWN));
        kept[from..].trim().to_owned()
    }
}
