//! Reading lines from a program that may print anything.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

/// Longest line that is kept, in bytes; of a longer one nothing is.
const LONGEST: usize = 32 * 1024 * 1024;

/// Bytes of room made for each read.
const STEP: usize = 64 * 1024;

/// Lines of a program's output.
pub(super) struct Lines {
    pipe: pipe::Receiver,
    buffer: Vec<u8>,
    /// Where the next line begins.
    begin: usize,
    /// Up to where no end of a line was found.
    searched: usize,
    /// Whether a line that was too long is being passed over.
    skipping: bool,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A line, without its end.
    Line(Vec<u8>),
    /// A line that was too long to keep.
    TooLong,
}

impl Lines {
    /// Reads from a pipe.
    pub(super) fn new(pipe: pipe::Receiver) -> Self {
        Self { pipe, buffer: Vec::new(), begin: 0, searched: 0, skipping: false }
    }

    /// Reads more; `false` at the end. May be dropped while it waits without losing anything.
    pub(super) async fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.begin);
        self.searched -= self.begin;
        self.begin = 0;
        self.buffer.reserve(STEP);
        Ok(self.pipe.read_buf(&mut self.buffer).await? > 0)
    }

    /// The next whole line that was read.
    pub(super) fn next(&mut self) -> Option<Read> {
        loop {
            let Some(at) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
                self.searched = self.buffer.len();
                if self.buffer.len() - self.begin > LONGEST {
                    self.skipping = true;
                    self.buffer.clear();
                    self.buffer.shrink_to(STEP);
                    (self.begin, self.searched) = (0, 0);
                }
                return None;
            };
            let end = self.searched + at;
            let line = self.begin..end;
            (self.begin, self.searched) = (end + 1, end + 1);
            if std::mem::take(&mut self.skipping) {
                return Some(Read::TooLong);
            }
            let line = self.buffer[line].trim_ascii();
            if !line.is_empty() {
                return Some(Read::Line(line.to_vec()));
            }
        }
    }
}
