//! Taking up what a runner that died has left: sessions that ran are told that they do not any more.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use switchyard_domain::Clock;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::transcript::{EntryBody, PermissionOutcome, SystemEvent, status_after};

use super::Options;
use super::meta::{Folder, Meta};
use super::recorder::{micros, system};
use crate::journal::{self, Journal, Line};

/// What the runner's death did to the sessions that ran.
const KILLED: i32 = 9;

/// Tells every session that was at work when the last runner died that it has ended.
pub(super) async fn recover(options: &Options) -> io::Result<()> {
    for entry in std::fs::read_dir(options.state.join("sessions"))?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let folder = Folder::of(&options.state, id);
        if let Err(error) = recover_one(&folder, options.clock.as_ref()).await {
            tracing::error!(session = %id, %error, "a session could not be recovered");
        }
    }
    Ok(())
}

async fn recover_one(folder: &Folder, clock: &dyn Clock) -> io::Result<()> {
    let Some(mut meta) = Meta::read(folder)? else { return Ok(()) };
    if !meta.live {
        return Ok(());
    }
    let state = State::read(folder)?;
    let mut bodies = state.cancelled();
    if state.status.is_none_or(SessionStatus::is_active) {
        let text = "The runner ended while the agent was at work, and the agent with it. The files are as it left them. \
                    Send a message to go on.";
        bodies.push(EntryBody::Error { code: "runner_ended".to_owned(), text: text.to_owned() });
        bodies.push(system(SystemEvent::Exited { code: None, signal: Some(KILLED) }, text));
    }
    append(folder, &state, clock, &bodies).await?;
    meta.live = false;
    meta.write(folder)
}

/// Says of a session without a process that somebody stopped it, unless it has ended already.
pub(super) async fn note_stopped(folder: &Folder, clock: &dyn Clock) -> io::Result<()> {
    let state = State::read(folder)?;
    if state.status.is_some_and(|status| !status.is_active() && status != SessionStatus::Idle) {
        return Ok(());
    }
    let mut bodies = state.cancelled();
    bodies.push(system(SystemEvent::Stopped, ""));
    append(folder, &state, clock, &bodies).await
}

async fn append(folder: &Folder, state: &State, clock: &dyn Clock, bodies: &[EntryBody]) -> io::Result<()> {
    if bodies.is_empty() {
        return Ok(());
    }
    let journal = Journal::open(&folder.journal(), 0)?;
    let seq = journal.append(state.turn, micros(clock), bodies)?.seq;
    let written = journal.written(seq).await;
    journal.close();
    written.map_err(|fault| io::Error::other(fault.text))
}

/// Where a journal leaves its session.
#[derive(Default)]
struct State {
    turn: u32,
    status: Option<SessionStatus>,
    open: Vec<EntryBody>,
}

impl State {
    fn read(folder: &Folder) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(folder.journal())?;
        journal::repair(&file)?;
        let mut state = Self::default();
        for line in BufReader::new(file).split(b'\n') {
            let line = line?;
            // Text is most of a journal and changes nothing; only the few other lines are read. A body begins with its
            // kind, and in front of it stand numbers alone.
            let front = &line[..line.len().min(120)];
            if holds(front, br#""kind":"system""#) || holds(front, br#""kind":"permission""#) {
                state.take(&Line::parse(&line)?)?;
            }
        }
        Ok(state)
    }

    fn take(&mut self, line: &Line) -> io::Result<()> {
        self.turn = line.turn;
        let body = line.body()?;
        if let EntryBody::Permission { permission_id, outcome, .. } = &body {
            self.open.retain(|open| {
                !matches!(open, EntryBody::Permission { permission_id: other, .. } if other == permission_id)
            });
            if outcome.is_none() {
                self.open.push(body.clone());
            }
        }
        if let Some((status, _)) = status_after(&body, self.open.len()) {
            self.status = Some(status);
        }
        Ok(())
    }

    /// Entries that settle the permission requests which nobody will wait for any more.
    fn cancelled(&self) -> Vec<EntryBody> {
        self.open
            .iter()
            .cloned()
            .map(|mut body| {
                if let EntryBody::Permission { outcome, .. } = &mut body {
                    *outcome = Some(PermissionOutcome::Cancelled);
                }
                body
            })
            .collect()
    }
}

fn holds(line: &[u8], wanted: &[u8]) -> bool {
    line.windows(wanted.len()).any(|window| window == wanted)
}
