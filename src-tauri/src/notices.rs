//! What the shell tells the page.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tauri::State;
use tauri::ipc::Channel;

/// Notices that wait for a page that is still loading; the oldest gives way.
const MOST_WAITING: usize = 16;

/// Something that the page should do.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Notice {
    /// Show the page of this path.
    Open { path: String },
    /// Do what the action of this id does; menus name the page's own actions.
    Action { id: &'static str },
    /// Ask what becomes of the agents, and of the programs in terminals, that are at work; answered with the command
    /// `quit`.
    Quit { agents: usize, terminals: usize },
}

/// The page's ear.
#[derive(Default)]
pub(crate) struct Notices(Mutex<Ear>);

#[derive(Default)]
struct Ear {
    page: Option<Channel<Notice>>,
    waiting: Vec<Notice>,
}

impl Notices {
    /// Tells the page, now or as soon as it listens.
    pub(crate) fn tell(&self, notice: Notice) {
        let mut ear = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(page) = &ear.page {
            match page.send(notice.clone()) {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "the page was not told"),
            }
        }
        if ear.waiting.len() >= MOST_WAITING {
            ear.waiting.remove(0);
        }
        ear.waiting.push(notice);
    }

    /// The page went; the next one will listen anew.
    pub(crate) fn page_went(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).page = None;
    }

    /// Whether a page listens.
    pub(crate) fn is_heard(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).page.is_some()
    }

    fn listen(&self, page: Channel<Notice>) {
        let waiting = {
            let mut ear = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            ear.page = Some(page);
            std::mem::take(&mut ear.waiting)
        };
        waiting.into_iter().for_each(|notice| self.tell(notice));
    }
}

/// The page is there and listens.
#[tauri::command]
pub(crate) fn shell_listen(notices: State<'_, Notices>, page: Channel<Notice>) {
    notices.listen(page);
}
