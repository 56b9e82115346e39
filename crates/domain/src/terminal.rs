//! Terminals: shells and dev servers in a workspace, each of the user who opened it.

use std::ops::RangeInclusive;

use crate::task::names;
use crate::{Error, ProjectId, Result, TerminalId, Timestamp, UserId, WorkspaceId};

/// Most terminals that one user may have open at once.
pub const MOST_OPEN: i64 = 256;

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// Most columns, and most rows.
const LARGEST_SIDE: u32 = 1000;

/// Name of a dev server's terminal.
pub const DEV_SERVER: &str = "Dev server";

/// Lines of output that a terminal keeps where its user has set nothing else.
pub const SCROLLBACK_LINES: u32 = 10_000;

/// How many lines a terminal may be set to keep.
pub const SCROLLBACK_BOUNDS: RangeInclusive<u32> = 1_000..=100_000;

/// What runs in a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TerminalKind {
    /// Its user's shell.
    Shell,
    /// The project's dev-server script; a workspace has one at most for each user.
    DevServer,
}
names!(TerminalKind { Shell = "shell", DevServer = "dev_server" });

/// Whether a terminal's program is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TerminalStatus {
    /// It can be attached to.
    Open,
    /// Its program is gone, and so is all that it started.
    Closed,
}
names!(TerminalStatus { Open = "open", Closed = "closed" });

/// Why a terminal was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClosedReason {
    /// Its program ended by itself.
    Exited,
    /// Somebody closed it, or threw away what it worked in.
    Closed,
    /// Nothing happened in it for long.
    Idle,
    /// The runner that had it is gone.
    Lost,
}
names!(ClosedReason { Exited = "exited", Closed = "closed", Idle = "idle", Lost = "lost" });

/// Columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSize {
    /// Columns, 1 to 1000.
    pub cols: u16,
    /// Rows, 1 to 1000.
    pub rows: u16,
}

impl Default for TerminalSize {
    fn default() -> Self {
        Self { cols: 80, rows: 24 }
    }
}

impl TerminalSize {
    /// A size as somebody asked for it.
    ///
    /// # Errors
    /// `Invalid`, naming the side that is too small or too large.
    pub fn new(cols: u32, rows: u32) -> Result<Self> {
        let side = |field, length: u32| match u16::try_from(length) {
            Ok(side) if (1..=LARGEST_SIDE).contains(&length) => Ok(side),
            _ => Err(Error::invalid(field, "A terminal has 1 to 1000 columns and 1 to 1000 rows.")),
        };
        Ok(Self { cols: side("cols", cols)?, rows: side("rows", rows)? })
    }
}

/// How a terminal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalEnd {
    /// Why.
    pub reason: ClosedReason,
    /// What the program ended with: 128 and the signal's number where a signal ended it.
    pub exit_code: Option<i32>,
}

/// A terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Its id.
    pub id: TerminalId,
    /// The workspace that its program was started in.
    pub workspace_id: WorkspaceId,
    /// That workspace's project.
    pub project_id: ProjectId,
    /// What runs in it.
    pub kind: TerminalKind,
    /// Its name.
    pub name: String,
    /// Whether its program is there.
    pub status: TerminalStatus,
    /// The size that it was opened with; who attaches is told the one in force.
    pub size: TerminalSize,
    /// Lines of output that are kept.
    pub scrollback_lines: u32,
    /// How it ended, once it is closed.
    pub end: Option<TerminalEnd>,
    /// Whose it is.
    pub created_by: UserId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Counts up with each change.
    pub version: i64,
}

/// The name that is used when nobody gave one: the smallest number that no open terminal of the workspace has.
pub fn default_name<'a>(taken: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut number = 1_u32;
    loop {
        let name = format!("Terminal {number}");
        if !taken.clone().any(|other| other == name) {
            return name;
        }
        number += 1;
    }
}

/// A name as it is kept.
///
/// # Errors
/// `Invalid` when it is empty, too long, or holds what cannot be seen.
pub fn validate_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "A terminal's name has 1 to 100 characters on one line."));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unnamed_terminal_gets_the_smallest_number_that_is_free() {
        let name = |taken: &[&str]| default_name(taken.iter().copied());
        assert_eq!(name(&[]), "Terminal 1");
        assert_eq!(name(&["Terminal 3", "Terminal 1", "logs"]), "Terminal 2");
    }

    #[test]
    fn sizes_and_names_out_of_bounds_are_refused_by_field() {
        assert_eq!(TerminalSize::new(0, 24).unwrap_err().field, Some("cols"));
        assert_eq!(TerminalSize::new(80, 1001).unwrap_err().field, Some("rows"));
        assert_eq!(TerminalSize::new(1000, 1).unwrap(), TerminalSize { cols: 1000, rows: 1 });
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert_eq!(validate_name(bad).unwrap_err().field, Some("name"), "{bad:?}");
        }
        assert_eq!(validate_name(" build ").unwrap(), "build");
    }
}
