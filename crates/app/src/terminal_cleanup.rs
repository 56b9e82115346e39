//! Seeing to it that the store and the runner agree on terminals, and that none is left open for nothing.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use switchyard_domain::runner::{EndedTerminals, KnownTerminal};
use switchyard_domain::store::Work;
use switchyard_domain::terminal::{ClosedReason, TerminalEnd};
use switchyard_domain::{Actor, Error, ErrorKind, OrgId, Result, Scope, TerminalId, UserId};
use tokio::time::{Instant, sleep, sleep_until};

use crate::App;
use crate::panics::unceasing;
use crate::recovery::owner_scope;
use crate::replica::ELSEWHERE;
use crate::terminal::CLOSED;

/// How long to wait before a runner that does not answer is asked again.
const SOON: Duration = Duration::from_millis(250);

/// How long a runner may have a terminal that the store does not: another server may be opening it.
const OPENING: Duration = Duration::from_secs(5);

/// When terminals are closed that nobody uses.
#[derive(Clone, Copy, Debug)]
pub struct TerminalCleanup {
    /// How long one may have neither input nor output; `None` for ever.
    pub idle_after: Option<Duration>,
    /// How often they are looked through.
    pub every: Duration,
}

impl App {
    /// Notes terminals that end as they do, and looks through all of them now and at each interval, for as long as it
    /// is polled and no other server does.
    ///
    /// `authority` turns an owner into the actor on whose behalf their terminals are closed. The runners of `residents`
    /// are looked through for as long as they are there; another user's only while that user has terminals, so that a
    /// runner with nothing to do can end.
    pub async fn keep_terminals(
        &self,
        authority: impl Fn(UserId, OrgId) -> Actor,
        cleanup: TerminalCleanup,
        residents: &[UserId],
    ) {
        unceasing("terminals", || self.look_after_terminals(&authority, cleanup, residents)).await;
    }

    async fn look_after_terminals(
        &self,
        authority: &impl Fn(UserId, OrgId) -> Actor,
        cleanup: TerminalCleanup,
        residents: &[UserId],
    ) {
        let (mut followed, mut followers) = (HashSet::new(), FuturesUnordered::new());
        loop {
            if !self.leads(Work::Terminals).await {
                followers.clear();
                followed.clear();
                sleep(ELSEWHERE).await;
                continue;
            }
            if let Err(error) = self.withdraw_terminals(authority).await {
                tracing::warn!(?error, "terminals could not be looked through for lost access");
            }
            let mut users: HashSet<UserId> = residents.iter().copied().collect();
            match self.users_with_terminals().await {
                Ok(with_terminals) => users.extend(with_terminals),
                Err(error) => tracing::debug!(?error, "it is not known who has terminals"),
            }
            for user in users {
                if followed.insert(user) {
                    let resident = residents.contains(&user);
                    followers.push(self.follow_user(user, authority, cleanup, resident));
                }
            }
            tokio::select! {
                Some(user) = followers.next() => drop(followed.remove(&user)),
                () = self.parts.opening.begun() => {}
                () = sleep(cleanup.every) => {}
            }
        }
    }

    async fn users_with_terminals(&self) -> Result<HashSet<UserId>> {
        let opening = self.parts.opening.all();
        let open = self.store().open_terminals().await?;
        Ok(open.into_iter().map(|(_, user, _)| user).chain(opening.into_values()).collect())
    }

    /// Looks after a user's terminals until there are none, or without end; answers whose they were.
    async fn follow_user(
        &self,
        user: UserId,
        authority: &impl Fn(UserId, OrgId) -> Actor,
        cleanup: TerminalCleanup,
        resident: bool,
    ) -> UserId {
        while let Err(error) = self.follow_terminals(user, authority, cleanup, resident).await {
            tracing::debug!(%user, ?error, "terminals could not be looked after");
            sleep(SOON).await;
        }
        user
    }

