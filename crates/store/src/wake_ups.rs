//! Who waits for an organisation's feed to grow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use switchyard_domain::OrgId;
use switchyard_domain::store::WakeUps;
use tokio::sync::watch;

/// Those who wait, by organisation: a commit in one costs the others' readers nothing.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<HashMap<OrgId, watch::Sender<()>>>>);

impl Waiting {
    fn by_org(&self) -> MutexGuard<'_, HashMap<OrgId, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more who waits, from now on.
    pub(crate) fn join(&self, org: OrgId) -> Waiter {
        let grown = self.by_org().entry(org).or_default().subscribe();
        Waiter { waiting: self.clone(), org, grown }
    }

    /// Tells them that the organisation's feed grew.
    #[cfg(any(feature = "postgres", test))]
    pub(crate) fn wake(&self, org: OrgId) {
        if let Some(waiting) = self.by_org().get(&org) {
            waiting.send_replace(());
        }
    }

    /// Tells everybody: any feed may have grown.
    pub(crate) fn wake_all(&self) {
        for waiting in self.by_org().values() {
            waiting.send_replace(());
        }
    }
}

/// Somebody who waits.
pub(crate) struct Waiter {
    waiting: Waiting,
    org: OrgId,
    grown: watch::Receiver<()>,
}

#[async_trait]
impl WakeUps for Waiter {
    async fn woken(&mut self) {
        if self.grown.changed().await.is_err() {
            // Nobody is left who would tell.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut by_org = self.waiting.by_org();
        if by_org.get(&self.org).is_some_and(|waiting| waiting.receiver_count() <= 1) {
            by_org.remove(&self.org);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch::Receiver;

    use super::*;

    fn take(waiter: &mut Waiter) -> bool {
        let told = |grown: &Receiver<()>| grown.has_changed().unwrap_or(false);
        let is_told = told(&waiter.grown);
        waiter.grown.mark_unchanged();
        is_told
    }

    #[test]
    fn only_those_are_woken_whose_feed_grew() {
        let (waiting, one, other) = (Waiting::default(), OrgId::new(), OrgId::new());
        let mut waiters = [waiting.join(one), waiting.join(one), waiting.join(other)];
        waiting.wake(one);
        assert_eq!(waiters.each_mut().map(take), [true, true, false]);
        waiting.wake_all();
        assert_eq!(waiters.each_mut().map(take), [true, true, true]);
        assert_eq!(waiters.each_mut().map(take), [false, false, false]);
    }

    #[test]
    fn nothing_is_kept_for_an_organisation_where_nobody_waits() {
        let (waiting, org) = (Waiting::default(), OrgId::new());
        let (first, mut second) = (waiting.join(org), waiting.join(org));
        drop(first);
        waiting.wake(org);
        assert!(take(&mut second));
        drop(second);
        assert!(waiting.by_org().is_empty());
    }
}
