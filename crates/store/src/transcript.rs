//! Transcripts: appended in batches, with all that the entries change, and read in stretches.

use std::collections::HashSet;

use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::Verb;
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::{EntryRange, SessionChange};
use switchyard_domain::transcript::{Entry, EntryBody, SystemEvent, status_after};
use switchyard_domain::{Error, Result, Scope, SessionId, Timestamp};

use crate::row::Columns;
use crate::tx::Tx;
use crate::value::{Value, document, values, without_nul};
use crate::write::Write;
use crate::{approvals, messages, replicas, sessions, tasks};

/// Entries made ready outside of the transaction, which then has only to write.
pub(crate) struct Batch {
    rows: Vec<Row>,
    /// The entries that change more than the transcript.
    telling: Vec<(i64, EntryBody)>,
}

struct Row {
    seq: i64,
    turn: u32,
    at: Timestamp,
    kind: &'static str,
    body: Value,
}

impl Batch {
    /// # Errors
    /// `Conflict` with code `transcript_gap` when the entries do not follow each other.
    pub(crate) fn prepare(entries: &[Entry]) -> Result<Self> {
        if entries.windows(2).any(|pair| pair[1].seq != pair[0].seq + 1) {
            return Err(gap());
        }
        let row = |entry: &Entry| {
            let Entry { seq, turn, at, body } = entry;
            Ok(Row { seq: *seq, turn: *turn, at: *at, kind: body.kind(), body: document(body)? })
        };
        let telling =
            entries.iter().filter(|entry| tells(&entry.body)).map(|entry| (entry.seq, entry.body.clone()));
        Ok(Self { rows: entries.iter().map(row).collect::<Result<_>>()?, telling: telling.collect() })
    }
}

/// Whether an entry changes more than the transcript.
fn tells(body: &EntryBody) -> bool {
    match body {
        EntryBody::UserMessage { message_id, .. } => message_id.is_some(),
        EntryBody::Permission { .. } | EntryBody::Usage(_) | EntryBody::System(_) => true,
        EntryBody::AgentMessage { .. }
        | EntryBody::Thought { .. }
        | EntryBody::Plan { .. }
        | EntryBody::ToolCall(_)
        | EntryBody::Error { .. } => false,
    }
}

fn gap() -> Error {
    Error::conflict(
        "transcript_gap",
        "Entries of the transcript are missing before these. Send from the last stored one on.",
    )
}

/// Stores a batch and what it changes.
pub(crate) async fn append(write: &mut Write<'_>, id: SessionId, batch: Batch) -> Result<Session> {
    let scope = write.scope();
    let session = sessions::find(write.tx, &scope, id).await?;
    write.require(session.project_id, ProjectRole::Editor).await?;
    let Batch { rows, telling } = batch;
    let new: Vec<Row> = rows.into_iter().filter(|row| row.seq > session.last_seq).collect();
    let (Some(first), Some(last)) = (new.first().map(|row| row.seq), new.last().map(|row| row.seq)) else {
        return Ok(session);
    };
    if first != session.last_seq + 1 {
        return Err(gap());
    }
    insert(write, &session, new).await?;
    let mut change = SessionChange::default();
    let mut open = None;
    for (_, body) in telling.into_iter().filter(|(seq, _)| *seq >= first) {
        take_in(write, &session, &mut open, &mut change, body).await?;
    }
    replicas::transcript_grew(write.tx, id, last).await?;
    update_session(write, &session, last, change).await
}

async fn insert(write: &mut Write<'_>, session: &Session, rows: Vec<Row>) -> Result<()> {
    let org = write.scope().org();
    let mut values = Vec::with_capacity(rows.len() * 8);
    for Row { seq, turn, at, kind, body } in rows {
        values.extend(values![session.id, seq, org, session.created_by, turn, at, kind]);
        values.push(body);
    }
    let into = "transcript_entries (session_id, seq, org_id, user_id, turn, at, kind, body)";
    write.tx.insert_all(into, 8, values).await
}

