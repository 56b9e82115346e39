//! The one window.

use std::path::PathBuf;

use switchyard_core::DataFolder;
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

use crate::external;
use crate::link::Link;
use crate::notices::{Notice, Notices};
use crate::scheme;
use crate::stream::Streams;
use crate::zoom::Zoom;

/// The window's name.
pub(crate) const LABEL: &str = "main";
/// Width and height of the first window ever, in logical pixels.
const FIRST_SIZE: (f64, f64) = (1280.0, 840.0);
/// The user interface works down to a phone's width.
const LEAST_SIZE: (f64, f64) = (380.0, 480.0);

/// Makes the window, which starts to load its page at once.
pub(crate) fn open(app: &AppHandle, storage: PathBuf) -> tauri::Result<()> {
    let page = switchyard_core::WINDOW_ORIGIN.parse().map_err(tauri::Error::InvalidUrl)?;
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::CustomProtocol(page))
        .title("Switchyard")
        .inner_size(FIRST_SIZE.0, FIRST_SIZE.1)
        .min_inner_size(LEAST_SIZE.0, LEAST_SIZE.1)
        .data_directory(storage)
        // The page's own drag and drop moves the cards.
        .disable_drag_drop_handler()
        .on_navigation(|url| {
            let own = scheme::is_own(url);
            if !own {
                external::open(url);
            }
            own
        })
        .on_new_window(|url, _| {
            if !scheme::is_own(&url) {
                external::open(&url);
            }
            NewWindowResponse::Deny
        })
        .on_page_load(|window, load| {
            // A page that is loaded again opens streams of its own.
            if load.event() == PageLoadEvent::Started {
                window.state::<Streams>().page_went();
                window.state::<Notices>().page_went();
            }
        })
        .build()?;
    window.set_zoom(app.state::<Zoom>().factor())
}

/// Where the web view keeps what the page stores.
pub(crate) fn storage(folder: &DataFolder) -> PathBuf {
    folder.webview()
}

/// Raises the window, at the page of a link if there is one.
pub(crate) fn show(app: &AppHandle, link: Option<&Link>) {
    if let Some(link) = link {
        app.state::<Notices>().tell(Notice::Open { path: link.path().to_owned() });
    }
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let raised = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = raised {
        tracing::warn!(%error, "the window could not be raised");
    }
}

/// Takes the window away while the rest ends.
pub(crate) fn hide(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.hide()
    {
        tracing::debug!(%error, "the window could not be hidden");
    }
}
