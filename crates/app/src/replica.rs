//! This server among those on the same store.
//!
//! What a server sees to by itself (a session, an operation on a workspace, a pass) it claims first, and writes with that
//! claim. A claim is refused while another server's lease runs that has it; the holder is called instead when there is
//! something to do. A server that dies gives its claims up with its lease, one that stood still is refused when it writes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use switchyard_domain::store::{Act, Claim, Held, Signal, Work};
use switchyard_domain::{Actor, OrgId, ReplicaId, Result, Scope, UserId};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::App;
use crate::panics::{caught, unceasing};
use crate::recovery::owner_scope;

/// How long a lease runs that is not renewed. What a dead server saw to is taken up by another after this and a
/// [`RENEWAL`].
const LEASE: Duration = Duration::from_secs(5);
/// How often it is renewed, and those of others are looked at.
const RENEWAL: Duration = Duration::from_secs(1);
/// How often a pass is tried for that another server sees to.
pub(crate) const ELSEWHERE: Duration = Duration::from_secs(5);
/// How often a claim is tried again that another server has.
pub(crate) const AGAIN: Duration = Duration::from_millis(100);
/// How long giving the lease up may keep a server from ending; it runs out by itself.
const FAREWELL: Duration = Duration::from_secs(1);

/// Who this server is to the others.
pub(crate) struct Replica {
    id: Mutex<ReplicaId>,
    /// Counts the times that the lease was lost.
    lapses: watch::Sender<u64>,
}

impl Default for Replica {
    fn default() -> Self {
        Self { id: Mutex::new(ReplicaId::new()), lapses: watch::Sender::new(0) }
    }
}

impl Replica {
    fn id(&self) -> ReplicaId {
        *self.id.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_anew(&self) -> ReplicaId {
        let id = ReplicaId::new();
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = id;
        id
    }

    /// Changes each time the lease was lost: what was begun under it is another server's.
    pub(crate) fn lapses(&self) -> watch::Receiver<u64> {
        self.lapses.subscribe()
    }
}

/// For whom work is done, and by what claim.
#[derive(Clone, Copy)]
pub(crate) struct Mandate {
    pub(crate) scope: Scope,
    pub(crate) held: Held,
}

impl App {
    /// Takes this server's place among the others. Call it before [`App::recover`].
    ///
    /// # Errors
    /// What the store says.
    pub async fn join(&self) -> Result<()> {
        self.store().join(self.parts.replica.id(), LEASE).await
    }

    /// Gives it up, so that others go on at once with what this server saw to.
    pub async fn leave(&self) {
        let leaving = self.store().leave(self.parts.replica.id());
        if !matches!(timeout(FAREWELL, leaving).await, Ok(Ok(()))) {
            tracing::debug!("the lease is left to run out");
        }
    }

    /// Keeps this server's place, takes up what others leave behind, and hears them, for as long as it is polled.
    ///
    /// `authority` turns the owner of what is taken up into the actor on whose behalf it goes on.
    pub async fn keep_place(&self, authority: impl Fn(UserId, OrgId) -> Actor) {
        // Each by itself: none is away while another begins anew.
        tokio::join!(
            unceasing("the lease", || self.keep_lease(&authority)),
            unceasing("what is told of transcripts", || self.hear_transcripts()),
            self.hear_calls(&authority),
        );
    }

    async fn keep_lease(&self, authority: &impl Fn(UserId, OrgId) -> Actor) {
        loop {
            sleep(RENEWAL).await;
            if let Err(error) = self.renew(authority).await {
                tracing::warn!(?error, "this server's lease could not be renewed");
            }
        }
    }

    async fn renew(&self, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        let replica = &self.parts.replica;
        if !self.store().renew(replica.id(), LEASE).await? {
            tracing::warn!("this server stood still, and others took over what it saw to");
            self.store().join(replica.begin_anew(), LEASE).await?;
            replica.lapses.send_modify(|lapses| *lapses += 1);
        }
        if self.store().forget_lapsed().await? {
            tracing::info!("another server is gone; what it saw to is taken up");
            self.recover(authority).await?;
        }
        Ok(())
    }

