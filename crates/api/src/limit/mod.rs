//! How many requests somebody may make, on a hosted instance (docs/adr/0008): each user, and each network address where
//! nobody is known yet, has a budget for each class of routes, which all replicas draw on.

mod leases;
mod subject;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use switchyard_app::App;
use switchyard_domain::credential::Secret;
use switchyard_domain::limit::{Bucket, Limit, Taken};
use switchyard_domain::user::Username;
use switchyard_domain::{Error, ErrorKind, Result, Timestamp, UserId};
use tokio::time::timeout;

use self::leases::{Held, Leases};
use self::subject::Subjects;
pub(crate) use self::subject::network;
use crate::table::Rate;

/// Wrong passwords for one user name, from anywhere.
const GUESSES_BY_NAME: (u32, Duration) = (10, Duration::from_secs(15 * 60));
/// Wrong passwords from one network address, for any name: as many as people behind one address have between them.
const GUESSES_BY_ADDRESS: (u32, Duration) = (50, Duration::from_secs(15 * 60));
/// How often what is not needed any more is forgotten, and what was refused is told.
const TIDIED_EVERY: Duration = Duration::from_secs(60);

/// How long a request waits for others that take from the same bucket.
const TURN_PATIENCE: Duration = Duration::from_secs(3);

/// What operators decide: a class without a limit is not counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct RateLimits {
    /// Most requests.
    pub default: Option<Limit>,
    /// Signing in.
    pub auth: Option<Limit>,
    /// Starting and talking to agents.
    pub sessions: Option<Limit>,
    /// Opening terminals and attaching to them.
    pub terminals: Option<Limit>,
    /// What takes a runner or the database long.
    pub jobs: Option<Limit>,
}

impl RateLimits {
    fn of(&self, rate: Rate) -> Option<Limit> {
        match rate {
            Rate::Free => None,
            Rate::Default => self.default,
            Rate::Auth => self.auth,
            Rate::Sessions => self.sessions,
            Rate::Terminals => self.terminals,
            Rate::Jobs => self.jobs,
        }
    }
}

/// Counts requests.
pub(crate) struct Limiter {
    limits: RateLimits,
    subjects: Subjects,
    leases: Leases,
    refused: [AtomicU64; Rate::ALL.len()],
}

/// A guess at a password that was paid for in advance.
pub(crate) struct Guess(Vec<(Bucket, Limit)>);