    /// Notes that all terminals are closed: the runner is about to be ended, and they with it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn note_terminals_closed(&self, authority: impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        for (org, user, id) in self.store().open_terminals().await? {
            let act = self.act(owner_scope(&authority, user, org)?, "terminal.close_on_exit");
            gone_is_fine(self.store().close_terminal(&act, id, None, CLOSED).await.map(drop))?;
        }
        Ok(())
    }

    /// Looks after a user's terminals until the runner is gone, which is an error, or there are none.
    async fn follow_terminals(
        &self,
        user: UserId,
        authority: &impl Fn(UserId, OrgId) -> Actor,
        cleanup: TerminalCleanup,
        resident: bool,
    ) -> Result<()> {
        let mut ended: EndedTerminals = self.runner(user).ended_terminals().await?;
        let (mut look, mut unknown) = (Instant::now(), HashMap::new());
        loop {
            tokio::select! {
                end = ended.next() => match end {
                    Some(end) => {
                        let (id, end) = end?;
                        self.note_end(user, authority, id, end).await?;
                    }
                    None => return Err(Error::unavailable("runner_unavailable", "The runner is gone.")),
                },
                () = sleep_until(look) => {
                    let any = self.look_through_terminals(user, authority, cleanup, &mut unknown).await?;
                    if !any && !resident {
                        return Ok(());
                    }
                    let soon = if unknown.is_empty() { cleanup.every } else { cleanup.every.min(OPENING) };
                    look = Instant::now() + soon;
                }
            }
        }
    }

    /// Notes how a terminal ended, and lets the runner forget it.
    async fn note_end(
        &self,
        user: UserId,
        authority: &impl Fn(UserId, OrgId) -> Actor,
        id: TerminalId,
        end: TerminalEnd,
    ) -> Result<()> {
        let open = self.open_terminals_of(user).await?;
        if let Some((org, _)) = open.into_iter().find(|(_, open)| *open == id) {
            let act = self.act(owner_scope(authority, user, org)?, "terminal.end");
            gone_is_fine(self.store().close_terminal(&act, id, None, end).await.map(drop))?;
        } else if self.parts.opening.all().contains_key(&id) {
            // Its row is about to be written; the next look through closes it.
            return Ok(());
        }
        self.runner(user).close_terminal(id, end.reason).await
    }

    /// True if the user had any. `unknown` are those that the store did not have at the last look, and since when.
    async fn look_through_terminals(
        &self,
        user: UserId,
        authority: &impl Fn(UserId, OrgId) -> Actor,
        cleanup: TerminalCleanup,
        unknown: &mut HashMap<TerminalId, Instant>,
    ) -> Result<bool> {
        let runner = self.runner(user);
        // Read in this order: what is opened meanwhile is in the last two, or in neither of the first two.
        let known = runner.terminals().await?;
        let opening = self.parts.opening.all();
        let open = self.open_terminals_of(user).await?;
        let there: HashSet<TerminalId> = known.iter().map(|known| known.id).collect();
        for (org, id) in &open {
            if !there.contains(id) && !opening.contains_key(id) {
                self.lose_if_gone(owner_scope(authority, user, *org)?, *id).await?;
            }
        }
        unknown.retain(|id, _| there.contains(id) && !open.iter().any(|(_, open)| open == id));
        for known in &known {
            match open.iter().find(|(_, id)| *id == known.id) {
                None if opening.contains_key(&known.id) => {}
                None if unknown.entry(known.id).or_insert_with(Instant::now).elapsed() < OPENING => {}
                None => {
                    unknown.remove(&known.id);
                    tracing::warn!(terminal = %known.id, security_event = true, "an orphaned terminal is closed");
                    runner.close_terminal(known.id, ClosedReason::Closed).await?;
                }
                Some((org, _)) => {
                    let scope = owner_scope(authority, user, *org)?;
                    self.close_if_unused(scope, known, cleanup.idle_after).await?;
                }
            }
        }
        Ok(!known.is_empty() || !open.is_empty() || opening.values().any(|owner| *owner == user))
    }

    async fn open_terminals_of(&self, user: UserId) -> Result<Vec<(OrgId, TerminalId)>> {
        let open = self.store().open_terminals().await?;
        Ok(open.into_iter().filter(|(_, owner, _)| *owner == user).map(|(org, _, id)| (org, id)).collect())
    }

    /// One that was opened after the runner was asked is there when it is asked again.
    async fn lose_if_gone(&self, scope: Scope, id: TerminalId) -> Result<()> {
        let known = self.runner(scope.user()).terminals().await?;
        if known.iter().any(|known| known.id == id) {
            return Ok(());
        }
        gone_is_fine(self.lose_terminal(scope, id).await.map(drop))
    }

    /// Closes a terminal whose shell has ended, or that was idle for too long. A program that works in silence is not
    /// idle.
    async fn close_if_unused(
        &self,
        scope: Scope,
        known: &KnownTerminal,
        idle_after: Option<Duration>,
    ) -> Result<()> {
        let (id, user) = (known.id, scope.user());
        if let Some(end) = known.end {
            let act = self.act(scope, "terminal.end");
            return gone_is_fine(self.end_terminal(&act, id, None, end).await);
        }
        if known.busy || idle_after.is_none_or(|most| known.idle < most) {
            return Ok(());
        }
        let idle_secs = known.idle.as_secs();
        tracing::info!(terminal = %id, %user, idle_secs, security_event = true, "an idle terminal is closed");
        let end = TerminalEnd { reason: ClosedReason::Idle, exit_code: None };
        gone_is_fine(self.end_terminal(&self.act(scope, "terminal.close_idle"), id, None, end).await)
    }
}

/// Its workspace was removed meanwhile, and its row with it.
pub(crate) fn gone_is_fine(outcome: Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
