//! Several servers on one store: which of them does what, and how they call each other.
//!
//! A server holds a lease, which it renews. What it sees to by itself it claims first; a claim falls with its server's
//! lease. What is written for a claim ([`Act::held`]) is refused in its own transaction once the claim is another's, so
//! that a server which stood still writes nothing late. A store that one process has to itself grants every claim.
//!
//! [`Act::held`]: crate::store::Act::held

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;

use crate::{ReplicaId, Result, SessionId, WorkspaceId};

/// What one server alone sees to at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Taking in a session's transcript, and handing its agent messages and answers.
    Session(SessionId),
    /// An operation on a workspace.
    Workspace(WorkspaceId),
    /// Emptying the trash.
    Trash,
    /// Giving up permission requests.
    Approvals,
    /// Looking through terminals.
    Terminals,
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => write!(f, "session {id}"),
            Self::Workspace(id) => write!(f, "workspace {id}"),
            Self::Trash => f.write_str("trash"),
            Self::Approvals => f.write_str("approvals"),
            Self::Terminals => f.write_str("terminals"),
        }
    }
}

impl FromStr for Work {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        match text.split_once(' ') {
            Some(("session", id)) => id.parse().map(Self::Session).map_err(drop),
            Some(("workspace", id)) => id.parse().map(Self::Workspace).map_err(drop),
            None if text == "trash" => Ok(Self::Trash),
            None if text == "approvals" => Ok(Self::Approvals),
            None if text == "terminals" => Ok(Self::Terminals),
            _ => Err(()),
        }
    }
}

/// Work with the server that claimed it. A server that joins anew has a new id, so that the pair tells an old claim from
/// a later one on the same work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The server.
    pub replica: ReplicaId,
    /// What it sees to.
    pub work: Work,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The work is the caller's.
    Granted,
    /// Another server, whose lease runs, sees to it.
    Taken(ReplicaId),
    /// The caller's own lease has run out: it joins again before it claims anything.
    Lapsed,
}

/// What a server hears from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// More of a session's transcript is stored, up to this entry.
    Transcript(SessionId, i64),
    /// There is something to do in work that this server claimed.
    Call(ReplicaId, Work),
    /// Somebody may do more, or less, than before: what goes on for them is to be looked at again.
    Access,
    /// Signals may have been lost; what they would have said is in the store.
    Missed,
}

/// Leases, claims and calls.
#[async_trait]
pub trait Replicas: Send + Sync {
    /// Begins a server's lease.
    async fn join(&self, replica: ReplicaId, lease: Duration) -> Result<()>;
    /// Has the lease run anew; false if it ran out and the server's work was given to others.
    async fn renew(&self, replica: ReplicaId, lease: Duration) -> Result<bool>;
    /// Gives up the lease with everything that was claimed under it.
    async fn leave(&self, replica: ReplicaId) -> Result<()>;
    /// Lets go of what servers claimed whose lease ran out. True if there were any: their work waits to be taken up.
    async fn forget_lapsed(&self) -> Result<bool>;
    /// Claims work, unless a server has it whose lease runs.
    async fn claim(&self, held: Held) -> Result<Claim>;
    /// Gives a claim up; one that is another's by now stays.
    async fn release(&self, held: Held) -> Result<()>;
    /// Tells whoever holds the work that there is something to do.
    async fn call(&self, holder: Held) -> Result<()>;
    /// What the other servers say from now on.
    fn signals(&self) -> Box<dyn Signals>;
}

/// Hears the other servers.
#[async_trait]
pub trait Signals: Send {
    /// The next signal.
    async fn heard(&mut self) -> Signal;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_back_as_it_was_written() {
        let some = [Work::Session(SessionId::new()), Work::Workspace(WorkspaceId::new())];
        for work in some.into_iter().chain([Work::Trash, Work::Approvals, Work::Terminals]) {
            assert_eq!(work.to_string().parse(), Ok(work));
        }
        assert_eq!("session of mine".parse::<Work>(), Err(()));
    }
}