impl Limiter {
    /// Counts by these limits. All replicas have the same secret, which keeps anybody from choosing whom they share a
    /// bucket with.
    pub(crate) fn new(limits: RateLimits, secret: &Secret) -> Self {
        Self {
            limits,
            subjects: Subjects::new(secret),
            leases: Leases::default(),
            refused: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    /// Lets a user make a request, or says when they may.
    pub(crate) async fn admit_user(&self, app: &App, rate: Rate, user: UserId) -> Result<()> {
        let Some(limit) = self.limits.of(rate) else { return Ok(()) };
        self.admit(app, rate, self.subjects.user(rate.as_str(), user), limit).await
    }

    /// Lets somebody of whom only the network address is known make a request, or says when they may.
    pub(crate) async fn admit_stranger(&self, app: &App, rate: Rate, address: Option<IpAddr>) -> Result<()> {
        let Some(limit) = self.limits.of(rate) else { return Ok(()) };
        self.admit(app, rate, self.subjects.address(rate.as_str(), address), limit).await
    }

    async fn admit(&self, app: &App, rate: Rate, bucket: Bucket, limit: Limit) -> Result<()> {
        let until = match self.leases.use_one(&bucket, app.now()) {
            Held::One => return Ok(()),
            Held::Refused(until) => Some(until),
            Held::Nothing => match self.lease(app, bucket, limit).await {
                Ok(until) => until,
                // Nobody signs in without the database anyway, and guessing must not be free.
                Err(error) if rate == Rate::Auth => return Err(error),
                Err(error) => {
                    tracing::warn!(
                        class = rate.as_str(),
                        ?error,
                        "requests cannot be counted, and are let through"
                    );
                    // So that those behind this one do not wait for the database as well.
                    self.leases.keep(bucket, leases::size(limit), app.now());
                    None
                }
            },
        };
        let Some(until) = until else { return Ok(()) };
        self.refused[rate as usize].fetch_add(1, Ordering::Relaxed);
        Err(too_many(until - app.now()))
    }

    /// Takes some at once, one of which is used; `Some` is when there is one again.
    async fn lease(&self, app: &App, bucket: Bucket, limit: Limit) -> Result<Option<Timestamp>> {
        // One at a time: of many who come at once, the first takes for all, and nobody takes in advance what is not used.
        let turn = timeout(TURN_PATIENCE, self.leases.turn(&bucket)).await;
        let _turn =
            turn.map_err(|_| Error::unavailable("store_unavailable", "The database does not answer."))?;
        match self.leases.use_one(&bucket, app.now()) {
            Held::One => return Ok(None),
            Held::Refused(until) => return Ok(Some(until)),
            Held::Nothing => {}
        }
        let size = leases::size(limit);
        // Of the last half nobody takes in advance: another replica may need it.
        if let Some(half) = leases::first_half(limit).filter(|_| size > 1)
            && app.take(&bucket, half, size).await? == Taken::All
        {
            self.leases.keep(bucket, size - 1, app.now());
            return Ok(None);
        }
        let Taken::Nothing(until) = app.take(&bucket, limit, 1).await? else { return Ok(None) };
        self.leases.refuse(bucket, until, app.now());
        Ok(Some(until))
    }

    /// Lets somebody try a password for a name, or says when they may. One address cannot try many names, nor many
    /// addresses one name. Who guesses for somebody else shuts them out only where they have never been: from an address
    /// where its user is signed in, a name has a budget of its own, which `is_at_home` tells.
    pub(crate) async fn admit_guess(
        &self,
        app: &App,
        name: Option<&Username>,
        address: Option<IpAddr>,
        is_at_home: impl AsyncFnOnce() -> Result<bool>,
    ) -> Result<Guess> {
        let (by_name, by_address) = (limit_of(GUESSES_BY_NAME)?, limit_of(GUESSES_BY_ADDRESS)?);
        let mut guess = Guess(Vec::new());
        let place = self.subjects.address("guess", address);
        self.pay(app, &mut guess, place, by_address).await?;
        let Some(name) = name else { return Ok(guess) };
        let everywhere = self.subjects.name(name, None);
        let Err(refused) = self.pay(app, &mut guess, everywhere, by_name).await else { return Ok(guess) };
        if !matches!(refused.kind, ErrorKind::Limited) || !is_at_home().await? {
            return Err(refused);
        }
        let here = self.subjects.name(name, Some(address));
        self.pay(app, &mut guess, here, by_name).await?;
        Ok(guess)
    }

    async fn pay(&self, app: &App, guess: &mut Guess, bucket: Bucket, limit: Limit) -> Result<()> {
        match app.take(&bucket, limit, 1).await? {
            Taken::All => {
                guess.0.push((bucket, limit));
                Ok(())
            }
            Taken::Nothing(until) => {
                self.refused[Rate::Auth as usize].fetch_add(1, Ordering::Relaxed);
                Err(too_many(until - app.now()))
            }
        }
    }

    /// Puts back what a right password was paid for with.
    pub(crate) async fn was_right(&self, app: &App, guess: Guess) {
        for (bucket, limit) in guess.0 {
            if let Err(error) = app.give_back(&bucket, limit).await {
                tracing::warn!(?error, "a right password counts as a guess");
            }
        }
    }

    /// How many requests of a class this server refused since it started.
    pub(crate) fn refused(&self, rate: Rate) -> u64 {
        self.refused[rate as usize].load(Ordering::Relaxed)
    }

    /// Forgets what is not needed any more, and tells the log how many requests of which class were refused, for as long
    /// as it is not dropped.
    pub(crate) async fn tidy(&self, app: &App) {
        let mut told = [0; Rate::ALL.len()];
        loop {
            tokio::time::sleep(TIDIED_EVERY).await;
            self.leases.forget(app.now());
            if let Err(error) = app.forget_full_buckets().await {
                tracing::debug!(?error, "buckets that are full again are forgotten later");
            }
            let refused = Rate::ALL.map(|rate| self.refused(rate));
            let since = Rate::ALL.map(|rate| (rate.as_str(), refused[rate as usize] - told[rate as usize]));
            told = refused;
            let counts: BTreeMap<_, _> = since.into_iter().filter(|(_, count)| *count > 0).collect();
            if !counts.is_empty() {
                tracing::warn!(?counts, security_event = true, "requests were refused in the last minute");
            }
        }
    }
}

fn limit_of((times, within): (u32, Duration)) -> Result<Limit> {
    Limit::new(times, within).ok_or_else(|| Error::internal("a limit of nothing"))
}

/// The one refusal of who asks too often; they may again after `wait`.
fn too_many(wait: time::Duration) -> Error {
    // Rounded up, so that who waits that long is let in.
    let secs = u64::try_from(wait.whole_milliseconds()).unwrap_or_default().div_ceil(1000).max(1);
    let text = format!("Too many requests. Try again in {secs} s.");
    Error::new(ErrorKind::Limited, "rate_limited", text).retry_after(Duration::from_secs(secs))
}
