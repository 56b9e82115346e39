//! A transaction under way, and what becomes of its connection.
//!
//! Statements travel together: what begins the transaction goes with the first one that is waited for, what nobody waits
//! for goes with the next one that somebody does, and the last ones with `COMMIT`. The server runs them in the order in
//! which they are sent, and after one that fails none of the others, so that what is kept is all of it or nothing. Each
//! journey costs about as much as a simple statement.

use std::collections::BTreeSet;
use std::sync::Arc;

use deadpool_postgres::{Client, Object};
use futures_util::future::{FutureExt as _, join};
use switchyard_domain::{Error, OrgId, Result};
use tokio_postgres::{Error as Failure, SimpleQueryMessage};

use super::connect::Lender;
use super::statement::{Answer, Ask, answers, prepare};
use crate::fault;

/// How many statements wait at most for the next that somebody waits for.
const TOGETHER: usize = 16;

/// How many prepared statements a connection remembers: more than there are but for lists of many lengths. Each is a round
/// trip to prepare again.
const STATEMENTS: usize = 512;

/// What begins a transaction.
pub(super) struct Opening {
    /// `BEGIN`, and what is said or asked before anything else; without values.
    pub(super) statements: String,
    /// Whether the last of them finds a row, without which there is nothing to do here.
    pub(super) must_find: bool,
}

/// A connection with a transaction. One whose transaction was not brought to its end is closed, which ends it, and not
/// waited for: the other side may be gone, or at work on what nobody wants any more.
pub(crate) struct Begun {
    lender: Arc<Lender>,
    client: Option<Client>,
    /// Until it is sent.
    opening: Option<Opening>,
    waiting: Vec<Ask>,
    /// Whether something was refused, after which PostgreSQL keeps nothing, and says so to nobody.
    is_broken: bool,
    /// The organisations whose feeds grew.
    grown: BTreeSet<OrgId>,
}

impl Begun {
    /// A transaction that begins with the first statement that is asked in it.
    pub(super) async fn begin(lender: &Arc<Lender>, opening: Opening) -> Result<Self> {
        Ok(Self {
            lender: Arc::clone(lender),
            client: Some(lender.lend().await?),
            opening: Some(opening),
            waiting: Vec::new(),
            is_broken: false,
            grown: BTreeSet::new(),
        })
    }

    /// Notes that an organisation's feed grew, which its readers hear of with the commit.
    pub(crate) fn grew(&mut self, org: OrgId) {
        self.grown.insert(org);
    }

    /// Whose feeds grew.
    pub(super) fn grown(&self) -> &BTreeSet<OrgId> {
        &self.grown
    }

    /// Runs a statement and waits for what it comes to.
    pub(crate) async fn ask(&mut self, ask: Ask) -> Result<Answer> {
        self.waiting.push(ask);
        let mut answers = self.journey().await?;
        answers.pop().ok_or_else(|| Error::internal("a statement was not answered"))
    }

    /// Runs a statement of which nobody waits for what it comes to: if it fails, the next one that somebody waits for says
    /// so, or the commit.
    pub(crate) async fn send(&mut self, ask: Ask) -> Result<()> {
        self.waiting.push(ask);
        if self.waiting.len() < TOGETHER { Ok(()) } else { self.journey().await.map(drop) }
    }

    /// Sends what waits to be sent, and waits for the answers.
    async fn journey(&mut self) -> Result<Vec<Answer>> {
        let answers = self.go().await;
        self.is_broken |= answers.is_err();
        answers
    }

    async fn go(&mut self) -> Result<Vec<Answer>> {
        let waiting = std::mem::take(&mut self.waiting);
        // From here on there is something to roll back.
        let opening = self.opening.take();
        loop {
            let client = lent(&self.client)?;
            let error = match together(client, opening.as_ref(), &waiting).await {
                // Where there is nothing to do, whatever else was asked could not be done either.
                Ok((Some(0), _)) if opening.as_ref().is_some_and(|opening| opening.must_find) => {
                    return Err(Error::not_found());
                }
                Ok((_, Ok(answers))) => return Ok(answers),
                Ok((_, Err(error))) | Err(error) => error,
            };
            // It was lost while nobody used it, and nothing was asked of it yet. There are not more of them than are kept.
            if opening.is_none() || !was_used(client) || !fault::is_lost(&error) {
                return Err(fault::postgres(error));
            }
            self.close();
            self.client = Some(self.lender.lend().await?);
        }
    }

    /// Ends the transaction with what still waits to be sent and with `statements`, the last of which is `COMMIT`.
    ///
    /// # Errors
    /// Nothing was kept, unless the error is `outcome_unknown`.
    pub(super) async fn end(mut self, statements: &str) -> Result<()> {
        if let Some(opening) = &self.opening {
            if self.waiting.is_empty() && !opening.must_find {
                self.keep();
                return Ok(());
            }
            // By itself: a connection that is lost with it leaves nobody in doubt.
            let waiting = std::mem::take(&mut self.waiting);
            self.journey().await?;
            self.waiting = waiting;
        }
        if self.is_broken {
            self.leave();
            return Err(Error::internal("a transaction was to be kept in which a statement had failed"));
        }
        let client = lent(&self.client)?;
        let asked = async {
            let prepared = prepare(client, &self.waiting).await?;
            let (asked, ended) =
                join(answers(client, &self.waiting, &prepared), client.batch_execute(statements)).await;
            asked.and(ended)
        };
        match asked.await {
            Ok(()) => {
                self.keep();
                Ok(())
            }
            Err(error) => {
                if !fault::is_lost(&error) {
                    self.leave();
                }
                Err(fault::commit(error))
            }
        }
    }

    /// Ends the transaction without anything to keep, and without anybody who waits for that: whoever has the connection
    /// next is heard after it.
    pub(super) fn leave(mut self) {
        let sent = match (&self.opening, &self.client) {
            (None, Some(client)) => client.batch_execute("ROLLBACK").now_or_never(),
            _ => None,
        };
        match sent {
            None | Some(Ok(())) => self.keep(),
            Some(Err(_)) => self.close(),
        }
    }

    /// Gives the connection back, as good as it was.
    fn keep(&mut self) {
        if let Some(client) = self.client.take()
            && client.statement_cache.size() >= STATEMENTS
        {
            client.statement_cache.clear();
        }
    }

    fn close(&mut self) {
        drop(self.client.take().map(Object::take));
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.close();
    }
}

fn lent(client: &Option<Client>) -> Result<&Client> {
    client.as_ref().ok_or_else(|| Error::internal("the transaction has no connection any more"))
}

/// Whether somebody used it before.
fn was_used(client: &Client) -> bool {
    Object::metrics(client).recycle_count > 0
}

/// Sends all at once; answers how many rows the last of the opening's statements found, if there was one, and what each
/// of the others came to.
async fn together(
    client: &Client,
    opening: Option<&Opening>,
    asked: &[Ask],
) -> Result<(Option<u64>, Result<Vec<Answer>, Failure>), Failure> {
    let prepared = prepare(client, asked).await?;
    // In this order they are sent.
    let (begun, answers) = join(begin(client, opening), answers(client, asked, &prepared)).await;
    Ok((begun?, answers))
}

async fn begin(client: &Client, opening: Option<&Opening>) -> Result<Option<u64>, Failure> {
    let Some(opening) = opening else { return Ok(None) };
    let messages = client.simple_query(&opening.statements).await?;
    let last = messages.iter().rev().find_map(|message| match message {
        SimpleQueryMessage::CommandComplete(count) => Some(*count),
        _ => None,
    });
    Ok(last)
}
