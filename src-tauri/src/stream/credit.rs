//! How much may be on its way to the page.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Semaphore;

/// Bytes that may be on their way to the page unacknowledged.
pub(super) const MOST_UNACKNOWLEDGED: usize = 256 * 1024;

/// Bytes that may still be sent. The page gives them back by the batch, never more than it was sent.
pub(super) struct Credit {
    left: Semaphore,
    sent: Mutex<VecDeque<u32>>,
}

impl Default for Credit {
    fn default() -> Self {
        Self { left: Semaphore::new(MOST_UNACKNOWLEDGED), sent: Mutex::default() }
    }
}

impl Credit {
    /// Waits until a batch of `bytes` may go. One that is larger than all there is goes alone.
    pub(super) async fn spend(&self, bytes: usize) {
        let bytes = u32::try_from(bytes.min(MOST_UNACKNOWLEDGED)).unwrap_or(u32::MAX);
        // The semaphore is never closed, so this always is the permit.
        if let Ok(permit) = self.left.acquire_many(bytes).await {
            permit.forget();
            self.lock().push_back(bytes);
        }
    }

    /// The page has taken so many more batches.
    pub(super) fn give_back(&self, batches: usize) {
        let mut sent = self.lock();
        let taken = batches.min(sent.len());
        let bytes: usize = sent.drain(..taken).map(|bytes| bytes as usize).sum();
        self.left.add_permits(bytes);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<u32>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_page_that_acknowledges_nothing_is_sent_no_more_than_its_room() {
        let credit = Credit::default();
        credit.spend(MOST_UNACKNOWLEDGED - 10).await;
        credit.spend(10).await;
        assert!(credit.spend(1).now_or_never().is_none());
        credit.give_back(2);
        assert!(credit.spend(MOST_UNACKNOWLEDGED * 2).now_or_never().is_some(), "a large batch goes alone");
        assert!(credit.spend(1).now_or_never().is_none());
    }

    #[tokio::test]
    async fn what_was_never_sent_is_not_given_back() {
        let credit = Credit::default();
        credit.give_back(usize::MAX);
        credit.spend(MOST_UNACKNOWLEDGED).await;
        assert!(credit.spend(1).now_or_never().is_none());
    }
}
