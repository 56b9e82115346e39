//! How much there is at the moment, for whoever looks after an instance.

use async_trait::async_trait;

use crate::Result;
use crate::session::SessionStatus;

/// What is counted of the whole instance; of nobody in particular.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Sessions with a turn under way, by status; a status that none has is left out.
    pub sessions: Vec<(SessionStatus, u64)>,
    /// Messages that wait for their agents.
    pub queued_messages: u64,
    /// Terminals that are open.
    pub terminals: u64,
}

/// Connections of this server to its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// As many as there may be.
    pub most: u64,
    /// With a transaction under way.
    pub busy: u64,
    /// Kept for the next.
    pub idle: u64,
    /// How many wait for one.
    pub awaited: u64,
}

/// What is measured of the store.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// Counts by indexes that hold what is open alone, so that it costs the same with much behind it.
    async fn gauges(&self) -> Result<Gauges>;
    /// `None` where the store is within this process.
    fn connections(&self) -> Option<Connections>;
}
