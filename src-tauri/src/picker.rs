//! The system's own dialog for a folder.

use tauri::WebviewWindow;
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

/// The folder that the person picked, or nothing.
#[tauri::command]
pub(crate) async fn pick_folder(window: WebviewWindow, title: String) -> Option<String> {
    let (picked, pick) = oneshot::channel();
    let dialog = window.dialog().file().set_parent(&window).set_title(title);
    dialog.pick_folder(move |folder| drop(picked.send(folder)));
    let folder = pick.await.ok()??.into_path().ok()?;
    // A path that is not text could not be sent back to the server either.
    folder.into_os_string().into_string().ok()
}
