//! Work handed to a thread of the engine, and its way back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

use switchyard_domain::{Error, Result};
use tokio::sync::oneshot;

use crate::database::{Job, again};
use crate::tx::Tx;

/// Work whose result type only its caller knows.
pub(super) type Queued = Box<dyn Run>;

/// Work that runs in a transaction and is answered when that has ended.
pub(super) trait Run: Send {
    /// Whether nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// Runs; the error, if there is one, is a copy of what the caller will get.
    fn run(&mut self, tx: &mut Tx) -> Result<()>;
    /// Tells the caller: the outcome, or why the transaction that it ran in did not last.
    fn answer(self: Box<Self>, committed: &Result<()>);
}

pub(super) struct Request<T, W> {
    work: Option<W>,
    outcome: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, W> Request<T, W>
where
    T: Send + 'static,
    W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
{
    pub(super) fn queued(work: W, reply: oneshot::Sender<Result<T>>) -> Queued {
        Box::new(Self { work: Some(work), outcome: None, reply })
    }
}

impl<T, W> Run for Request<T, W>
where
    T: Send + 'static,
    W: for<'a> FnOnce(&'a mut Tx) -> Job<'a, T> + Send + 'static,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, tx: &mut Tx) -> Result<()> {
        let Some(work) = self.work.take() else { return Err(Error::internal("a job was run twice")) };
        // A panic ends this job alone; its changes are rolled back like those of any job that fails.
        let outcome = catch_unwind(AssertUnwindSafe(|| complete(work(tx))))
            .unwrap_or_else(|_| Err(Error::internal("a job of the database panicked")));
        let copy = outcome.as_ref().map(drop).map_err(again);
        self.outcome = Some(outcome);
        copy
    }

    fn answer(self: Box<Self>, committed: &Result<()>) {
        let outcome = match (self.outcome, committed) {
            (Some(Ok(_)) | None, Err(error)) => Err(again(error)),
            (Some(outcome), _) => outcome,
            (None, Ok(())) => Err(Error::internal("a job of the database was answered before it ran")),
        };
        // The caller may be gone; what was committed stays.
        drop(self.reply.send(outcome));
    }
}

/// The result of a future that never waits, as all do that use nothing but a SQLite transaction.
fn complete<T>(mut future: Job<'_, T>) -> Result<T> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Error::internal("a job of the database waited for something else")),
    }
}
