//! Journals: each session's transcript as the runner keeps it, an append-only file of JSON lines.
//!
//! The file is the truth and the only buffer: a writer collects what comes within one write and then tells readers how
//! far the file goes; each reader reads the file at its own pace. So a flood costs disk, not memory, and a slow reader
//! costs nothing.

mod file;
mod follow;
mod line;
mod writer;

pub use file::{Last, last, repair, tail};
pub use follow::follow;
pub use line::Line;
pub use writer::{Fault, Journal};

/// How far a journal's file can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of whole lines.
    pub length: u64,
    /// Number of the last entry among them; one less than the first to come when there is none.
    pub seq: i64,
    /// Whether more may come.
    pub live: bool,
}