    /// Readers of transcripts are not kept waiting by what the rest does with the store.
    async fn hear_transcripts(&self) {
        let mut signals = self.store().signals();
        self.parts.drivers.look_again();
        loop {
            match signals.heard().await {
                Signal::Transcript(id, last_seq) => self.parts.drivers.stored(id, last_seq),
                Signal::Missed => self.parts.drivers.look_again(),
                Signal::Call(..) | Signal::Access => {}
            }
        }
    }

    async fn hear_calls(&self, authority: &impl Fn(UserId, OrgId) -> Actor) {
        let mut signals = self.store().signals();
        loop {
            let heed = self.heed(signals.heard().await, authority);
            // What is told next is heard even so.
            if let Some(Err(error)) = caught("what another server told", "", heed).await {
                tracing::warn!(?error, "what another server told could not be seen to");
            }
        }
    }

    async fn heed(&self, signal: Signal, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        match signal {
            Signal::Call(holder, work) if holder == self.parts.replica.id() => {
                self.answer_call(work, authority).await
            }
            Signal::Missed => {
                self.parts.opening.look_again();
                self.recover(authority).await
            }
            Signal::Access => self.review_access(authority).await,
            Signal::Call(..) | Signal::Transcript(..) => Ok(()),
        }
    }

    async fn answer_call(&self, work: Work, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        match work {
            Work::Session(id) => {
                if let Some((org, user)) = self.store().session_owner(id).await? {
                    self.drive(owner_scope(authority, user, org)?, id);
                }
            }
            Work::Terminals => self.parts.opening.look_again(),
            // Who waits for a workspace asks again; the others look by themselves.
            Work::Workspace(_) | Work::Trash | Work::Approvals => {}
        }
        Ok(())
    }

    /// Claims work for this server.
    pub(crate) async fn claim(&self, work: Work) -> Result<Claimed> {
        let held = Held { replica: self.parts.replica.id(), work };
        Ok(match self.store().claim(held).await? {
            Claim::Granted => Claimed::Ours(held),
            Claim::Taken(replica) => Claimed::Elsewhere(Some(Held { replica, work })),
            Claim::Lapsed => Claimed::Elsewhere(None),
        })
    }

    /// Whether this server sees to a pass, from now on or still.
    pub(crate) async fn leads(&self, pass: Work) -> bool {
        match self.claim(pass).await {
            Ok(claimed) => matches!(claimed, Claimed::Ours(_)),
            Err(error) => {
                tracing::debug!(?error, %pass, "it is not known who sees to this");
                false
            }
        }
    }

    /// Claims work as soon as no other server has it.
    pub(crate) async fn claim_when_free(&self, work: Work) -> Result<Held> {
        loop {
            if let Claimed::Ours(held) = self.claim(work).await? {
                return Ok(held);
            }
            sleep(AGAIN).await;
        }
    }

    /// Gives a claim up. While the store is away it is tried again: nobody else could claim the work before this server
    /// ends. One that was lost with the lease is given up already.
    pub(crate) async fn release(&self, held: Held) {
        while held.replica == self.parts.replica.id() {
            match self.store().release(held).await {
                Ok(()) => return,
                Err(error) if error.code == "store_closed" => return,
                Err(error) => tracing::debug!(?error, work = %held.work, "a claim could not be given up"),
            }
            sleep(AGAIN).await;
        }
    }

    /// A write of somebody's for what this server claimed.
    pub(crate) fn act_for(&self, mandate: Mandate, action: &'static str) -> Act {
        Act { held: Some(mandate.held), ..self.act(mandate.scope, action) }
    }
}

/// What became of a claim of ours.
pub(crate) enum Claimed {
    Ours(Held),
    /// Another server has it, where one is known.
    Elsewhere(Option<Held>),
}