/// What one entry changes besides the transcript. `open` are the permission requests that wait, once they are known.
async fn take_in(
    write: &mut Write<'_>,
    session: &Session,
    open: &mut Option<HashSet<String>>,
    change: &mut SessionChange,
    body: EntryBody,
) -> Result<()> {
    let waiting = match open {
        Some(waiting) => waiting,
        None => open.insert(approvals::open(write.tx, session.id).await?),
    };
    match &body {
        EntryBody::Permission { permission_id, outcome: Some(outcome), .. } => {
            waiting.remove(permission_id);
            approvals::settle(write, session, permission_id, outcome).await?;
        }
        EntryBody::Permission { permission_id, tool_call_id, title, options, outcome: None } => {
            waiting.insert(permission_id.clone());
            let asked =
                approvals::Asked { permission_id, tool_call_id: tool_call_id.as_deref(), title, options };
            approvals::ask(write, session, asked).await?;
        }
        EntryBody::UserMessage { message_id: Some(message), .. } => {
            messages::delivered(write, session, *message).await?;
        }
        EntryBody::Usage(usage) => change.usage = Some(usage.clone()),
        EntryBody::System(system) => match &system.event {
            SystemEvent::Options { options } => change.modes = Some(options.clone()),
            SystemEvent::Started { agent_session_id: Some(own) } => {
                change.agent_session_id = Some(own.clone())
            }
            SystemEvent::TurnStarted => tasks::turn_started(write, session.task_id).await?,
            SystemEvent::TurnEnded { .. } => tasks::turn_ended(write, session.task_id).await?,
            _ => {}
        },
        _ => {}
    }
    if let Some((status, detail)) = status_after(&body, waiting.len()) {
        if !status.is_active() && !waiting.is_empty() {
            waiting.clear();
            approvals::cancel_open(write, session).await?;
        }
        change.status = Some((status, detail));
    }
    Ok(())
}

async fn update_session(
    write: &mut Write<'_>,
    session: &Session,
    last_seq: i64,
    change: SessionChange,
) -> Result<Session> {
    let (scope, at) = (write.scope(), write.act.at);
    if change == SessionChange::default() {
        return advance(write, session, last_seq).await;
    }
    let status: Option<&str> = change.status.as_ref().map(|(status, _): &(SessionStatus, _)| status.as_str());
    let detail = change.status.as_ref().and_then(|(_, detail)| detail.as_deref().map(without_nul));
    let usage = change.usage.as_ref().map_or(Ok(Value::Text(None)), document)?;
    let modes = change.modes.as_ref().map_or(Ok(Value::Text(None)), document)?;
    let own = change.agent_session_id.as_deref().map(without_nul);
    let [org, id, last_seq, updated, status_set, status, detail, own] =
        values![scope.org(), session.id, last_seq, at, status.is_some(), status, detail, own];
    write
        .tx
        .send(
            "UPDATE sessions SET last_seq = $3, updated_at = $4,
                 status_detail = CASE WHEN $5 THEN $7 ELSE status_detail END,
                 status = COALESCE($6, status), agent_session_id = COALESCE($8, agent_session_id),
                 usage = COALESCE($9, usage), modes = COALESCE($10, modes), version = version + 1
             WHERE org_id = $1 AND id = $2",
            &[org, id, last_seq, updated, status_set, status, detail, own, usage, modes],
        )
        .await?;
    let session = sessions::find(write.tx, &scope, session.id).await?;
    write.event(sessions::event(&session, Verb::Updated)).await?;
    Ok(session)
}

/// Notes how far the transcript goes. Whoever follows it is told by another way, so that an agent's chatter does not
/// fill the change feed.
async fn advance(write: &mut Write<'_>, session: &Session, last_seq: i64) -> Result<Session> {
    let scope = write.scope();
    let sql = "UPDATE sessions SET last_seq = $3 WHERE org_id = $1 AND id = $2";
    write.tx.send(sql, &values![scope.org(), session.id, last_seq]).await?;
    Ok(Session { last_seq, ..session.clone() })
}

fn read(row: &mut Columns<'_>) -> Result<Entry> {
    let turn = |turn: i64| u32::try_from(turn).map_err(Error::internal);
    Ok(Entry { seq: row.get()?, turn: turn(row.get()?)?, at: row.get()?, body: row.document()? })
}

/// A stretch of a transcript, oldest first.
pub(crate) async fn entries(
    tx: &mut Tx,
    scope: &Scope,
    id: SessionId,
    range: EntryRange,
    limit: u32,
) -> Result<Vec<Entry>> {
    sessions::require(tx, scope, id).await?;
    let (than, order, bound) = match range {
        EntryRange::After(seq) => (">", "ASC", seq),
        EntryRange::Before(seq) => ("<", "DESC", seq.unwrap_or(i64::MAX)),
    };
    let sql = format!(
        "SELECT seq, turn, at, body FROM transcript_entries
         WHERE org_id = $1 AND session_id = $2 AND seq {than} $3 ORDER BY seq {order} LIMIT $4"
    );
    let mut found = tx.rows(&sql, &values![scope.org(), id, bound, limit], read).await?;
    if matches!(range, EntryRange::Before(_)) {
        found.reverse();
    }
    Ok(found)
}
