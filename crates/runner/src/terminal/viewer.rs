//! One viewer: a cursor into the output that all share. It has no queue of its own, so one that stops reading costs
//! nothing; when it reads again and what it missed is not kept any more, it is told so.

use std::sync::Arc;

use futures_util::StreamExt;
use switchyard_domain::runner::{TerminalInput, TerminalInputs, TerminalOutput};
use switchyard_domain::terminal::TerminalSize;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::device::Device;

/// Most bytes of output in a message.
const MESSAGE: u64 = 64 * 1024;

/// A viewer's cursor.
pub(super) struct Viewer {
    device: Arc<Device>,
    id: u64,
    /// Offset of the next byte to be sent.
    next: u64,
    size: TerminalSize,
    news: watch::Receiver<()>,
    hears: Option<JoinHandle<()>>,
    stage: Stage,
}

enum Stage {
    Comes,
    /// What it asked for is not kept any more, which is said after the first message.
    ComesLate,
    Views,
    Done,
}

impl Viewer {
    /// Attaches a viewer that has everything below `from`, or nothing.
    pub(super) fn attach(device: Arc<Device>, from: Option<u64>, input: TerminalInputs) -> Self {
        let news = device.news();
        let (id, next, size, late) = {
            let mut state = device.state();
            let (start, end) = (state.scrollback.start(), state.scrollback.end());
            let next = from.unwrap_or(start).clamp(start, end);
            (state.enter(next, Instant::now()), next, state.size, from.is_some_and(|from| from < start))
        };
        let hears = Some(tokio::spawn(hear(Arc::clone(&device), id, input)));
        let stage = if late { Stage::ComesLate } else { Stage::Comes };
        Self { device, id, next, size, news, hears, stage }
    }

    /// What it is to be sent next, when there is something; `None` once it was told of the terminal's end.
    pub(super) async fn next(&mut self) -> Option<TerminalOutput> {
        loop {
            self.news.mark_unchanged();
            if let Some(output) = self.look() {
                return Some(output);
            }
            if matches!(self.stage, Stage::Done) {
                return None;
            }
            // The sender lives as long as the terminal, which is held here.
            let _ = self.news.changed().await;
        }
    }

    fn look(&mut self) -> Option<TerminalOutput> {
        let mut state = self.device.state();
        let (start, end) = (state.scrollback.start(), state.scrollback.end());
        match self.stage {
            Stage::Comes | Stage::ComesLate => {
                let late = matches!(self.stage, Stage::ComesLate);
                self.stage = Stage::Views;
                self.size = state.size;
                let from = self.next;
                if late {
                    // So that the next look finds the gap.
                    self.next = self.next.saturating_sub(1);
                }
                return Some(TerminalOutput::Attached { from, end, size: self.size });
            }
            Stage::Views => {}
            Stage::Done => return None,
        }
        if state.size != self.size {
            self.size = state.size;
            return Some(TerminalOutput::Size(self.size));
        }
        if self.next < start {
            self.next = state.skip(self.id, self.next, Instant::now())?;
            return Some(TerminalOutput::Gap(start));
        }
        let until = state.may_send(self.id).min(self.next + MESSAGE);
        if self.next < until {
            let most = usize::try_from(until - self.next).unwrap_or(0);
            let bytes = state.scrollback.copy(self.next, most);
            self.next = until;
            return Some(TerminalOutput::Bytes(bytes));
        }
        if let Some(ended) = state.end
            && self.next == end
        {
            self.stage = Stage::Done;
            return Some(TerminalOutput::Ended(ended));
        }
        None
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        if let Some(hears) = self.hears.take() {
            hears.abort();
        }
        self.device.state().leave(self.id);
        self.device.tell();
    }
}

/// Does what the viewer asks until it asks nothing more.
async fn hear(device: Arc<Device>, viewer: u64, mut input: TerminalInputs) {
    while let Some(input) = input.next().await {
        match input {
            TerminalInput::Bytes(bytes) => {
                if let Err(error) = device.type_in(viewer, &bytes).await {
                    // The shell is gone, of which the viewer is told.
                    return tracing::debug!(%error, "input came too late");
                }
            }
            TerminalInput::Ack(offset) => {
                device.state().ack(viewer, offset, Instant::now());
                device.tell();
            }
            TerminalInput::Resize(size) => device.resize(size),
        }
    }
}
