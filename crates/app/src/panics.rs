//! Faults of our own in what goes on by itself.
//!
//! A panic ends the task that it happens in, and nobody waits for these: what the task had in hand would lie there until
//! the next start. So whatever is spawned to go on by itself runs in one of these, which log a panic and go on.

use std::any::Any;
use std::fmt::Display;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use switchyard_domain::{Error, ErrorKind, Result};
use tokio::time::{Instant, sleep};

/// How often in a row something is tried that fails by a fault, before it is given up.
const TRIES: u32 = 3;
/// The pause after a fault, so that one which comes back costs little.
const PAUSE: Duration = Duration::from_millis(500);
/// What went well for so long is no longer in a row with what comes after.
const SOUND: Duration = Duration::from_secs(60);

/// What people are told of what panicked.
const FAULT: &str = "A fault of our own ended this; the server's log tells more. Try again.";

/// Runs `work` to its end. `None` where it panicked, which is in the log under `what` and `id` then.
pub(crate) async fn caught<T>(what: &str, id: impl Display, work: impl Future<Output = T>) -> Option<T> {
    // What is shared is behind locks that pass poison over, and is changed in one step each.
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    outcome.map_err(|panic| tracing::error!(what, %id, panic = said(&*panic), "a panic of our own")).ok()
}

/// Runs `work` to its end, again after each fault: a panic or an error. The last of them once that does not help.
pub(crate) async fn outlived<T, F: Future<Output = Result<T>>>(
    what: &str,
    id: impl Display,
    mut work: impl FnMut() -> F,
) -> Result<T> {
    let mut left = TRIES;
    loop {
        let begun = Instant::now();
        let fault = match caught(what, &id, work()).await {
            Some(Ok(outcome)) => return Ok(outcome),
            Some(Err(error)) => error,
            None => Error::new(ErrorKind::Internal, "internal", FAULT),
        };
        if begun.elapsed() > SOUND {
            left = TRIES;
        }
        left -= 1;
        if left == 0 {
            tracing::error!(what, %id, error = ?fault, "given up after faults in a row");
            return Err(fault);
        }
        tracing::warn!(what, %id, error = ?fault, "it is tried again");
        sleep(PAUSE).await;
    }
}

/// Runs `work`, which ends only when nobody needs it any more, again after each panic, however many there are: what looks
/// after things by itself must not be missing until the next start.
pub async fn unceasing<F: Future<Output = ()>>(what: &str, mut work: impl FnMut() -> F) {
    while caught(what, "", work()).await.is_none() {
        sleep(PAUSE).await;
    }
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it says nothing")
}
