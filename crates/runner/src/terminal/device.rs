//! A terminal's pseudo-terminal with what was read from it: output in, input out.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use switchyard_domain::runner::{TerminalProgram, TerminalStart};
use switchyard_domain::terminal::{TerminalEnd, TerminalSize};
use switchyard_domain::{TerminalId, WorkspaceId};
use tokio::io::unix::AsyncFd;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::scrollback::Limits;
use super::typing::Typing;
use super::viewing::{Leave, State};
use crate::process::Pty;

/// Most bytes that are read before others have their turn.
const PIECE: usize = 64 * 1024;
/// Most bytes that the system hands out at once.
const SYSTEMS_PIECE: usize = 4096;
/// How long output may still be on its way when all that could write it is gone.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// One terminal, shared by whoever reads it, views it and lists it.
#[derive(Debug)]
pub(super) struct Device {
    id: TerminalId,
    pub(super) workspace: WorkspaceId,
    runs_script: bool,
    pty: AsyncFd<Pty>,
    state: Mutex<State>,
    /// What is typed in any terminal.
    typing: Arc<Typing>,
    /// Input of one viewer is not mixed with that of another within a frame.
    typist: tokio::sync::Mutex<()>,
    /// Changes with whatever a viewer may wait for.
    news: watch::Sender<()>,
    /// Wakes the reader when it may have leave to read.
    leave: Notify,
}

/// What came of reading.
enum Taken {
    /// There may be more at once.
    Some,
    /// Nothing is there now.
    Dry,
    /// Nothing will come any more.
    End,
}

impl Device {
    pub(super) fn new(start: &TerminalStart, pty: Pty, typing: Arc<Typing>) -> io::Result<Self> {
        let limits = Limits::keeping(start.scrollback_lines);
        Ok(Self {
            id: start.id,
            workspace: start.site.id,
            runs_script: matches!(start.program, TerminalProgram::Script(_)),
            pty: pty.watched()?,
            state: Mutex::new(State::new(limits, start.size, Instant::now())),
            typing,
            typist: tokio::sync::Mutex::default(),
            news: watch::Sender::new(()),
            leave: Notify::new(),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A signal for each change that viewers are to see.
    pub(super) fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    /// Something changed that viewers are to see, or that may give the reader leave to go on.
    pub(super) fn tell(&self) {
        self.leave.notify_one();
        self.news.send_replace(());
    }

    /// Whether something works in it: a script always does, however silent it is.
    pub(super) fn is_busy(&self) -> bool {
        self.runs_script || self.pty.get_ref().is_busy()
    }

    /// Changes the size for everybody.
    pub(super) fn resize(&self, size: TerminalSize) {
        if let Err(error) = self.pty.get_ref().resize(size.cols, size.rows) {
            return tracing::debug!(%error, "a terminal keeps its size");
        }
        self.state().size = size;
        self.tell();
    }

    /// Notes that the program is gone and that all of its output was read.
    pub(super) fn finish(&self, end: TerminalEnd) {
        self.state().end = Some(end);
        self.tell();
    }

    /// Waits until it is finished.
    pub(super) async fn finished(&self) -> TerminalEnd {
        let mut news = self.news();
        loop {
            if let Some(end) = self.state().end {
                return end;
            }
            // The sender is `self`.
            let _ = news.changed().await;
        }
    }

    /// Hands the program what was typed, all of it, in order. `viewer` is not waited for meanwhile.
    pub(super) async fn type_in(&self, viewer: u64, mut bytes: &[u8]) -> io::Result<()> {
        let _turn = self.typist.lock().await;
        self.typing.note(self.id);
        self.state().active_at = Instant::now();
        let mut held = false;
        while !bytes.is_empty() {
            let mut ready = self.pty.writable().await?;
            match ready.try_io(|pty| pty.get_ref().write(bytes)) {
                Ok(written) => bytes = &bytes[written?..],
                Err(_) if !held => {
                    held = true;
                    self.hold(viewer, true);
                }
                Err(_) => {}
            }
        }
        if held {
            self.hold(viewer, false);
        }
        Ok(())
    }

    fn hold(&self, viewer: u64, held: bool) {
        self.state().hold(viewer, held);
        self.leave.notify_one();
    }

    /// Reads output until nothing can come any more; `gone` turns true when all that could write it is gone.
    pub(super) async fn read(&self, mut gone: watch::Receiver<bool>) -> io::Result<()> {
        let mut since_turn = 0;
        loop {
            self.until_leave().await;
            if since_turn >= PIECE {
                since_turn = 0;
                self.typing.give_way(self.id).await;
            }
            let over = *gone.borrow();
            let ready = async {
                if over {
                    timeout(LAST_WORDS, self.pty.readable()).await
                } else {
                    Ok(self.pty.readable().await)
                }
            };
            let mut ready = tokio::select! {
                ready = ready => match ready {
                    Ok(ready) => ready?,
                    Err(_) => return Ok(()),
                },
                _ = gone.changed(), if !over => continue,
            };
            let (taken, read) = self.take_in()?;
            since_turn += read;
            match taken {
                Taken::Some => {}
                Taken::Dry => ready.clear_ready(),
                Taken::End => return Ok(()),
            }
            drop(ready);
            // A flood in one terminal is not to be in the way of the others.
            tokio::task::yield_now().await;
        }
    }

    /// Waits until output may be read.
    async fn until_leave(&self) {
        loop {
            let Leave::NotBefore(at) = self.state().may_read(Instant::now()) else { return };
            tokio::select! {
                () = self.leave.notified() => {}
                () = sleep_until(at) => {}
            }
        }
    }

    /// Reads what is there, and no more than a piece; says how much that was.
    fn take_in(&self) -> io::Result<(Taken, usize)> {
        let mut piece = [0; PIECE];
        let mut filled = 0;
        let taken = loop {
            match self.pty.get_ref().read(&mut piece[filled..]) {
                Ok(0) => break Taken::End,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Taken::Dry,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if filled + SYSTEMS_PIECE > PIECE {
                break Taken::Some;
            }
        };
        if filled > 0 {
            self.state().push(&piece[..filled], Instant::now());
            self.news.send_replace(());
        }
        Ok((taken, filled))
    }
}
