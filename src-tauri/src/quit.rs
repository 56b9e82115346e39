//! Ending: with agents or programs in terminals at work the person is asked what becomes of them.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use switchyard_core::{AtWork, OnExit};
use tauri::{AppHandle, Manager, State};

use crate::notices::{Notice, Notices};
use crate::running::Starting;
use crate::window;

/// How far the end has come.
pub(crate) struct Ending {
    /// What becomes of what is at work when nobody is asked.
    unasked: OnExit,
    /// The person was asked and has not answered yet.
    asked: AtomicBool,
    /// Nothing holds the process any more.
    begun: AtomicBool,
}

impl Ending {
    pub(crate) fn new(unasked: OnExit) -> Self {
        Self { unasked, asked: AtomicBool::new(false), begun: AtomicBool::new(false) }
    }
}

/// What the person says to being asked.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// All goes on without a window; the next start shows it again.
    Keep,
    /// Agents are stopped, terminals closed.
    Stop,
    /// The app stays open.
    Stay,
}

/// Ends the app, after asking where something is at work.
pub(crate) fn request(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let ending = app.state::<Ending>();
        // A page that cannot ask must not hold the app open: keeping all at work loses nothing.
        if ending.asked.swap(true, Ordering::SeqCst) {
            return end(&app, OnExit::Keep).await;
        }
        let starting = app.state::<Starting>();
        let at_work = match starting.if_running().map(|running| &running.core) {
            Some(core) => core.at_work().await,
            None => Ok(AtWork::default()),
        };
        let at_work = match at_work {
            Ok(at_work) => at_work,
            Err(error) => {
                tracing::warn!(?error, "whether something is at work is not known");
                return end(&app, OnExit::Keep).await;
            }
        };
        let notices = app.state::<Notices>();
        if at_work.is_nothing() || ending.unasked == OnExit::Keep {
            end(&app, ending.unasked).await;
        } else if notices.is_heard() {
            window::show(&app, None);
            notices.tell(Notice::Quit { agents: at_work.agents, terminals: at_work.terminals });
        } else {
            end(&app, OnExit::Keep).await;
        }
    });
}

/// Ends the app without asking: the system or the person at its terminal told it to.
pub(crate) async fn end_unasked(app: &AppHandle) {
    end(app, app.state::<Ending>().unasked).await;
}

async fn end(app: &AppHandle, at_work: OnExit) {
    if app.state::<Ending>().begun.swap(true, Ordering::SeqCst) {
        return;
    }
    tracing::info!(?at_work, "ending");
    window::hide(app);
    if let Some(running) = app.state::<Starting>().if_running() {
        running.core.end(at_work).await;
    }
    app.exit(0);
}

/// The person's answer.
#[tauri::command]
pub(crate) async fn quit(app: AppHandle, ending: State<'_, Ending>, answer: Answer) -> Result<(), ()> {
    match answer {
        Answer::Keep => end(&app, OnExit::Keep).await,
        Answer::Stop => end(&app, OnExit::Stop).await,
        Answer::Stay => ending.asked.store(false, Ordering::SeqCst),
    }
    Ok(())
}
