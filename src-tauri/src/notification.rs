//! Notifications of the desktop; one that is clicked shows the page that it is about.

use std::sync::atomic::{AtomicUsize, Ordering};

use notify_rust::Notification;
use tauri::AppHandle;

use crate::link::Link;
use crate::window;

/// Notifications whose click is waited for; each takes a thread until it is closed.
const MOST_WAITED_FOR: usize = 16;
static WAITED_FOR: AtomicUsize = AtomicUsize::new(0);

/// Shows a notification; a click opens the page of `path`.
#[tauri::command]
pub(crate) fn notify(app: AppHandle, body: String, path: String) {
    let Some(link) = Link::parse(&format!("switchyard:/{path}")) else {
        return tracing::warn!("a notification about no page is not shown");
    };
    std::thread::spawn(move || show(&app, &body, &link));
}

fn show(app: &AppHandle, body: &str, link: &Link) {
    let mut notification = Notification::new();
    notification.appname("Switchyard").summary("Switchyard").body(&plain(body));
    #[cfg(all(unix, not(target_os = "macos")))]
    notification.icon("switchyard-desktop").action("default", "Open");
    match notification.show() {
        Ok(shown) => wait_for_click(app, shown, link),
        // No notification service, or one that refuses: the page has its own ways to tell.
        Err(error) => tracing::info!(%error, "the desktop shows no notification"),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn wait_for_click(app: &AppHandle, shown: notify_rust::NotificationHandle, link: &Link) {
    if WAITED_FOR.fetch_add(1, Ordering::Relaxed) < MOST_WAITED_FOR {
        shown.wait_for_action(|action| {
            if action == "default" {
                window::show(app, Some(link));
            }
        });
    }
    WAITED_FOR.fetch_sub(1, Ordering::Relaxed);
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn wait_for_click(_: &AppHandle, _: notify_rust::NotificationHandle, _: &Link) {}

/// Some notification services read markup in what they show.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_agent_calls_its_request_is_shown_as_text() {
        assert_eq!(plain("Run <b>rm</b> & more"), "Run &lt;b&gt;rm&lt;/b&gt; &amp; more");
    }
}
